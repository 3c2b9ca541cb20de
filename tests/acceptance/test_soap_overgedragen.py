"""Handed over or not, on the real service with real dossiers (`interfaces.md`, How a dossier behaves)."""

from __future__ import annotations

import itertools
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld, Klaargezet
from tests.hulp.soapklant import PING, SoapKlant, document, envelop, http_verzoek, lees_antwoord

_nummers = leerlingen(64, __name__)
MATEN = (60_000, 178_000)
_RECORD = 16_384


@pytest.fixture(scope="module")
def las(wereld: DraaiendeWereld) -> Iterator[SoapKlant]:
    klant = SoapKlant(wereld.dev)
    yield klant
    klant.sluit()


def nieuw(wereld: DraaiendeWereld, omvang: int) -> Klaargezet:
    nummer = next(_nummers)
    return wereld.zet_klaar(str(nummer), proef_pgn(nummer), omvang=omvang, zaad=nummer)


def vraag(las: SoapKlant, wie: Klaargezet) -> bytes:
    return http_verzoek(envelop(document(las.sessie(wie.pgn.waarde), wie.pgn.waarde)))


def lees(lijn: socket.socket, aantal: int) -> int:
    gelezen = 0
    while gelezen < aantal and (deel := lijn.recv(min(65_536, aantal - gelezen))):
        gelezen += len(deel)
    return gelezen


def totaal(las: SoapKlant, wie: Klaargezet) -> int:
    """Octets of the whole HTTP response with this dossier."""
    with las.lijn() as lijn:
        lijn.sendall(vraag(las, wie))
        antwoord = b""
        while b"\r\n\r\n" not in antwoord:
            antwoord += lijn.recv(65_536)
        kop, _, _ = antwoord.partition(b"\r\n\r\n")
        lengte = next(int(r.split(b":")[1]) for r in kop.lower().split(b"\r\n") if r.startswith(b"content-length"))
        reset(lijn)
        return len(kop) + 4 + lengte


def reset(lijn: socket.socket) -> None:
    lijn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    lijn.close()


def sluit(lijn: socket.socket) -> None:
    lijn.close()


def een_octet(_totaal: int) -> int:
    return 1


def de_helft(totaal_: int) -> int:
    return totaal_ // 2


def op_het_laatste_record_na(totaal_: int) -> int:
    return (totaal_ - 1) // _RECORD * _RECORD


@pytest.mark.parametrize("omvang", MATEN)
@pytest.mark.parametrize("einde", [sluit, reset], ids=["sluit", "reset"])
def test_niet_alles_gelezen_blijft_blauw(
    wereld: DraaiendeWereld, las: SoapKlant, omvang: int, einde: Callable[[socket.socket], None]
) -> None:
    gevallen = []
    for hoeveel, wacht in itertools.product((een_octet, de_helft, op_het_laatste_record_na), (0.0, 0.3)):
        wie = nieuw(wereld, omvang)
        octets = totaal(las, wie)
        with las.lijn() as lijn:
            lijn.sendall(vraag(las, wie))
            lees(lijn, hoeveel(octets))
            time.sleep(wacht)  # when not at once: the rest reaches our kernel, and the gateway sees an empty queue
            einde(lijn)
        gevallen.append(wie)
    time.sleep(2.5)
    kern = wereld.kern()
    assert [kern.dossier(wie.elk_nummer)["status"] for wie in gevallen] == ["blauw"] * len(gevallen)
    nummers = {wie.elk_nummer for wie in gevallen}
    rijen = kern.overdrachten(resultaat="OverdrachtGeslaagd", brin="00YY", aantal="1000")["overdrachten"]
    eigen = [rij for rij in rijen if rij.get("elkNummer") in nummers]
    assert len(eigen) == 2 * len(gevallen)
    assert not any(rij["overgedragen"] for rij in eigen)


@pytest.mark.parametrize("omvang", MATEN)
@pytest.mark.parametrize("tls", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["tls12", "tls13"])
def test_alles_gelezen_en_dicht_is_meteen_groen(
    wereld: DraaiendeWereld, las: SoapKlant, omvang: int, tls: ssl.TLSVersion
) -> None:
    wie = nieuw(wereld, omvang)
    context = las.context()
    context.minimum_version = context.maximum_version = tls
    with las.lijn(context) as lijn:
        lijn.sendall(vraag(las, wie))
        assert lees_antwoord(lijn).resultaat == "OverdrachtGeslaagd"
    assert wereld.kern().wacht_op_status(wie.elk_nummer, "groen")["status"] == "groen"


@pytest.mark.parametrize("omvang", MATEN)
def test_alles_gelezen_en_open_gehouden_is_na_twee_seconden_groen(
    wereld: DraaiendeWereld, las: SoapKlant, omvang: int
) -> None:
    wie = nieuw(wereld, omvang)
    with las.lijn() as lijn:
        lijn.sendall(vraag(las, wie))
        assert lees_antwoord(lijn).resultaat == "OverdrachtGeslaagd"
        beeld = wereld.kern().wacht_op_status(wie.elk_nummer, "groen")
        assert beeld["status"] == "groen"
    rijen = wereld.kern().overdrachten(resultaat="OverdrachtGeslaagd", brin="00YY", aantal="1000")["overdrachten"]
    [rij] = [rij for rij in rijen if rij.get("elkNummer") == wie.elk_nummer]
    duur = datetime.fromisoformat(beeld["opgehaald"]["moment"]) - datetime.fromisoformat(rij["moment"])
    assert duur.total_seconds() >= 2


@pytest.mark.parametrize("omvang", MATEN)
def test_een_volgend_verzoek_bewijst_de_ontvangst(wereld: DraaiendeWereld, las: SoapKlant, omvang: int) -> None:
    wie = nieuw(wereld, omvang)
    with las.lijn() as lijn:
        lijn.sendall(vraag(las, wie))
        assert lees_antwoord(lijn).resultaat == "OverdrachtGeslaagd"
        lijn.sendall(http_verzoek(PING))
        assert lees_antwoord(lijn).status == 200
        assert wereld.kern().wacht_op_status(wie.elk_nummer, "groen")["status"] == "groen"


def test_vooraf_verstuurde_verzoeken_bewijzen_niets(wereld: DraaiendeWereld, las: SoapKlant) -> None:
    """Pipelined requests were sent before the answer was there; then the peer leaves unread octets behind."""
    wie = nieuw(wereld, 178_000)
    with las.lijn() as lijn:
        lijn.sendall(vraag(las, wie) + http_verzoek(PING))
        lees(lijn, 20_000)
        reset(lijn)
    time.sleep(3)
    assert wereld.kern().dossier(wie.elk_nummer)["status"] == "blauw"


def test_na_een_afgebroken_en_een_hele_levering_is_het_groen(wereld: DraaiendeWereld, las: SoapKlant) -> None:
    wie = nieuw(wereld, 60_000)
    verzoek = vraag(las, wie)
    with las.lijn() as lijn:
        lijn.sendall(verzoek)
        lees(lijn, 100)
        reset(lijn)
    with las.lijn() as lijn:
        lijn.sendall(verzoek)
        assert lees_antwoord(lijn).resultaat == "OverdrachtGeslaagd"
    assert wereld.kern().wacht_op_status(wie.elk_nummer, "groen")["status"] == "groen"
    rijen = wereld.kern().overdrachten(resultaat="OverdrachtGeslaagd", brin="00YY", aantal="1000")["overdrachten"]
    eigen = [bool(rij["overgedragen"]) for rij in rijen if rij.get("elkNummer") == wie.elk_nummer]
    assert sorted(eigen) == [False, True]


def test_een_oude_versie_ophalen_maakt_niet_groen(wereld: DraaiendeWereld, las: SoapKlant) -> None:
    """A new version comes while the old one is still under way: the dot is that of the newest."""
    wie = nieuw(wereld, 178_000)
    with las.lijn() as lijn:
        lijn.sendall(vraag(las, wie))
        lees(lijn, 1_000)
        wereld.zet_klaar(wie.elk_nummer, wie.pgn, omvang=50_000, zaad=2)
        lees(lijn, 150_000)
    time.sleep(0.5)
    assert wereld.kern().dossier(wie.elk_nummer)["status"] == "blauw"
