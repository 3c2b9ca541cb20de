import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.XMLConstants;
import javax.xml.crypto.NodeSetData;
import javax.xml.crypto.OctetStreamData;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.TransformService;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamWriter;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/**
 * Een LAS haalt een dossier op: Java 17 met niets dan de JDK (java.net.http, javax.xml, javax.crypto).
 *
 * <p>Gebruik: {@code java Las.java UITBESTAND < pgn.txt} (instellingen: LAS_…, zie docs/interop.md)
 */
public final class Las {
    private static final String RUIMTE = "http://xml.kennisnet.nl/schemas/Overstapservice/20200910";
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final String SOORT = "overstapdossier";

    /** De ander antwoordde met een Fault; de code staat in detail/fout/code. */
    private static final class SoapFout extends Exception {
        final String code;

        SoapFout(String code, String melding) {
            super(melding);
            this.code = code;
        }
    }

    private final HttpClient http;

    private Las(SSLContext tls) {
        http = HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_1_1).build();
    }

    public static void main(String[] argumenten) throws Exception {
        String pgn = new String(System.in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        Las las = new Las(tls());
        las.haalOp(pgn, Path.of(argumenten[0]));
        las.toonFout(pgn);
    }

    // ------------------------------------------------------------------------------------------------ de gang

    private void haalOp(String pgn, Path uit) throws Exception {
        String tc = instelling("LAS_TRAFFIC_CENTER");
        Map<String, Object> opening = adresblok(instelling("LAS_BRON_BRIN"), null);
        opening.put("zoeksleutelPgnfrag", zoeksleutel(pgn));
        opening.put("overdrachtsoort", SOORT);
        Element sessie = stuur(tc, "overdracht", opening);
        meld("overdracht", tekst(sessie, "resultaat"));
        String sessieId = tekst(sessie, "sessieId");
        if (sessieId == null) {
            return;
        }
        String kenmerk = null;
        String resultaat = "BronNietBeschikbaar";
        for (Element punt : kinderen(sessie, "aanleverpunt")) {
            kenmerk = tekst(punt, "routeringsKenmerk");
            Map<String, Object> vraag = adresblok(tekst(punt, "brin"), kenmerk);
            vraag.put("pgn", pgn);
            vraag.put("overdrachtsoort", SOORT);
            vraag.put("dossierVersie", "2019.1");
            vraag.put("sessieId", sessieId);
            Element antwoord = stuur(tekst(punt, "url") + "/bron", "document", vraag);
            resultaat = tekst(antwoord, "resultaat");
            meld("aanleverpunt", kenmerk);
            meld("document", resultaat);
            if (resultaat.equals("OverdrachtGeslaagd")) {
                meld("versie", tekst(antwoord, "dossierVersie"));
                bewaar(antwoord, uit);
                break;
            }
        }
        Map<String, Object> afmelding = adresblok(instelling("LAS_BRON_BRIN"), kenmerk);
        afmelding.put("zoeksleutelPgnfrag", zoeksleutel(pgn));
        afmelding.put("overdrachtsoort", SOORT);
        afmelding.put("sessieId", sessieId);
        afmelding.put("resultaat", resultaat);
        meld("afmelding", tekst(stuur(tc, "afmelding", afmelding), "resultaat"));
    }

    /** Schrijf het dossier zoals het is ondertekend: in exclusieve canonieke vorm. */
    private static void bewaar(Element antwoord, Path uit) throws Exception {
        Element dossier = kinderen(kinderen(antwoord, "document").get(0), null).get(0);
        byte[] octets = canoniek(dossier);
        Files.write(uit, octets);
        meld("octets", octets.length);
        meld("sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets)));
    }

    /** Vraag namens een school waarvoor dit certificaat niet mag spreken, en lees de fout. */
    private void toonFout(String pgn) throws Exception {
        Map<String, Object> vraag = new LinkedHashMap<>();
        vraag.put("bronBrin", instelling("LAS_BRON_BRIN"));
        vraag.put("bronRouteringsKenmerk", "0000000700000YY00931");
        vraag.put("doelBrin", "12SS");
        vraag.put("doelRouteringsKenmerk", "0000000700012SS00933");
        vraag.put("pgn", pgn);
        vraag.put("overdrachtsoort", SOORT);
        vraag.put("sessieId", "00000000-0000-4000-8000-000000000000");
        try {
            stuur(instelling("LAS_WSDL").replace("?wsdl", ""), "document", vraag);
        } catch (SoapFout fout) {
            meld("fout", fout.code);
            meld("melding", fout.getMessage());
        }
    }

    /** De vier velden waarmee bijna elk verzoek begint, in de vaste volgorde. */
    private static Map<String, Object> adresblok(String bronBrin, String bronKenmerk) {
        Map<String, Object> blok = new LinkedHashMap<>();
        blok.put("bronBrin", bronBrin);
        if (bronKenmerk != null) {
            blok.put("bronRouteringsKenmerk", bronKenmerk);
        }
        blok.put("doelBrin", instelling("LAS_DOEL_BRIN"));
        blok.put("doelRouteringsKenmerk", instelling("LAS_DOEL_KENMERK"));
        return blok;
    }

    /** Vorm waarin het Traffic Center een leerling kent (de strategie voor ontwikkeling); even geheim als het pgn. */
    private static Map<String, Object> zoeksleutel(String pgn) throws Exception {
        PBEKeySpec spec =
                new PBEKeySpec(pgn.toCharArray(), "oso-gateway".getBytes(StandardCharsets.UTF_8), 10_000, 128 * 8);
        byte[] octets = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
        Map<String, Object> sleutel = new LinkedHashMap<>();
        sleutel.put("zoeksleutel", Base64.getEncoder().encodeToString(octets));
        sleutel.put("pgnfrag", pgn.substring(pgn.length() - 4));
        return sleutel;
    }

    // ----------------------------------------------------------------------------------------------- berichten

    /** Stuur een verzoek en geef het antwoord, het ene element in de Body. */
    private Element stuur(String url, String operatie, Map<String, Object> velden) throws Exception {
        HttpRequest verzoek = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "text/xml; charset=utf-8")
                .header("SOAPAction", "\"" + RUIMTE + "/" + operatie + "\"")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bericht(operatie + "Request", velden)))
                .build();
        byte[] octets = http.send(verzoek, HttpResponse.BodyHandlers.ofByteArray()).body();
        Element envelop = lees(octets);
        Element inhoud = kinderen((Element) envelop.getElementsByTagNameNS(SOAP, "Body").item(0), null).get(0);
        if (inhoud.getLocalName().equals("Fault")) {
            Node code = inhoud.getElementsByTagNameNS(RUIMTE, "code").item(0);
            Node melding = inhoud.getElementsByTagName("faultstring").item(0);
            throw new SoapFout(code == null ? "" : code.getTextContent(), melding.getTextContent());
        }
        return inhoud;
    }

    private static byte[] bericht(String naam, Map<String, Object> velden) throws Exception {
        ByteArrayOutputStream uit = new ByteArrayOutputStream();
        XMLStreamWriter schrijver = XMLOutputFactory.newFactory().createXMLStreamWriter(uit, "UTF-8");
        schrijver.writeStartDocument("UTF-8", "1.0");
        schrijver.writeStartElement("soapenv", "Envelope", SOAP);
        schrijver.writeNamespace("soapenv", SOAP);
        schrijver.writeStartElement("soapenv", "Body", SOAP);
        schrijver.writeStartElement(naam);
        schrijver.writeDefaultNamespace(RUIMTE);
        schrijfVelden(schrijver, velden);
        schrijver.writeEndDocument();
        schrijver.close();
        return uit.toByteArray();
    }

    @SuppressWarnings("unchecked")
    private static void schrijfVelden(XMLStreamWriter schrijver, Map<String, Object> velden) throws Exception {
        for (Map.Entry<String, Object> veld : velden.entrySet()) {
            schrijver.writeStartElement(veld.getKey());
            if (veld.getValue() instanceof Map) {
                schrijfVelden(schrijver, (Map<String, Object>) veld.getValue());
            } else {
                schrijver.writeCharacters((String) veld.getValue());
            }
            schrijver.writeEndElement();
        }
    }

    /** Lees XML van een ander: zonder DOCTYPE, dus zonder entiteiten van buiten. */
    private static Element lees(byte[] octets) throws Exception {
        DocumentBuilderFactory fabriek = DocumentBuilderFactory.newInstance();
        fabriek.setNamespaceAware(true);
        fabriek.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        fabriek.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return fabriek.newDocumentBuilder().parse(new ByteArrayInputStream(octets)).getDocumentElement();
    }

    private static List<Element> kinderen(Element ouder, String naam) {
        List<Element> gevonden = new ArrayList<>();
        for (Node kind = ouder.getFirstChild(); kind != null; kind = kind.getNextSibling()) {
            if (kind instanceof Element element && (naam == null || naam.equals(element.getLocalName()))) {
                gevonden.add(element);
            }
        }
        return gevonden;
    }

    private static String tekst(Element ouder, String naam) {
        List<Element> gevonden = kinderen(ouder, naam);
        return gevonden.isEmpty() ? null : gevonden.get(0).getTextContent();
    }

    /** Exclusieve C14N 1.0, zoals de JDK haar voor handtekeningen heeft. */
    private static byte[] canoniek(Element element) throws Exception {
        List<Node> knopen = new ArrayList<>();
        verzamel(element, knopen);
        NodeSetData<Node> deel = new NodeSetData<>() {
            @Override
            public Iterator<Node> iterator() {
                return knopen.iterator();
            }
        };
        TransformService dienst = TransformService.getInstance(CanonicalizationMethod.EXCLUSIVE, "DOM");
        dienst.init((TransformParameterSpec) null);
        try (InputStream uit = ((OctetStreamData) dienst.transform(deel, null)).getOctetStream()) {
            return uit.readAllBytes();
        }
    }

    private static void verzamel(Node knoop, List<Node> knopen) {
        knopen.add(knoop);
        NamedNodeMap attributen = knoop.getAttributes();
        for (int nr = 0; attributen != null && nr < attributen.getLength(); nr++) {
            knopen.add(attributen.item(nr));
        }
        for (Node kind = knoop.getFirstChild(); kind != null; kind = kind.getNextSibling()) {
            verzamel(kind, knopen);
        }
    }

    // ---------------------------------------------------------------------------------------------------- TLS

    /** Tweezijdige TLS uit de PEM-bestanden van de instellingen. */
    private static SSLContext tls() throws Exception {
        char[] leeg = new char[0];
        KeyStore eigen = KeyStore.getInstance("PKCS12");
        eigen.load(null, leeg);
        Certificate[] keten = certificaten("LAS_CERT").toArray(new Certificate[0]);
        eigen.setKeyEntry("las", sleutel(keten[0].getPublicKey().getAlgorithm()), leeg, keten);
        KeyManagerFactory sleutels = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        sleutels.init(eigen, leeg);

        KeyStore ankers = KeyStore.getInstance("PKCS12");
        ankers.load(null, leeg);
        // Het eerste certificaat is de root; wat erna komt, stuurt de ander zelf mee.
        ankers.setCertificateEntry("root", certificaten("LAS_CA").get(0));
        TrustManagerFactory vertrouwen = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        vertrouwen.init(ankers);

        SSLContext context = SSLContext.getInstance("TLS");
        context.init(sleutels.getKeyManagers(), vertrouwen.getTrustManagers(), null);
        return context;
    }

    private static List<Certificate> certificaten(String instelling) throws Exception {
        try (InputStream in = Files.newInputStream(Path.of(instelling(instelling)))) {
            return new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(in));
        }
    }

    private static PrivateKey sleutel(String soort) throws Exception {
        String pem = Files.readString(Path.of(instelling("LAS_KEY")));
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return KeyFactory.getInstance(soort).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static String instelling(String naam) {
        String waarde = System.getenv(naam);
        if (waarde == null) {
            throw new IllegalStateException("De instelling " + naam + " ontbreekt.");
        }
        return waarde;
    }

    private static void meld(String naam, Object waarde) {
        System.out.printf("%-13s %s%n", naam, waarde);
    }
}
