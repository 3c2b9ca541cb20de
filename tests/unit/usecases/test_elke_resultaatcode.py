"""Every code of the result table is said by somebody, and whoever hears it does what the table says.

Said: by the gateway (as bron, as doel) or by the rules of the simulated Traffic Center, never by a test. Heard: by the
gateway, or by the Traffic Center where only that hears it. A code that is new in the table fails here until it is both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.berichten import codec
from gateway.berichten.inhoud import Ontvangst
from gateway.berichten.pakket import laad_pakketten, standaardpakket
from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.fouten import Weigering
from gateway.domain.gevolg import Gevolg, Zijde
from gateway.domain.notificatie import NotificatieStatus
from gateway.domain.overdracht import Adresblok, Afmelding, Notificatieadres, Registratieantwoord, Sessieantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Overdrachtsoort, Pgn, Rol, RouteringsKenmerk, SessieId
from gateway.ports import BronOnbereikbaar
from gateway.usecases import aanleverpunten
from gateway.usecases.ontvangen_berichten import neem_notificatie, neem_terugkoppeling
from tests.fakes.bronnen import VERZAMELD, levering
from tests.fakes.notificatieproef import Notificatieproef
from tests.fakes.proef import HIER, KERN, LAS, ONZE, PARTIJ, Proef, token
from tests.fakes.toetser import PGN
from tests.hulp.ophaalproef import BASIS, Ophaalproef
from tests.unit.usecases.test_ontvangen_berichten import ALS_BIJ_DE_OVERDRACHT, NOTIFICATIE, PO_PARTIJ, SWV_PARTIJ
from tests.unit.usecases.test_uitleveren_resultaten import BEZWAREN, uitkomst

R = Resultaat
TABEL = standaardpakket().tabel
CODES = sorted(TABEL.regels)
Zegt = Callable[[], Resultaat | str | None]
NERGENS = RouteringsKenmerk("bestaat-niet")


# ---------------------------------------------------------------------------------------------------------- said


def als_bron(code: Resultaat) -> Zegt:
    """Our own judgement of a request, with that in its way which gives this code."""
    bezwaar = next(een for een in BEZWAREN if een.uitkomst == code)
    return lambda: uitkomst(bezwaar)


def bij_sessiecontrole(stoor: Callable[[Proef, SessieId], Mapping[str, Any] | None]) -> Zegt:
    """The rules of the Traffic Center for a session that a LAS opened; what they say reaches that LAS unchanged."""

    def zeg() -> Resultaat:
        proef = Proef()
        proef.klaargezet()
        proef.traffic_center.sessie = None
        registreer(proef)
        sessie = proef.open_sessie()
        return proef.resultaat(**({"sessie_id": sessie} | dict(stoor(proef, sessie) or {})))

    return zeg


def bij_registratie(nummer: int = 100, sleutel: str = "sleutel-00YY-100", **punt: Any) -> Zegt:
    def zeg() -> str:
        proef = Proef()
        zet_punt(proef, ONZE[HIER], **punt)
        with pytest.raises(Weigering) as fout:
            registreer(proef, nummer, sleutel)
        return fout.value.code

    return zeg


def als_doel(stoor: Callable[[Ophaalproef], object], **vraag: Any) -> Zegt:
    """A fetch of ours: its result."""

    def zeg() -> Resultaat | None:
        proef = Ophaalproef()
        stoor(proef)
        return proef.haal(**vraag).resultaat

    return zeg


def registreer(proef: Proef, nummer: int = 100, sleutel: str = "sleutel-00YY-100") -> None:
    beheer = token(Rol.BEHEER)
    aanleverpunten.invoeren(proef.wereld, beheer, aanleverpunten.Invoer(HIER, nummer, None, sleutel), KERN)
    aanleverpunten.registreer(proef.wereld, beheer, HIER, KERN)


def zet_punt(proef: Proef | Ophaalproef, kenmerk: RouteringsKenmerk, **anders: Any) -> None:
    machine = (proef.tc if isinstance(proef, Ophaalproef) else proef.traffic_center).machine
    punt = machine.punt(kenmerk)
    assert punt is not None
    machine.zet_punt(replace(punt, **anders))


def meld_af(proef: Proef, sessie: SessieId, resultaat: Resultaat = R.BRON_NIET_BESCHIKBAAR) -> None:
    adres = Adresblok(HIER.brin, ONZE[HIER], HIER.brin, LAS[HIER])
    sleutel = proef.wereld.zoeksleutels.zoeksleutel(Pgn(PGN))
    melding = Afmelding(adres, sleutel, Overdrachtsoort.OVERSTAPDOSSIER, sessie, resultaat)
    antwoord = proef.traffic_center.machine.afmelding(PARTIJ[HIER].oin, melding)
    assert antwoord.resultaat is R.OVERDRACHT_GESLAAGD


def traffic_center_weg(proef: Proef, _sessie: SessieId) -> None:
    proef.traffic_center.weg = True


GEZEGD: Mapping[Resultaat, Zegt] = {
    R.OVERDRACHT_GESLAAGD: uitkomst,
    **{
        code: als_bron(code)
        for code in (
            R.LEERLINGINFO_NIET_GEWIJZIGD,
            R.LEERLINGINFO_NIET_BESCHIKBAAR,
            R.LEERLINGINFO_NIET_OPVRAAGBAAR,
            R.DOSSIER_VERSIE_NIET_BESCHIKBAAR,
            R.LEVERING_GEWEIGERD,
            R.LEERLING_ONBEKEND,
        )
    },
    R.SESSIE_ONBEKEND: bij_sessiecontrole(lambda _p, _s: {"sessie_id": SessieId.nieuw()}),
    R.SESSIE_VERLOPEN: bij_sessiecontrole(lambda p, _s: p.klok.vooruit(3600)),
    R.SESSIE_REEDS_AFGEMELD: bij_sessiecontrole(meld_af),
    R.ONBEKEND_AANLEVERPUNT: bij_sessiecontrole(
        lambda _p, _s: {"adres": Adresblok(HIER.brin, ONZE[HIER], HIER.brin, NERGENS)}
    ),
    R.SESSIE_AFWIJKEND: bij_sessiecontrole(lambda _p, _s: {"sleutel": Pgn("482782481")}),
    R.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF: bij_sessiecontrole(lambda p, _s: zet_punt(p, ONZE[HIER], actief=False)),
    R.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF: bij_sessiecontrole(lambda p, _s: zet_punt(p, LAS[HIER], actief=False)),
    R.TRAFFIC_CENTER_NIET_BESCHIKBAAR: bij_sessiecontrole(traffic_center_weg),
    R.SLEUTEL_ONJUIST: bij_registratie(sleutel="een andere"),
    R.AANLEVERPUNT_ONBEKEND: bij_registratie(nummer=55),
    R.AANLEVERPUNT_NIET_GOEDGEKEURD: bij_registratie(goedgekeurd=False),
    R.GEEN_RELATIE_MET_DOEL: als_doel(lambda _: None, overdrachtsoort=Overdrachtsoort.OVERDRACHTBINNENBRIN),
    R.VERSTREKKER_NIET_BEKEND: als_doel(lambda _: None, bron_brin=type(HIER.brin)("99ZZ")),
    R.BRON_NIET_BESCHIKBAAR: als_doel(lambda p: p.bronnen.zet(BASIS, BronOnbereikbaar("weg"))),
    R.DOSSIER_ONGELDIG: als_doel(lambda p: p.bronnen.zet(BASIS, levering(fouten=2))),
    R.NOTIFICATIE_ONTVANGEN: lambda: neem_notificatie(Proef().wereld, NOTIFICATIE, PO_PARTIJ),
    R.TERUGKOPPELING_ONTVANGEN: lambda: neem_terugkoppeling(Proef().wereld, ALS_BIJ_DE_OVERDRACHT, SWV_PARTIJ),
}


def test_van_elke_code_is_bekend_wie_hem_zegt() -> None:
    assert set(GEZEGD) == set(TABEL.regels) == set(Resultaat)


@pytest.mark.parametrize("code", CODES)
def test_elke_code_wordt_gezegd(code: Resultaat) -> None:
    assert GEZEGD[code]() == code


@pytest.mark.parametrize("pakket", laad_pakketten().values(), ids=repr)
@pytest.mark.parametrize("code", CODES)
def test_elke_code_gaat_over_de_lijn(code: Resultaat, pakket: Any) -> None:
    octets = codec.schrijf_antwoord("afmelding", Ontvangst(code), pakket)
    assert codec.lees_antwoord(octets, "afmelding", pakket, Ontvangst) == Ontvangst(code)


# --------------------------------------------------------------------------------------------------------- heard

WEIGERINGEN = [code for code in CODES if TABEL.rang(code) >= 0 and code is not R.OVERDRACHT_GESLAAGD]


def _zenders(zender: str) -> list[Resultaat]:
    return [code for code in WEIGERINGEN if zender in TABEL.regels[code].zender]


VAN_HET_TRAFFIC_CENTER = _zenders("trafficcenter")
VAN_EEN_BRON = _zenders("bron")
ELDERS = {
    R.OVERDRACHT_GESLAAGD,  # every delivery
    R.DOSSIER_ONGELDIG,
    R.BRON_NIET_BESCHIKBAAR,
    R.NOTIFICATIE_ONTVANGEN,
    R.TERUGKOPPELING_ONTVANGEN,
}


def test_elke_code_wordt_door_iemand_gehoord() -> None:
    assert set(VAN_HET_TRAFFIC_CENTER) | set(VAN_EEN_BRON) | ELDERS == set(TABEL.regels)


@pytest.mark.parametrize("code", VAN_HET_TRAFFIC_CENTER)
def test_een_bron_geeft_door_wat_het_traffic_center_zegt(code: Resultaat) -> None:
    proef = Proef()
    proef.klaargezet()
    proef.traffic_center.sessie = Sessieantwoord(code)
    assert proef.resultaat() is code
    assert proef.bewaard() == []  # nothing about the pupil was looked up or kept
    assert proef.punt().oso is not TABEL.zet_uit(code, Zijde.BRON)


@pytest.mark.parametrize("code", VAN_HET_TRAFFIC_CENTER)
def test_een_geweigerde_registratie_volgt_de_tabel(code: Resultaat, monkeypatch: pytest.MonkeyPatch) -> None:
    proef = Proef()
    monkeypatch.setattr(proef.traffic_center, "registreer", lambda _aanvraag: Registratieantwoord(code))
    with pytest.raises(Weigering) as fout:
        registreer(proef)
    assert fout.value.code == code
    assert TABEL.betekenis(code) in fout.value.melding
    uit = TABEL.gevolg(code) is Gevolg.UITZETTEN
    assert proef.punt().status is (AanleverpuntStatus.UITGEZET if uit else AanleverpuntStatus.GEWEIGERD)


@pytest.mark.parametrize("code", VAN_HET_TRAFFIC_CENTER)
def test_een_geweigerde_sessie_volgt_de_tabel(code: Resultaat) -> None:
    proef = Ophaalproef()
    proef.tc.overdrachten = [code]
    gehaald = proef.haal()
    assert (gehaald.status, gehaald.resultaat, proef.afmeldingen()) == ("mislukt", code, [])
    with proef.opslag.lezen() as werk:
        punt = werk.aanleverpunten.punt(HIER)
    assert punt is not None
    assert punt.oso is not TABEL.zet_uit(code, Zijde.DOEL)


@pytest.mark.parametrize("code", VAN_HET_TRAFFIC_CENTER)
def test_een_geweigerde_notificatie_volgt_de_tabel(code: Resultaat, monkeypatch: pytest.MonkeyPatch) -> None:
    proef = Notificatieproef()
    proef.vroeg()
    proef.klaargezet()
    monkeypatch.setattr(proef.traffic_center, "melden_notificatie", lambda _melding: Notificatieadres(code))
    (status,) = proef.ronde()
    uit = TABEL.zet_uit(code, Zijde.BRON)
    later = uit or TABEL.gevolg(code) is Gevolg.LATER
    assert status is (NotificatieStatus.TE_MELDEN if later else NotificatieStatus.MISLUKT)
    assert proef.punt().oso is not uit


@pytest.mark.parametrize("code", VAN_EEN_BRON)
def test_wat_een_bron_zegt_wordt_afgemeld(code: Resultaat) -> None:
    proef = Ophaalproef()
    if code is R.LEERLINGINFO_NIET_GEWIJZIGD:
        assert proef.haal().dossier_verzameldatum == VERZAMELD  # else there is nothing that can be newer
    proef.bronnen.zet(BASIS, code)
    gehaald = proef.haal()
    assert (gehaald.status, gehaald.resultaat) == ("gereed", code)
    assert proef.afmeldingen()[-1].resultaat is code
    assert proef.open_sessies() == 0


def test_een_afgekeurd_dossier_telt_bij_het_traffic_center() -> None:
    proef = Ophaalproef()
    proef.bronnen.zet(BASIS, levering(fouten=2))
    for _ in range(3):
        assert proef.haal().resultaat is R.DOSSIER_ONGELDIG
    punt = proef.tc.machine.punt(RouteringsKenmerk(BASIS))
    assert punt is not None
    assert (punt.fouten, punt.actief) == (3, False)


def test_een_bron_die_er_niet_was_telt_niet() -> None:
    proef = Ophaalproef()
    proef.bronnen.zet(BASIS, BronOnbereikbaar("weg"))
    assert proef.haal().afmelding is R.OVERDRACHT_GESLAAGD
    assert proef.afmeldingen()[-1].resultaat is R.BRON_NIET_BESCHIKBAAR
    punt = proef.tc.machine.punt(RouteringsKenmerk(BASIS))
    assert punt is not None
    assert (punt.fouten, punt.actief) == (0, True)


def test_een_bevestigde_notificatie_is_klaar() -> None:
    proef = Notificatieproef()
    proef.vroeg()
    proef.klaargezet()
    assert proef.doelen.antwoord is R.NOTIFICATIE_ONTVANGEN
    assert proef.ronde() == [NotificatieStatus.ONTVANGEN]
