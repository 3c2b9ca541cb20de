"""The product from outside: what a partner needs who has only the interface pages, `dev.json` and standard tools.

Nothing here comes from the gateway: the dossier is plain text, the zoeksleutel is computed from the messages page, the
LAS is an HTTP client with a certificate and strings. A mistake that product and helpers share cannot hide behind it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import httpx

from tests.hulp.geduld import GEDULD

NAAMRUIMTE = "http://xml.kennisnet.nl/schemas/Overstapservice/20200910"
ACCOUNT = {"OSO-Account": "directeur-van-de-proefschool"}
XML = {"Content-Type": "application/xml"}
KENMERK = "0000000700000YY00931"
MAGISTER_KENMERK = "0000000700000YY00932"
LOKAAL: dict[str, Any] = {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
"""Options of httpx for plain HTTP on this machine: no proxy, and no certificates read for each client."""

_UITLEVERING = {
    "metadata": "VERPLICHT",
    "ouderinzage": "VERPLICHT",
    "school": "VERPLICHT",
    "leerling": "VERPLICHT",
    "oudersverzorgers": "VERPLICHT",
    "vve": "VERBODEN",
    "schoolloopbaan": "VERPLICHT",
    "overstapadvies": "VERPLICHT",
    "onderwijsondersteuning": "OPTIONEEL",
    "verzuim": "OPTIONEEL",
    "eindtoetsbo": "OPTIONEEL",
    "toetsresultaten": "OPTIONEEL",
    "handelingsplannen": "OPTIONEEL",
    "cijferlijsten": "OPTIONEEL",
    "vombo": "VERBODEN",
    "bijlagedocs": "OPTIONEEL",
}
_ADRES = (
    "<adreslijst><adres><soortadres>bezoek</soortadres><straat>Testlaan</straat><nummer>1</nummer>"
    "<postcode>1000AA</postcode><plaats>Testdorp</plaats></adres></adreslijst>"
)
_CONTACT = (
    "<communicatielijst><communicatie><soort>telefoon</soort><aanduiding>werk</aanduiding>"
    "<nummer>0200000000</nummer><noodnummer>false</noodnummer></communicatie></communicatielijst>"
)


def pgn(volgnummer: int) -> str:
    """Give the eleven-test-proof number with this ordinal; nobody's, as far as the 9-series goes."""
    eerste = f"{90_000_000 + volgnummer * 7:08}"
    for laatste in range(10):
        cijfers = [int(cijfer) for cijfer in eerste + str(laatste)]
        som = sum(cijfer * gewicht for cijfer, gewicht in zip(cijfers, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
        if som % 11 == 0:
            return eerste + str(laatste)
    return pgn(volgnummer + 100_000)


def dossier(
    nummer: str | None,
    *,
    datum: str = "2026-02-16",
    naam: str = "Proefpersoon",
    bijlagedocs: str = "OPTIONEEL",
    overstap: str = "POVO",
    soort: str = "overstapdossier",
    inzage: str | None = "true",
    extra: str = "",
) -> str:
    """Write a small dossier that meets all rules of its profile, in the order of the gegevensset.

    `extra` goes where a document list goes; `nummer` None leaves the pupil's number out (only good outside an
    overstapdossier); `inzage` None leaves the block out, else it is the text of `inzage/inzage`.
    """
    uitlevering = {**_UITLEVERING, "bijlagedocs": bijlagedocs}
    if inzage is None:
        uitlevering["ouderinzage"] = "OPTIONEEL"
    categorieen = "".join(f"<cat_{naam}>{waarde}</cat_{naam}>" for naam, waarde in uitlevering.items())
    blok = (
        ""
        if inzage is None
        else f"<inzage><voorlopigdossier>false</voorlopigdossier><inzage>{inzage}</inzage>"
        "<inzagedatum>2026-01-26</inzagedatum><akkoord>Ja</akkoord><toestemming>Ja</toestemming></inzage>"
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<dossier xmlns="http://www.edustandaard.nl/oso_gegevensset/2019/dossier">
  <metadata><deeldossier>LAS</deeldossier><pakketnaam>Proef</pakketnaam><pakketversie>1</pakketversie>
    <datum>{datum}</datum><standaardversie>2019.1</standaardversie><validatieversie>2019.1.1</validatieversie>
    <categorie_uitlevering>{categorieen}</categorie_uitlevering>{f"<overstap>{overstap}</overstap>" if overstap else ""}
  </metadata>
  <overdrachtsoort>{soort}</overdrachtsoort>
  {blok}
  <huidigeschool><naam>Testschool</naam>{_ADRES}{_CONTACT}
    <brincode>00AH</brincode><vestigingscode>00</vestigingscode><aanleverpunt>1</aanleverpunt>
    <leerling><voornaam>Test</voornaam><achternaam>{escape(naam)}</achternaam><geboortedatum>2014-05-06</geboortedatum>
      <adresgeheim>false</adresgeheim>{_ADRES}{f"<bsn>{nummer}</bsn>" if nummer else ""}
      <leerlingid>LL1</leerlingid><datuminschrijving>2018-08-20</datuminschrijving>
      <verzorgersaansprakelijk>true</verzorgersaansprakelijk>
      <overstapadvies><advies>60</advies></overstapadvies>
      <schoolloopbaanlijst><schoolloopbaan><schooljaar>2025-2026</schooljaar>
        <groepscode>8a</groepscode><jaargroep>8</jaargroep><brincode>00AH</brincode>
        <vestigingscode>00</vestigingscode></schoolloopbaan></schoolloopbaanlijst>{extra}
      <verzorger><achternaam>Ouder</achternaam><adresgeheim>false</adresgeheim>{_ADRES}
        <wettigevertegenwoordiger>true</wettigevertegenwoordiger></verzorger>
    </leerling>
  </huidigeschool>
</dossier>
"""


def pdf(tekst: str = "Verzonnen") -> bytes:
    """Write a PDF of one page with a right cross-reference table."""
    inhoud = f"BT /F1 12 Tf 72 720 Td ({tekst}) Tj ET".encode()
    delen = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length " + str(len(inhoud)).encode() + b" >>\nstream\n" + inhoud + b"\nendstream",
    ]
    octets, plaatsen = b"%PDF-1.4\n", []
    for nummer, deel in enumerate(delen, 1):
        plaatsen.append(len(octets))
        octets += str(nummer).encode() + b" 0 obj\n" + deel + b"\nendobj\n"
    tabel = b"".join(f"{plaats:010} 00000 n \n".encode() for plaats in plaatsen)
    return (
        octets
        + b"xref\n0 5\n0000000000 65535 f \n"
        + tabel
        + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n"
        + str(len(octets)).encode()
        + b"\n%%EOF\n"
    )


def tekstbestand(grootte: int, zaad: int = 0) -> bytes:
    """Give a text file of exactly this many octets that a ZIP cannot make much smaller."""
    regels = bytearray()
    teller = zaad * 1_000_003
    while len(regels) < grootte:
        regels += hashlib.sha512(str(teller).encode()).hexdigest().encode() + b"\n"
        teller += 1
    return bytes(regels[:grootte])


def zoeksleutel(nummer: str) -> tuple[str, str]:
    """Compute zoeksleutel and pgnfrag with the development salt and rounds."""
    ruw = hashlib.pbkdf2_hmac("sha512", nummer.encode("ascii"), b"oso-gateway", 10_000, 128)
    return base64.b64encode(ruw).decode("ascii"), nummer[-4:]


class Rest(httpx.Client):
    """The REST port for one token: an `httpx.Client` whose paths start after `/v1`."""

    def __init__(self, dev: Mapping[str, Any], rol: str = "kern", *, token: str | None = None) -> None:
        token = dev["tokens"][rol] if token is None else token
        koppen = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(
            base_url=f"{dev['rest']}/v1",
            headers={**koppen, **ACCOUNT},
            timeout=GEDULD,
            follow_redirects=False,
            **LOKAAL,
        )

    def lever(
        self,
        elk_nummer: str,
        xml: str | bytes,
        *,
        context: Any = None,
        oki_doc: tuple[str | None, bytes] | None = None,
        bijlagen: Sequence[tuple[str, bytes]] = (),
        koppen: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Push a dossier: as the bare XML, or as a form once there is anything beside it."""
        octets = xml.encode() if isinstance(xml, str) else xml
        if context is None and oki_doc is None and not bijlagen:
            return self.put(f"/dossiers/{elk_nummer}", content=octets, headers={**XML, **(koppen or {})})
        delen: list[tuple[str, Any]] = [("dossier", ("dossier.xml", octets, "application/xml"))]
        if context is not None:
            delen.append(("context", ("context.json", json.dumps(context), "application/json")))
        if oki_doc is not None:
            delen.append(("okiDoc", (oki_doc[0], oki_doc[1], "application/pdf")))
        delen += [("bijlage", (naam, inhoud, "application/octet-stream")) for naam, inhoud in bijlagen]
        return self.put(f"/dossiers/{elk_nummer}", files=delen, headers=dict(koppen or {}))

    def dossier(self, elk_nummer: str) -> dict[str, Any]:
        """Read what the gateway tells of a dossier."""
        antwoord = self.get(f"/dossiers/{elk_nummer}")
        assert antwoord.status_code == 200, antwoord.text
        beeld: dict[str, Any] = antwoord.json()
        return beeld

    def context(self, elk_nummer: str, **velden: Any) -> httpx.Response:
        """Change placement, origin, release or hold of a pupil."""
        return self.put(f"/dossiers/{elk_nummer}/context", json=velden)

    def zet_klaar(self, *elk_nummers: str) -> list[dict[str, Any]]:
        """Set ready and wait for the end; gives the rows."""
        gestart = self.post("/klaarzettingen", json={"elkNummers": list(elk_nummers)})
        assert gestart.status_code == 202, gestart.text
        einde = time.monotonic() + GEDULD
        while True:
            stand = self.get(f"/klaarzettingen/{gestart.json()['id']}").json()
            if stand["status"] == "klaar" or time.monotonic() > einde:
                assert stand["status"] == "klaar", stand
                rijen: list[dict[str, Any]] = stand["resultaten"]
                return rijen
            time.sleep(0.02)

    def wacht_op(self, elk_nummer: str, status: str, seconden: float = GEDULD) -> dict[str, Any]:
        """Wait for the dot; gives the last look at the dossier, whatever its dot."""
        einde = time.monotonic() + seconden
        while (beeld := self.dossier(elk_nummer))["status"] != status and time.monotonic() < einde:
            time.sleep(0.02)
        return beeld


@dataclass(frozen=True, slots=True)
class Ophaling:
    """What a LAS got for one documentRequest: result, and on success the octets of the dossier with its moment."""

    resultaat: str
    document: bytes | None
    verzameldatum: str | None
    antwoord: bytes


class LasFout(Exception):
    """The other side answered with a SOAP fault."""

    def __init__(self, code: str, tekst: str) -> None:
        super().__init__(f"{code}: {tekst}")
        self.code = code
        self.tekst = tekst


class Las:
    """A LAS made of strings and an HTTP client: overdracht at the Traffic Center, document at the bron, afmelding."""

    def __init__(
        self, dev: Mapping[str, Any], partij: str = "magister", *, brin: str = "00YY", kenmerk: str = MAGISTER_KENMERK
    ) -> None:
        context = ssl.create_default_context(cafile=dev["ca"])
        context.load_cert_chain(dev["parties"][partij]["cert"], dev["parties"][partij]["key"])
        self._http = httpx.Client(verify=context, timeout=GEDULD, trust_env=False)
        self.traffic_center = f"{dev['trafficCenter']}/trafficcenter/20200910"
        self.bron = f"{dev['soap']}/oso/20200910/bron"
        self.brin, self.kenmerk = brin, kenmerk

    def sluit(self) -> None:
        """Close the connections, as a client that is done."""
        self._http.close()

    def vraag(self, adres: str, operatie: str, inhoud: str) -> str:
        """Post one Body child and give the answer, or raise `LasFout`."""
        # Closed after each answer: what was sent then counts as handed over at once.
        koppen = {"Content-Type": "text/xml", "Connection": "close"}
        antwoord = self._http.post(adres, content=envelop(operatie, inhoud), headers=koppen)
        tekst = antwoord.content.decode("utf-8")
        if antwoord.status_code != 200:
            raise LasFout(veld(tekst, "code") or str(antwoord.status_code), veld(tekst, "faultstring") or tekst)
        return tekst

    def adresblok(self, bron_brin: str = "00YY", bron_kenmerk: str | None = KENMERK) -> str:
        """Write the four elements that every request starts with."""
        kenmerk = f"<bronRouteringsKenmerk>{bron_kenmerk}</bronRouteringsKenmerk>" if bron_kenmerk else ""
        return (
            f"<bronBrin>{bron_brin}</bronBrin>{kenmerk}"
            f"<doelBrin>{self.brin}</doelBrin><doelRouteringsKenmerk>{self.kenmerk}</doelRouteringsKenmerk>"
        )

    def open(self, nummer: str, soort: str = "overstapdossier", **adres: Any) -> str:
        """Open a session for a pupil; gives its number."""
        sleutel, fragment = zoeksleutel(nummer)
        inhoud = (
            f"{self.adresblok(**adres)}<zoeksleutelPgnfrag><zoeksleutel>{sleutel}</zoeksleutel><pgnfrag>{fragment}"
            f"</pgnfrag></zoeksleutelPgnfrag><overdrachtsoort>{soort}</overdrachtsoort>"
        )
        antwoord = self.vraag(self.traffic_center, "overdracht", inhoud)
        sessie = veld(antwoord, "sessieId")
        assert sessie, antwoord
        return sessie

    def documentvraag(
        self, nummer: str, sessie: str, soort: str = "overstapdossier", *, tussen: str = "", **adres: Any
    ) -> str:
        """Write a documentRequest; `tussen` are dossierVersie and dossierVerzameldatum."""
        return (
            f"{self.adresblok(**adres)}<pgn>{nummer}</pgn><overdrachtsoort>{soort}</overdrachtsoort>{tussen}"
            f"<sessieId>{sessie}</sessieId>"
        )

    def haal(self, nummer: str, sessie: str, soort: str = "overstapdossier", **keuze: Any) -> Ophaling:
        """Ask the gateway for the dossier in an open session."""
        antwoord = self.vraag(self.bron, "document", self.documentvraag(nummer, sessie, soort, **keuze))
        document = re.search(r"<(?:\w+:)?document>(.*)</(?:\w+:)?document>", antwoord, re.DOTALL)
        return Ophaling(
            veld(antwoord, "resultaat") or "",
            document.group(1).encode() if document else None,
            veld(antwoord, "dossierVerzameldatum"),
            antwoord.encode(),
        )

    def meld_af(self, nummer: str, sessie: str, resultaat: str, soort: str = "overstapdossier", **adres: Any) -> None:
        """Sign a session off with what came of it."""
        sleutel, fragment = zoeksleutel(nummer)
        inhoud = (
            f"{self.adresblok(**adres)}<zoeksleutelPgnfrag><zoeksleutel>{sleutel}</zoeksleutel><pgnfrag>{fragment}"
            f"</pgnfrag></zoeksleutelPgnfrag><overdrachtsoort>{soort}</overdrachtsoort>"
            f"<sessieId>{sessie}</sessieId><resultaat>{resultaat}</resultaat>"
        )
        self.vraag(self.traffic_center, "afmelding", inhoud)

    def haal_op(
        self, nummer: str, soort: str = "overstapdossier", *, meld: str | None = None, **keuze: Any
    ) -> Ophaling:
        """Run the whole pick-up: session, dossier, afmelding (with `meld` for another verdict than the bron's)."""
        adres = {naam: keuze[naam] for naam in ("bron_brin", "bron_kenmerk") if naam in keuze}
        sessie = self.open(nummer, soort, **adres)
        gekregen = self.haal(nummer, sessie, soort, **keuze)
        self.meld_af(nummer, sessie, meld or gekregen.resultaat, soort, **adres)
        return gekregen


def envelop(operatie: str, inhoud: str) -> bytes:
    """Put the children of a request in a SOAP 1.1 envelope."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
        'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header/><soapenv:Body>'
        f'<{operatie}Request xmlns="{NAAMRUIMTE}">{inhoud}</{operatie}Request>'
        "</soapenv:Body></soapenv:Envelope>"
    ).encode()


def veld(xml: str, naam: str) -> str | None:
    """Read the text of the first element with this local name."""
    gevonden = re.search(rf"<(?:[\w.-]+:)?{naam}(?:\s[^>]*)?>([^<]*)</", xml)
    return gevonden.group(1) if gevonden else None


def sim(dev: Mapping[str, Any], methode: str, pad: str, inhoud: Any = None) -> Any:
    """Call the control surface of the Traffic Center simulator."""
    antwoord = httpx.request(methode, f"{dev['control']}/_sim/{pad}", json=inhoud, timeout=GEDULD, **LOKAAL)
    antwoord.raise_for_status()
    return antwoord.json() if antwoord.content else None


def aanroepen(dev: Mapping[str, Any], na: int = 0) -> list[dict[str, Any]]:
    """List the calls that reached the Traffic Center after number `na`."""
    rijen: list[dict[str, Any]] = sim(dev, "GET", f"aanroepen?na={na}")["aanroepen"]
    return rijen


@contextmanager
def storing(dev: Mapping[str, Any], operatie: str, soort: str, aantal: int = 1, **meer: Any) -> Iterator[str]:
    """Let the next calls of an operation fail; taken back at the end."""
    gemaakt = sim(dev, "POST", "storingen", {"operatie": operatie, "soort": soort, "aantal": aantal, **meer})
    try:
        yield gemaakt["id"]
    finally:
        sim(dev, "DELETE", "storingen")


def is_probleem(antwoord: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """Check that an answer is a problem of RFC 9457 with all fields of ours; gives its body."""
    assert antwoord.status_code == status, (antwoord.status_code, antwoord.text[:500])
    assert antwoord.headers["content-type"].split(";")[0] == "application/problem+json", antwoord.headers
    inhoud: dict[str, Any] = antwoord.json()
    assert {"code", "melding", "watNu"} <= set(inhoud), inhoud
    assert inhoud["melding"]
    assert inhoud["watNu"]
    assert inhoud.get("status", status) == status
    if code is not None:
        assert inhoud["code"] == code, inhoud
    return inhoud
