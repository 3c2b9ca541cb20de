<?php
// The other side of the comparison: a PHP SoapServer that answers documentRequest with the same dossier, checks nothing
// and stores nothing.
final class Dienst
{
    public function document($vraag)
    {
        $dossier = file_get_contents(getenv('DOSSIER'));
        return new SoapVar(
            '<n:documentResponse xmlns:n="http://xml.kennisnet.nl/schemas/Overstapservice/20200910">'
            . '<n:resultaat>OverdrachtGeslaagd</n:resultaat><n:dossierVersie>2019.1</n:dossierVersie>'
            . '<n:dossierVerzameldatum>2026-02-16T08:00:00Z</n:dossierVerzameldatum><n:document>'
            . $dossier . '</n:document></n:documentResponse>',
            XSD_ANYXML
        );
    }
}

$server = new SoapServer(getenv('WSDL'), ['cache_wsdl' => WSDL_CACHE_BOTH, 'soap_version' => SOAP_1_1]);
$server->setClass('Dienst');
$server->handle();
