<?php
/**
 * Een LAS haalt een dossier op: PHP met SoapClient (php-soap, php-xml), gemaakt uit de WSDL.
 *
 * Gebruik: php las.php UITBESTAND < pgn.txt   (instellingen: LAS_…, zie docs/interop.md)
 */

declare(strict_types=1);

const RUIMTE = 'http://xml.kennisnet.nl/schemas/Overstapservice/20200910';
const SOORT = 'overstapdossier';

function instelling(string $naam): string
{
    return getenv($naam) ?: throw new RuntimeException("De instelling $naam ontbreekt.");
}

function meld(string $naam, string|int $waarde): void
{
    printf("%-13s %s\n", $naam, $waarde);
}

/**
 * Vorm waarin het Traffic Center een leerling kent (de strategie voor ontwikkeling); even geheim als het pgn zelf.
 *
 * Voor een element in een element zegt SoapVar de naamruimte: SoapClient volgt in een schema geen typen zonder voorvoegsel.
 */
function zoeksleutel(string $pgn): SoapVar
{
    $octets = hash_pbkdf2('sha512', $pgn, 'oso-gateway', 10000, 128, true);
    return new SoapVar([
        new SoapVar(base64_encode($octets), XSD_STRING, null, null, 'zoeksleutel', RUIMTE),
        new SoapVar(substr($pgn, -4), XSD_STRING, null, null, 'pgnfrag', RUIMTE),
    ], SOAP_ENC_OBJECT);
}

/** De WSDL en elk bericht gaan over tweezijdige TLS. SINGLE_ELEMENT_ARRAYS: ook één aanleverpunt komt als lijst. */
function maakClient(): SoapClient
{
    $tls = stream_context_create(['ssl' => [
        'local_cert' => instelling('LAS_CERT'),
        'local_pk' => instelling('LAS_KEY'),
        'cafile' => instelling('LAS_CA'),
        'verify_peer' => true,
        'verify_peer_name' => true,
    ]]);
    return new SoapClient(instelling('LAS_WSDL'), [
        'stream_context' => $tls,
        'soap_version' => SOAP_1_1,
        'exceptions' => true,
        'trace' => true, // om aan het antwoord te komen zoals het binnenkwam
        'cache_wsdl' => WSDL_CACHE_NONE,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    ]);
}

function stuur(SoapClient $client, string $url, string $operatie, array $inhoud): stdClass
{
    $client->__setLocation($url);
    return $client->__soapCall($operatie, [$inhoud]);
}

/** Neem het dossier uit het antwoord zoals dat binnenkwam, in exclusieve canonieke vorm: zo is het ondertekend. */
function bewaar(string $envelop, string $uit): void
{
    $document = new DOMDocument();
    if (!$document->loadXML($envelop, LIBXML_NONET | LIBXML_PARSEHUGE)) {
        throw new RuntimeException('Het antwoord is geen leesbare XML.');
    }
    // Het eerste element document in onze naamruimte; in een dossier heten documenten ook zo, in een andere.
    $dossier = $document->getElementsByTagNameNS(RUIMTE, 'document')->item(0)->firstElementChild;
    $octets = $dossier->C14N(true, false);
    file_put_contents($uit, $octets);
    meld('octets', strlen($octets));
    meld('sha256', hash('sha256', $octets));
}

function haalOp(SoapClient $client, string $pgn, string $uit): void
{
    $tc = instelling('LAS_TRAFFIC_CENTER');
    $doel = ['doelBrin' => instelling('LAS_DOEL_BRIN'), 'doelRouteringsKenmerk' => instelling('LAS_DOEL_KENMERK')];
    $sleutel = ['zoeksleutelPgnfrag' => zoeksleutel($pgn), 'overdrachtsoort' => SOORT];
    $sessie = stuur($client, $tc, 'overdracht', ['bronBrin' => instelling('LAS_BRON_BRIN')] + $doel + $sleutel);
    meld('overdracht', $sessie->resultaat);
    if (!isset($sessie->sessieId)) {
        return;
    }
    $bron = ['bronBrin' => instelling('LAS_BRON_BRIN')];
    $resultaat = 'BronNietBeschikbaar';
    foreach ($sessie->aanleverpunt ?? [] as $punt) {
        $bron = ['bronBrin' => $punt->brin, 'bronRouteringsKenmerk' => $punt->routeringsKenmerk];
        $vraag = $bron + $doel + [
            'pgn' => $pgn,
            'overdrachtsoort' => SOORT,
            'dossierVersie' => ['2019.1'],
            'sessieId' => $sessie->sessieId,
        ];
        $antwoord = stuur($client, "{$punt->url}/bron", 'document', $vraag);
        $resultaat = $antwoord->resultaat;
        meld('aanleverpunt', $punt->routeringsKenmerk);
        meld('document', $resultaat);
        if ($resultaat === 'OverdrachtGeslaagd') {
            meld('versie', $antwoord->dossierVersie);
            bewaar($client->__getLastResponse(), $uit);
            break;
        }
    }
    $afmelding = $bron + $doel + $sleutel + ['sessieId' => $sessie->sessieId, 'resultaat' => $resultaat];
    meld('afmelding', stuur($client, $tc, 'afmelding', $afmelding)->resultaat);
}

/** Vraag namens een school waarvoor dit certificaat niet mag spreken, en lees de fout. */
function toonFout(SoapClient $client, string $pgn): void
{
    try {
        stuur($client, str_replace('?wsdl', '', instelling('LAS_WSDL')), 'document', [
            'bronBrin' => instelling('LAS_BRON_BRIN'),
            'bronRouteringsKenmerk' => '0000000700000YY00931',
            'doelBrin' => '12SS',
            'doelRouteringsKenmerk' => '0000000700012SS00933',
            'pgn' => $pgn,
            'overdrachtsoort' => SOORT,
            'sessieId' => '00000000-0000-4000-8000-000000000000',
        ]);
    } catch (SoapFault $fout) {
        meld('fout', $fout->detail->fout->code);
        meld('melding', $fout->getMessage());
    }
}

$pgn = trim((string) fgets(STDIN));
$client = maakClient();
haalOp($client, $pgn, $argv[1]);
toonFout($client, $pgn);
