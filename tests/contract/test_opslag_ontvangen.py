"""Messages received, as every store must keep them: the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.domain.ontvangen import Berichtsoort, OntvangenBericht
from gateway.domain.overdracht import Adresblok
from gateway.domain.waarden import Brin, Doel, Koppelsleutel, Oin, RouteringsKenmerk, SessieId
from gateway.ports import Opslag
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import DAAR, HIER, KENMERK, NU, OIN, SLEUTEL_A, SLEUTEL_B, database_url, na

PO = RouteringsKenmerk("0000000700000AH00900")
BERICHT = OntvangenBericht(
    Berichtsoort.TERUGKOPPELING,
    NU,
    HIER,
    Brin("00AH"),
    PO,
    OIN,
    "Proefsysteem",
    Adresblok(HIER.brin, KENMERK, Brin("00AH"), PO),
    Doel.SWV,
    SessieId("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    na(-60),
    Koppelsleutel("0f9619ff-8b86-d011-b42d-00c04fc964ff"),
    "Zoë zegt: kom eens praten.",
)
KAAL = replace(
    BERICHT,
    soort=Berichtsoort.NOTIFICATIE,
    vestiging=DAAR,
    afzender_kenmerk=None,
    adres=Adresblok(Brin("00AH"), None, DAAR.brin, KENMERK),
    doel=None,
    sessie_id=None,
    aanvraagdatum=None,
    koppelsleutel=None,
    tekst=None,
)


def test_een_bericht_komt_terug_zoals_het_kwam(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        nummers = [werk.ontvangen.bewaar(bericht) for bericht in (BERICHT, KAAL)]
    assert [vorige for _, vorige in nummers] == [None, None]
    with opslag.lezen() as werk:
        gelezen = [werk.ontvangen.bericht(nummer) for nummer, _ in nummers]
        assert gelezen == [
            replace(bericht, id=nummer, laatst=NU)
            for bericht, (nummer, _) in zip((BERICHT, KAAL), nummers, strict=True)
        ]
        assert werk.ontvangen.bericht(99) is None


def test_hetzelfde_bericht_blijft_een_rij_en_zegt_wanneer_het_eerder_kwam(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        eerste, _ = werk.ontvangen.bewaar(BERICHT)
    # The case of a GUID says nothing.
    nogmaals = replace(BERICHT, moment=na(5), sessie_id=SessieId("6F9619FF-8B86-D011-B42D-00C04FC964FF"))
    with opslag.werk() as werk:
        assert werk.ontvangen.bewaar(nogmaals) == (eerste, NU)
        assert werk.ontvangen.bewaar(replace(BERICHT, moment=na(9))) == (eerste, na(5))
    with opslag.lezen() as werk:
        rijen, volgende = werk.ontvangen.lijst(None, 0, 10)
    assert (volgende, [(rij.moment, rij.laatst, rij.aantal) for rij in rijen]) == (None, [(NU, na(9), 3)])


def test_een_andere_afzender_maakt_een_ander_bericht(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        een, _ = werk.ontvangen.bewaar(BERICHT)
        ander, vorige = werk.ontvangen.bewaar(replace(BERICHT, oin=Oin("00000003000000040000")))
    assert (vorige, een == ander) == (None, False)


def test_de_lijst_gaat_per_bladzijde_en_blijft_binnen_het_bereik(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        for nr in range(5):
            werk.ontvangen.bewaar(replace(BERICHT, tekst=f"bericht {nr}", vestiging=HIER if nr % 2 else DAAR))
    with opslag.lezen() as werk:
        eerste, na_ = werk.ontvangen.lijst(None, 0, 3)
        assert na_ is not None
        tweede, einde = werk.ontvangen.lijst(None, na_, 3)
        assert [rij.tekst for rij in (*eerste, *tweede)] == [f"bericht {nr}" for nr in range(5)]
        assert einde is None
        assert [rij.tekst for rij in werk.ontvangen.lijst(frozenset({HIER}), 0, 10)[0]] == ["bericht 1", "bericht 3"]
        assert werk.ontvangen.lijst(frozenset(), 0, 10)[0] == []


def test_wat_lang_niet_kwam_gaat_weg(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.ontvangen.bewaar(BERICHT)
        werk.ontvangen.bewaar(KAAL)
        werk.ontvangen.bewaar(replace(KAAL, moment=na(100)))
        assert werk.ontvangen.verwijder_voor(na(50)) == 1
        assert [rij.soort for rij in werk.ontvangen.lijst(None, 0, 10)[0]] == [Berichtsoort.NOTIFICATIE]


@pytest.mark.parametrize("soort", ["sqlite", "postgresql"])
def test_na_een_nieuwe_sleutel_is_het_nog_hetzelfde_bericht(soort: str, tmp_path: Path) -> None:
    with database_url(soort, tmp_path) as url:
        oud = SqlOpslag(url, Kluis(SLEUTEL_A))
        with oud.werk() as werk:
            nummer, _ = werk.ontvangen.bewaar(BERICHT)
        oud.sluit()
        beide = SqlOpslag(url, Kluis(f"{SLEUTEL_B},{SLEUTEL_A}"))
        list(beide.hersleutel())
        with beide.werk() as werk:
            assert werk.ontvangen.bewaar(replace(BERICHT, moment=na(1))) == (nummer, NU)
        beide.sluit()
        # Encrypted under the new key alone: the old one is not needed to read it.
        nieuw = SqlOpslag(url, Kluis(SLEUTEL_B))
        with nieuw.lezen() as werk:
            gelezen = werk.ontvangen.bericht(nummer)
        nieuw.sluit()
        assert gelezen is not None
        assert (gelezen.tekst, gelezen.koppelsleutel) == (BERICHT.tekst, BERICHT.koppelsleutel)
