"""The SOAP port over real mutual TLS: what it answers to good, bad and hostile requests, and when a dot turns green."""

from __future__ import annotations

import http.client
import socket
import struct
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import zeep
import zeep.transports

from gateway.domain.dossier import Status
from gateway.domain.overdracht import Sessieantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Oin, RouteringsKenmerk
from gateway.entry.soap.behandeling import OPERATIES
from gateway.entry.soap.beller import Proxy
from gateway.ports import LeveringFilter, OpslagNietBeschikbaar
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from tests.hulp.berichtvoorbeelden import ADRES, DOCUMENT, NS, SESSIE, envelop
from tests.hulp.geduld import GEDULD, wacht_tot
from tests.hulp.poort import GATEWAY, MAGISTER, klant_context, verbind
from tests.hulp.soapwereld import PING, VRAAG, Soapwereld, oin_uit, soapwereld

BRON = "/oso/20200910/bron"
XML = {"Content-Type": "text/xml; charset=utf-8"}
VREEMDE = Oin("00000003000000090000")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    namen = {"gateway": GATEWAY, "magister": MAGISTER, "vreemde": VREEMDE}
    return maak_ontwikkel_pki(tmp_path_factory.mktemp("pki"), namen)


@pytest.fixture(scope="module")
def wereld(pki: OntwikkelPki) -> Iterator[Soapwereld]:
    with soapwereld(pki) as wereld:
        wereld.zet_klaar(60_000)
        yield wereld


def verbinding_met(wereld: Soapwereld, pki: OntwikkelPki, partij: str = "magister") -> http.client.HTTPSConnection:
    context = klant_context(pki, partij)
    return http.client.HTTPSConnection("localhost", wereld.adres.nummer, timeout=GEDULD, context=context)


def vraag(
    wereld: Soapwereld,
    pki: OntwikkelPki,
    lijf: bytes = VRAAG,
    *,
    pad: str = BRON,
    koppen: dict[str, str] | None = None,
    partij: str = "magister",
    methode: str = "POST",
) -> tuple[int, bytes, http.client.HTTPResponse]:
    verbinding = verbinding_met(wereld, pki, partij)
    verbinding.request(methode, pad, lijf, XML if koppen is None else koppen)
    antwoord = verbinding.getresponse()
    inhoud = antwoord.read()
    verbinding.close()
    return antwoord.status, inhoud, antwoord


def wacht_op(wereld: Soapwereld, status: Status) -> None:
    wacht_tot(wereld.status, lambda gezien: gezien is status)


# ------------------------------------------------------------------------------------------------ the dot


@pytest.mark.parametrize("grootte", [60_000, 178_000])
def test_opgehaald_dossier_komt_heel_aan_en_wordt_groen(wereld: Soapwereld, pki: OntwikkelPki, grootte: int) -> None:
    octets = wereld.zet_klaar(grootte)
    assert wereld.status() is Status.BLAUW
    status, antwoord, _ = vraag(wereld, pki)
    assert status == 200
    assert b"document>" + octets + b"</" in antwoord
    wacht_op(wereld, Status.GROEN)


def test_wie_open_houdt_krijgt_groen(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    wereld.zet_klaar(178_000)
    verbinding = verbinding_met(wereld, pki)
    verbinding.request("POST", BRON, VRAAG, XML)
    verbinding.getresponse().read()
    wacht_op(wereld, Status.GROEN)
    verbinding.close()


def test_half_gelezen_blijft_blauw_en_daarna_lukt_het(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    wereld.zet_klaar(178_000)
    kop = f"POST {BRON} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: {len(VRAAG)}\r\n\r\n".encode()
    for aantal, ruw in ((1, False), (90_000, False), (1, True), (90_000, True)):
        verbinding = verbind(wereld.adres, klant_context(pki))
        verbinding.sendall(kop + VRAAG)
        while aantal > 0:
            aantal -= len(verbinding.recv(min(aantal, 16_384)))
        if ruw:
            verbinding.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        verbinding.close()
    wacht_tot(lambda: sum(naam == "niet-overgedragen" for naam, _ in wereld.gemeld), lambda aantal: aantal >= 4)
    assert wereld.status() is Status.BLAUW
    vraag(wereld, pki)
    wacht_op(wereld, Status.GROEN)


def test_weigering_kleurt_niets(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    wereld.zet_klaar(1_000)
    wereld.sessies.antwoord = Sessieantwoord(Resultaat.SESSIE_VERLOPEN)
    try:
        status, antwoord, _ = vraag(wereld, pki)
    finally:
        wereld.sessies.antwoord = Sessieantwoord(Resultaat.OVERDRACHT_GESLAAGD)
    assert status == 200
    assert b"SessieVerlopen" in antwoord
    time.sleep(0.5)
    assert wereld.status() is Status.BLAUW


# ------------------------------------------------------------------------------------------- other clients


def test_zeep_uit_onze_wsdl_en_requests_halen_op(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    wereld.zet_klaar(60_000)
    sessie = requests.Session()
    sessie.trust_env = False
    paar = pki.partijen["magister"]
    sessie.cert, sessie.verify = (str(paar.cert), str(paar.key)), str(pki.ca)
    url = f"https://127.0.0.1:{wereld.adres.nummer}{BRON}"
    maak: Any = zeep
    client = maak.Client(f"{url}?wsdl", transport=maak.transports.Transport(session=sessie))
    antwoord: Any = client.service.document(
        bronBrin="00YY",
        bronRouteringsKenmerk="0000000700000YY00931",
        doelBrin="00YY",
        doelRouteringsKenmerk="0000000700000YY00932",
        pgn="101211151",
        overdrachtsoort="overstapdossier",
        sessieId=SESSIE,
    )
    assert antwoord.resultaat == "OverdrachtGeslaagd"
    assert client.service.ping()
    kaal = sessie.post(url, data=VRAAG, headers=XML, timeout=GEDULD)
    assert kaal.status_code == 200
    assert "OverdrachtGeslaagd" in kaal.text
    sessie.close()
    wacht_op(wereld, Status.GROEN)


# ------------------------------------------------------------------------------------------------- HTTP


@pytest.mark.parametrize(
    ("methode", "pad", "status"),
    [
        ("POST", "/oso/19990101/bron", 404),
        ("POST", "/oso/20200910/trafficcenter", 404),
        ("POST", f"{BRON}/", 404),
        ("GET", "/", 404),
        ("GET", BRON, 405),
        ("GET", f"{BRON}?wsd", 405),
        ("PUT", BRON, 405),
        ("DELETE", BRON, 405),
        ("HEAD", BRON, 405),
        ("GET", f"{BRON}?wsdl", 200),
        ("GET", f"{BRON}?WSDL", 200),
        ("GET", "/oso/20200910/doel?wsdl", 200),
    ],
)
def test_paden_en_methoden(wereld: Soapwereld, pki: OntwikkelPki, methode: str, pad: str, status: int) -> None:
    gekregen, inhoud, antwoord = vraag(
        wereld, pki, b"" if methode in ("GET", "HEAD") else VRAAG, pad=pad, methode=methode
    )
    assert gekregen == status
    if status == 405:
        assert "POST" in (antwoord.getheader("allow") or "")
    if status == 200:
        assert f'location="https://127.0.0.1:{wereld.adres.nummer}{pad.partition("?")[0]}"'.encode() in inhoud


@pytest.mark.parametrize(
    ("koppen", "status"),
    [
        ({"Content-Type": "text/xml"}, 200),
        ({"Content-Type": 'text/xml;charset="UTF-8"'}, 200),
        ({"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"onzin"'}, 200),
        ({"Content-Type": "application/soap+xml"}, 415),
        ({"Content-Type": "text/xml; charset=iso-8859-1"}, 415),
        ({"Content-Type": "application/json"}, 415),
        ({}, 415),
        ({"Content-Type": "text/xml", "Content-Encoding": "gzip"}, 415),
    ],
)
def test_inhoudstypen(wereld: Soapwereld, pki: OntwikkelPki, koppen: dict[str, str], status: int) -> None:
    assert vraag(wereld, pki, PING, koppen=koppen)[0] == status


def test_utf16_wordt_gelezen(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    lijf = ('<?xml version="1.0" encoding="UTF-16"?>' + PING.decode()).encode("utf-16")
    status, inhoud, _ = vraag(wereld, pki, lijf, koppen={"Content-Type": "text/xml; charset=utf-16"})
    assert status == 200
    assert b"true" in inhoud


def test_aangekondigd_te_groot_is_413_ongelezen(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    status, _, antwoord = vraag(wereld, pki, b"x" * 1_000_001)
    assert status == 413
    assert antwoord.getheader("connection") == "close"
    assert vraag(wereld, pki, PING)[0] == 200


def test_onaangekondigd_te_groot_wordt_afgekapt(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    verbinding = verbinding_met(wereld, pki)
    verbinding.request("POST", BRON, iter([b"x" * 100_000] * 30), XML, encode_chunked=True)
    antwoord = verbinding.getresponse()
    assert antwoord.status == 500
    assert b"TeGroot" in antwoord.read()
    verbinding.close()


# ------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("lijf", "code"),
    [
        (b"", "BerichtOngeldig"),
        (b"geen xml", "BerichtOngeldig"),
        (b"<a/>", "BerichtOngeldig"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + VRAAG, "BerichtOngeldig"),
        (envelop(f'<documentRequest xmlns="{NS}"/>'), "BerichtOngeldig"),
        (envelop(f'<onzinRequest xmlns="{NS}"/>'), "OperatieOnbekend"),
        (envelop(DOCUMENT.replace("20200910", "20180404")), "VersieOnbekend"),
        (envelop(DOCUMENT.replace("0000000700000YY00931", "0000000700000YY00999")), "BronHoortNietBijSysteem"),
        (envelop(DOCUMENT.replace("0000000700000YY00932", "0000000700000YY00931")), "CertificaatHoortNietBijPartij"),
    ],
    ids=["leeg", "geen_xml", "geen_soap", "doctype", "xsd", "operatie", "versie", "bron", "partij"],
)
def test_faults(wereld: Soapwereld, pki: OntwikkelPki, lijf: bytes, code: str) -> None:
    status, inhoud, antwoord = vraag(wereld, pki, lijf)
    assert status == 500
    assert (antwoord.getheader("content-type") or "").startswith("text/xml")
    assert f"{code}<".encode() in inhoud
    assert b"root:" not in inhoud
    assert b"101211151" not in inhoud


def test_vreemde_krijgt_niets_maar_wel_de_wsdl(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    status, inhoud, _ = vraag(wereld, pki, partij="vreemde")
    assert status == 500
    assert b"CertificaatHoortNietBijPartij" in inhoud
    assert vraag(wereld, pki, b"", pad=f"{BRON}?wsdl", methode="GET", partij="vreemde")[0] == 200


def test_dezelfde_verbinding_gaat_door_na_een_fault(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    verbinding = verbinding_met(wereld, pki)
    for lijf, status in ((b"rommel", 500), (PING, 200), (b"<", 500), (VRAAG, 200)):
        verbinding.request("POST", BRON, lijf, XML)
        antwoord = verbinding.getresponse()
        antwoord.read()
        assert antwoord.status == status
    verbinding.close()


@pytest.mark.parametrize(
    ("fout", "code"),
    [(OpslagNietBeschikbaar("weg"), "TijdelijkeStoring"), (ZeroDivisionError("101211151"), "InterneFout")],
)
def test_storing_wordt_een_fault_zonder_inhoud(pki: OntwikkelPki, fout: Exception, code: str) -> None:
    def stuk(*_: object) -> Any:
        raise fout

    with soapwereld(pki, operaties={**OPERATIES, "document": stuk}) as wereld:
        status, inhoud, _ = vraag(wereld, pki)
        melding = next(velden for naam, velden in wereld.gemeld if naam == "soap-fout")
    assert status == 500
    assert f"{code}<".encode() in inhoud
    assert b"101211151" not in inhoud
    assert melding["foutId"].encode() in inhoud
    assert "101211151" not in str(melding)


# ------------------------------------------------------------------------------------------------- proxy


def _pem(pki: OntwikkelPki, partij: str) -> str:
    return pki.partijen[partij].cert.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"


def test_proxy_geeft_het_certificaat_door(pki: OntwikkelPki) -> None:
    proxy = Proxy.uit(["127.0.0.0/8"], "X-Client-Cert", oin_uit)
    kop = urllib.parse.quote(_pem(pki, "magister"), safe="")
    with soapwereld(pki, proxy=proxy) as wereld:
        wereld.zet_klaar(1_000)
        zonder, inhoud, _ = vraag(wereld, pki, partij="gateway")
        assert (zonder, b"CertificaatHoortNietBijPartij" in inhoud) == (500, True)
        assert vraag(wereld, pki, b"", pad=f"{BRON}?wsdl", methode="GET", partij="gateway")[0] == 403
        status, inhoud, _ = vraag(wereld, pki, koppen={**XML, "X-Client-Cert": kop}, partij="gateway")
        assert (status, b"OverdrachtGeslaagd" in inhoud) == (200, True)
        for rommel in ("", "onzin", ":b25zaW4=:", kop + "%ff", "%41" * 9_000):
            assert vraag(wereld, pki, koppen={**XML, "X-Client-Cert": rommel}, partij="gateway")[0] in (431, 500)
        with wereld.opslag.lezen() as werk:
            assert [levering.via for levering in werk.leveringen.lijst(LeveringFilter(), 0, 10)[0]] == ["proxy"]


def test_kop_van_een_ander_dan_de_proxy_telt_niet(pki: OntwikkelPki) -> None:
    proxy = Proxy.uit(["192.0.2.1"], "X-Client-Cert", oin_uit)
    kop = urllib.parse.quote(_pem(pki, "magister"), safe="")
    with soapwereld(pki, proxy=proxy) as wereld:
        wereld.zet_klaar(1_000)
        status, inhoud, _ = vraag(wereld, pki, koppen={**XML, "X-Client-Cert": kop}, partij="vreemde")
        assert status == 500
        assert b"CertificaatHoortNietBijPartij" in inhoud


def test_stop_wacht_op_een_lopende_overdracht(pki: OntwikkelPki) -> None:
    with soapwereld(pki) as wereld:
        wereld.zet_klaar(60_000)
        verbinding = http.client.HTTPSConnection(
            "localhost", wereld.adres.nummer, timeout=GEDULD, context=klant_context(pki)
        )
        verbinding.request("POST", BRON, VRAAG, XML)
        verbinding.getresponse().read()
        wereld.stopknop.druk()
    assert wereld.status() is Status.GROEN
    verbinding.close()


# ------------------------------------------------------------------------------------- what others send unasked

PO_ADRES = (
    "<bronBrin>00YY</bronBrin><bronRouteringsKenmerk>0000000700000YY00932</bronRouteringsKenmerk>"
    "<doelBrin>00YY</doelBrin><doelRouteringsKenmerk>0000000700000YY00931</doelRouteringsKenmerk>"
)
NOTIFICATIE = (
    f'<notificatieRequest xmlns="{NS}">{PO_ADRES}<sessieId>{SESSIE}</sessieId>'
    "<aanvraagdatum>2026-01-20T11:17:33+01:00</aanvraagdatum><doel>OV</doel></notificatieRequest>"
)
TERUGKOPPELING = (
    f'<terugkoppelingRequest xmlns="{NS}">{ADRES}<koppelsleutel>{SESSIE}</koppelsleutel>'
    "<tekst>Kom eens praten.</tekst></terugkoppelingRequest>"
)


@pytest.mark.parametrize(
    ("dienst", "bericht", "verwacht"),
    [
        ("doel", NOTIFICATIE, b"NotificatieOntvangen"),
        ("bron", TERUGKOPPELING, b"TerugkoppelingOntvangen"),
        ("bron", TERUGKOPPELING.replace(ADRES, PO_ADRES), b"TerugkoppelingOntvangen"),
    ],
)
def test_bericht_van_een_ander_wordt_bevestigd_en_eenmaal_bewaard(
    pki: OntwikkelPki, dienst: str, bericht: str, verwacht: bytes
) -> None:
    with soapwereld(pki) as eigen:
        for _ in range(2):
            status, antwoord, _kop = vraag(eigen, pki, envelop(bericht), pad=f"/oso/20200910/{dienst}")
            assert (status, verwacht in antwoord) == (200, True)
        with eigen.opslag.lezen() as werk:
            (rij,), _ = werk.ontvangen.lijst(None, 0, 10)
            assert (rij.aantal, rij.afzender_kenmerk) == (2, RouteringsKenmerk("0000000700000YY00932"))
            assert len(werk.logboek.gebeurtenissen(0, 10)) == 1
            assert len(werk.logboek.audit_rijen(0, 10)) == 2


@pytest.mark.parametrize(("dienst", "bericht"), [("doel", NOTIFICATIE), ("bron", TERUGKOPPELING)])
def test_bericht_van_een_vreemde_of_voor_een_ander_is_een_fault(
    wereld: Soapwereld, pki: OntwikkelPki, dienst: str, bericht: str
) -> None:
    pad = f"/oso/20200910/{dienst}"
    assert b"CertificaatHoortNietBijPartij" in vraag(wereld, pki, envelop(bericht), pad=pad, partij="vreemde")[1]
    ander = bericht.replace("YY00931", "YY00999")
    assert b"BronHoortNietBijSysteem" in vraag(wereld, pki, envelop(ander), pad=pad)[1]


def test_bericht_wordt_alleen_bevestigd_als_het_bewaard_is(wereld: Soapwereld, pki: OntwikkelPki) -> None:
    def weg() -> None:
        raise OpslagNietBeschikbaar("weg")

    wereld.opslag.storing = weg
    try:
        status, antwoord, _ = vraag(wereld, pki, envelop(NOTIFICATIE), pad="/oso/20200910/doel")
    finally:
        wereld.opslag.storing = None
    assert (status, b"TijdelijkeStoring" in antwoord) == (500, True)
