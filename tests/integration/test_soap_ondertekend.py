"""A party that signs, over real mutual TLS: what it must send, what it gets, and what an attacker makes of it."""

from __future__ import annotations

import copy
import http.client
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from gateway.domain.dossier import Status
from gateway.domain.waarden import Oin
from gateway.entry.soap.beveiliging import HerhalingenInOpslag
from gateway.store.opslag import SqlOpslag
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from gateway.trust.fouten import BerichtGeweigerd
from gateway.trust.kluis import Kluis
from gateway.trust.wssec import SOAP, WSSE, WSU
from gateway.xmlio import canoniek, lees
from tests.hulp.berichtvoorbeelden import DOCUMENT, NS, envelop
from tests.hulp.opslagen import SLEUTEL_A, database_url
from tests.hulp.poort import GATEWAY, MAGISTER, klant_context
from tests.hulp.soapwereld import PING, VRAAG, Soapwereld, soapwereld
from tests.hulp.tekenaar import (
    HEEFT_XMLSEC1,
    klopt_volgens_xmlsec1,
    lezer,
    nu,
    onderteken,
    onderteken_met_xmlsec1,
)

BODY, KOP = f"{SOAP}Body", f"{SOAP}Header"
BEVEILIGING = f"{KOP}/{WSSE}Security"
PINGVRAAG = f'<pingRequest xmlns="{NS}"/>'


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    namen = {"gateway": GATEWAY, "magister": MAGISTER, "vreemde": Oin("00000003000000090000")}
    return maak_ontwikkel_pki(tmp_path_factory.mktemp("pki"), namen)


@pytest.fixture(scope="module")
def wereld(pki: OntwikkelPki) -> Iterator[Soapwereld]:
    with soapwereld(pki, ondertekent=True) as wereld:
        wereld.zet_klaar(60_000)
        yield wereld


@pytest.fixture(scope="module")
def lichaam(pki: OntwikkelPki) -> Callable[[bytes], etree._Element]:
    """Reads an answer that the gateway must have signed."""
    return lezer(pki, GATEWAY)


def stuur(wereld: Soapwereld, pki: OntwikkelPki, lijf: bytes) -> tuple[int, bytes]:
    context = klant_context(pki)
    verbinding = http.client.HTTPSConnection("localhost", wereld.adres.nummer, timeout=10, context=context)
    verbinding.request("POST", "/oso/20200910/bron", lijf, {"Content-Type": "text/xml; charset=utf-8"})
    antwoord = verbinding.getresponse()
    inhoud = antwoord.read()
    verbinding.close()
    return antwoord.status, inhoud


def eis_geweigerd(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element], lijf: bytes
) -> str:
    """Send what must be refused; the fault is signed and says nothing of why, the log does."""
    wereld.gemeld.clear()
    status, antwoord = stuur(wereld, pki, lijf)
    fout = lichaam(antwoord).find(f"{SOAP}Fault")
    assert status == 500
    assert fout is not None
    assert fout.findtext(f".//{{{NS}}}code") == "BerichtOngeldig"
    regels = [velden for naam, velden in wereld.gemeld if naam == "handtekening-geweigerd"]
    assert [(regel["oin"], regel["foutId"]) for regel in regels] == [
        (MAGISTER.waarde, fout.findtext(f".//{{{NS}}}foutId"))
    ]
    assert fout.findtext("faultstring") == (
        "De ondertekening van het bericht (WS-Security) ontbreekt of klopt niet. "
        "Neem met het foutnummer contact op met de beheerder van deze dienst."
    )
    return str(regels[0]["reden"])


# ------------------------------------------------------------------------------------------------------- the good


def test_een_ondertekende_ping_krijgt_een_ondertekend_antwoord(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element]
) -> None:
    status, antwoord = stuur(wereld, pki, onderteken(pki.partijen["magister"], PING))
    assert status == 200
    assert lichaam(antwoord).find(f"{{{NS}}}pingResponse") is not None
    with pytest.raises(BerichtGeweigerd, match="al eens"):
        lichaam(antwoord)


def test_een_dossier_komt_canoniek_gelijk_aan_en_de_stip_wordt_groen(
    pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element]
) -> None:
    with soapwereld(pki, ondertekent=True) as wereld:
        octets = wereld.zet_klaar(178_000)
        status, antwoord = stuur(wereld, pki, onderteken(pki.partijen["magister"], VRAAG))
        dossier = lichaam(antwoord).find(".//{urn:proef}dossier")
        assert status == 200
        assert dossier is not None
        assert canoniek(dossier) == canoniek(lees(octets))
    # The port has stopped, so it has decided.
    assert wereld.status() is Status.GROEN


@pytest.mark.skipif(not HEEFT_XMLSEC1, reason="Debian package xmlsec1 is not installed")
def test_xmlsec1_tekent_wat_wij_aannemen_en_neemt_aan_wat_wij_tekenen(
    wereld: Soapwereld, pki: OntwikkelPki, tmp_path: Path
) -> None:
    bericht = onderteken_met_xmlsec1(pki.partijen["magister"], DOCUMENT, tmp_path)
    status, antwoord = stuur(wereld, pki, bericht)
    assert status == 200
    assert b"OverdrachtGeslaagd" in antwoord
    assert klopt_volgens_xmlsec1(antwoord, pki.ondertekening.cert, tmp_path)
    assert not klopt_volgens_xmlsec1(antwoord.replace(b"zzz", b"zyz", 1), pki.ondertekening.cert, tmp_path)


def test_een_fout_in_een_goed_ondertekend_bericht_is_een_gewone_ondertekende_fout(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element]
) -> None:
    kop = '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"/></s:Header>'
    for bericht, code in (
        (envelop(f'<onzinRequest xmlns="{NS}"/>'), "Client"),
        (envelop(PINGVRAAG, kop), "MustUnderstand"),
    ):
        status, antwoord = stuur(wereld, pki, onderteken(pki.partijen["magister"], bericht))
        assert status == 500
        assert lichaam(antwoord).findtext(f"{SOAP}Fault/faultcode") == f"soapenv:{code}"


@pytest.mark.parametrize(
    ("lijf", "code"),
    [
        (b"<geen-soap/>", "Client"),
        (b"geen xml", "Client"),
        (envelop(PINGVRAAG, ns="http://www.w3.org/2003/05/soap-envelope"), "VersionMismatch"),
        (b"<a>" + b"x" * 1_000_001, "Client"),
    ],
)
def test_ook_de_fout_op_een_bericht_zonder_vorm_is_ondertekend(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element], lijf: bytes, code: str
) -> None:
    # Without a declared length a body that is too large is found while it is read.
    context = klant_context(pki)
    verbinding = http.client.HTTPSConnection("localhost", wereld.adres.nummer, timeout=10, context=context)
    stukken = (lijf[plek : plek + 400_000] for plek in range(0, len(lijf), 400_000))
    verbinding.request("POST", "/oso/20200910/bron", stukken, {"Content-Type": "text/xml"}, encode_chunked=True)
    antwoord = verbinding.getresponse()
    assert antwoord.status == 500
    assert lichaam(antwoord.read()).findtext(f"{SOAP}Fault/faultcode") == f"soapenv:{code}"
    verbinding.close()


# ----------------------------------------------------------------------------------------------------- the refused


def _gewijzigd(boom: etree._Element) -> None:
    vraag = boom.find(f"{BODY}/{{{NS}}}documentRequest")
    assert vraag is not None
    vraag[-1].text = "3b0e1b3e-8f2d-4d0e-9a5c-1e5f8a7b6c5e"


def _zonder_tijdstempel(boom: etree._Element) -> None:
    tijdstempel = boom.find(f"{BEVEILIGING}/{WSU}Timestamp")
    assert tijdstempel is not None
    ouder = tijdstempel.getparent()
    assert ouder is not None
    ouder.remove(tijdstempel)


def _ingepakt(boom: etree._Element) -> None:
    """Signature wrapping: the signed Body moves into a header, another one takes its place."""
    echt, kop = boom.find(BODY), boom.find(KOP)
    assert echt is not None
    assert kop is not None
    vals = copy.deepcopy(echt)
    _vervang_sessie(vals)
    boom.replace(echt, vals)
    etree.SubElement(kop, "{urn:x}Wrapper").append(echt)


def _ingepakt_met_ander_id(boom: etree._Element) -> None:
    _ingepakt(boom)
    vals = boom.find(BODY)
    assert vals is not None
    vals.set(f"{WSU}Id", "Body-vals")


def _tweede_body(boom: etree._Element) -> None:
    echt = boom.find(BODY)
    assert echt is not None
    vals = copy.deepcopy(echt)
    _vervang_sessie(vals)
    boom.append(vals)


def _vervang_sessie(lichaam_: etree._Element) -> None:
    lichaam_[0][-1].text = "3b0e1b3e-8f2d-4d0e-9a5c-1e5f8a7b6c5e"


@pytest.mark.parametrize("verander", [_gewijzigd, _zonder_tijdstempel, _ingepakt, _ingepakt_met_ander_id, _tweede_body])
def test_wat_na_het_tekenen_veranderde_wordt_geweigerd(
    wereld: Soapwereld,
    pki: OntwikkelPki,
    lichaam: Callable[[bytes], etree._Element],
    verander: Callable[[etree._Element], None],
) -> None:
    boom = lees(onderteken(pki.partijen["magister"], VRAAG))
    verander(boom)
    eis_geweigerd(wereld, pki, lichaam, etree.tostring(boom))


def test_onondertekend_wordt_geweigerd(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element]
) -> None:
    assert "niet ondertekend" in eis_geweigerd(wereld, pki, lichaam, envelop(PINGVRAAG, "<s:Header/>"))
    eis_geweigerd(wereld, pki, lichaam, PING)


def test_een_herhaald_bericht_wordt_geweigerd(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element]
) -> None:
    bericht = onderteken(pki.partijen["magister"], PING)
    assert stuur(wereld, pki, bericht)[0] == 200
    assert "al eens" in eis_geweigerd(wereld, pki, lichaam, bericht)


@pytest.mark.parametrize("minuten", [-6, 6])
def test_een_oud_of_toekomstig_bericht_wordt_geweigerd(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element], minuten: int
) -> None:
    bericht = onderteken(pki.partijen["magister"], PING, nu() + timedelta(minutes=minuten))
    assert "5 minuten" in eis_geweigerd(wereld, pki, lichaam, bericht)


def test_een_handtekening_van_een_ander_wordt_geweigerd(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element]
) -> None:
    bericht = onderteken(pki.partijen["vreemde"], PING)
    assert "andere partij" in eis_geweigerd(wereld, pki, lichaam, bericht)


def test_een_lange_naamruimte_wordt_niet_vermenigvuldigd(
    wereld: Soapwereld, pki: OntwikkelPki, lichaam: Callable[[bytes], etree._Element]
) -> None:
    """Canonical octets would be 900 KB times 5000."""
    veel = f'<x xmlns:l="urn:{"l" * 900_000}">{"<l:e/>" * 5_000}</x>'
    reden = eis_geweigerd(wereld, pki, lichaam, envelop(veel, "<s:Header/>"))
    assert "naamruimte" in reden


def test_twee_poorten_op_een_opslag_nemen_een_bericht_eenmaal_aan(pki: OntwikkelPki, tmp_path: Path) -> None:
    with database_url("sqlite", tmp_path) as url:
        opslagen = [SqlOpslag(url, Kluis(SLEUTEL_A)) for _ in range(2)]
        registers = [HerhalingenInOpslag(opslag) for opslag in opslagen]
        with (
            soapwereld(pki, ondertekent=True, herhalingen=registers[0]) as een,
            soapwereld(pki, ondertekent=True, herhalingen=registers[1]) as twee,
        ):
            bericht = onderteken(pki.partijen["magister"], PING)
            assert [stuur(poort, pki, bericht)[0] for poort in (een, twee)] == [200, 500]
        for opslag in opslagen:
            opslag.sluit()


# ------------------------------------------------------------------------------------- who does not sign


def test_wie_niet_tekent_merkt_er_niets_van(pki: OntwikkelPki) -> None:
    ondertekend = onderteken(pki.partijen["magister"], PING)
    zonder_plicht = lees(ondertekend)
    kop = zonder_plicht.find(BEVEILIGING)
    assert kop is not None
    del kop.attrib[f"{SOAP}mustUnderstand"]
    with soapwereld(pki) as wereld:
        status, antwoord = stuur(wereld, pki, ondertekend)
        assert (status, lees(antwoord).findtext(f".//{SOAP}Fault/faultcode")) == (500, "soapenv:MustUnderstand")
        assert b"Security" not in antwoord
        for _ in range(2):
            status, antwoord = stuur(wereld, pki, etree.tostring(zonder_plicht))
            assert status == 200
            assert b"Security" not in antwoord
