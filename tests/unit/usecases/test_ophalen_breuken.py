"""A fetch whose process dies at every single point, and whose world misbehaves in every order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.logboek import GebeurtenisType
from gateway.domain.ophaling import OVERGANGEN, Fase, Ophaling, OvergangBestaatNiet
from gateway.domain.overdracht import Documentantwoord
from gateway.domain.resultaat import Resultaat
from gateway.ports import BronOnbereikbaar
from gateway.usecases.ophalen import STAPPEN, verwerk
from tests.fakes.bronnen import Antwoord, levering
from tests.fakes.toetser import proefdossier
from tests.hulp.ophaalproef import BASIS, TABEL, TWEEDE, Breekpunt, Gekild, Ophaalproef

_WEG = BronOnbereikbaar("Geen antwoord.")
_ANTWOORDEN: tuple[Antwoord | Resultaat, ...] = (
    levering(),
    levering(fouten=1),
    levering(pgn="482782481"),
    Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR,
    Resultaat.LEERLING_ONBEKEND,
    Resultaat.SESSIE_VERLOPEN,
    Resultaat.DOSSIER_ONGELDIG,
    _WEG,
)


def _twee_punten() -> Ophaalproef:
    proef = Ophaalproef()
    proef.bronnen.zet(BASIS, Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR)
    proef.extra_punt(TWEEDE, 2, levering())
    return proef


def _breekpunten() -> int:
    proef = _twee_punten()
    nummer = proef.vraag()
    telling = Breekpunt()
    proef.breek_overal(telling)
    proef.afmaken(nummer)
    return telling.geteld


@pytest.mark.parametrize("bij", range(1, _breekpunten() + 1))
def test_na_een_val_op_elk_punt_gaat_het_verder(bij: int) -> None:
    proef = _twee_punten()
    nummer = proef.vraag()
    proef.breek_overal(Breekpunt(bij))
    with pytest.raises(Gekild):
        proef.afmaken(nummer)
    proef.breek_overal(Breekpunt())
    gehaald = proef.afmaken(nummer)
    assert (gehaald.status, gehaald.resultaat) == ("gereed", Resultaat.OVERDRACHT_GESLAAGD)
    assert proef.dossier(nummer) == proefdossier()
    _eis_netjes(proef, gehaald)


def _eis_netjes(proef: Ophaalproef, gehaald: Ophaling) -> None:
    """Told once, signed off once; only a session that we never heard of may be left to end by itself."""
    gereed = proef.gebeurtenissen(GebeurtenisType.OPHALING_GEREED)
    mislukt = proef.gebeurtenissen(GebeurtenisType.OPHALING_MISLUKT)
    assert len(gereed) + len(mislukt) == 1
    with proef.opslag.lezen() as werk:
        assert [rij.operatie for rij in werk.logboek.audit_rijen(0, 100)].count("ophalen") == 1
    if gehaald.fase is not Fase.GEREED:
        return
    sessies = proef.tc.machine._sessies
    assert gehaald.sessie_id is not None
    assert {melding.sessie_id for melding in proef.afmeldingen()} == {gehaald.sessie_id}
    if gehaald.afmelding not in (Resultaat.TRAFFIC_CENTER_NIET_BESCHIKBAAR, Resultaat.SESSIE_VERLOPEN):
        assert sessies[gehaald.sessie_id].afgemeld is gehaald.resultaat
    assert all(sessie.afgemeld is None for id_, sessie in sessies.items() if id_ != gehaald.sessie_id)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_wat_er_ook_gebeurt_het_eindigt_netjes(data: st.DataObject) -> None:
    _speel(data)


@pytest.mark.lang
@pytest.mark.timeout(1_800)
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_wat_er_ook_gebeurt_het_eindigt_netjes_lang(data: st.DataObject) -> None:
    _speel(data)


def _speel(data: st.DataObject) -> None:
    proef = Ophaalproef()
    proef.bronnen.zet(BASIS, *data.draw(st.lists(st.sampled_from(_ANTWOORDEN), min_size=1, max_size=3)))
    proef.extra_punt(TWEEDE, 2, *data.draw(st.lists(st.sampled_from(_ANTWOORDEN), min_size=1, max_size=3)))
    nummer = proef.vraag()
    fasen = [proef.stand(nummer).fase]
    for _ in range(data.draw(st.integers(0, 8))):
        daad = data.draw(st.sampled_from(["loop", "val", "weg", "klok", "uit"]))
        if daad == "klok":
            proef.klok.vooruit(data.draw(st.integers(-7200, 7200)))
        elif daad == "weg":
            proef.tc.weg_keer = data.draw(st.integers(0, 6))
        elif daad == "uit":
            proef.tc.machine.laat_verlopen()
        else:
            proef.breek_overal(Breekpunt(data.draw(st.integers(1, 30)) if daad == "val" else None))
            try:
                straks = verwerk(proef.doel, nummer)
            except Gekild:
                straks = None
            if straks is not None:
                proef.klok.moment = max(proef.klok.moment, straks)
        fasen.append(proef.stand(nummer).fase)
        assert fasen[-1] in _bereikbaar(fasen[-2]), f"{fasen[-2]} -> {fasen[-1]}"
    proef.breek_overal(Breekpunt())
    proef.tc.weg_keer = 0
    gehaald = proef.afmaken(nummer)
    assert gehaald.klaar
    _eis_netjes(proef, gehaald)
    dossier = proef.dossier(nummer)
    assert isinstance(dossier, bytes) == gehaald.geslaagd
    assert verwerk(proef.doel, nummer) is None


def _bereikbaar(fase: Fase) -> set[Fase]:
    """This phase and all that may follow on it, by the table."""
    gezien, te_zien = set[Fase](), {fase}
    while te_zien:
        een = te_zien.pop()
        gezien.add(een)
        te_zien |= OVERGANGEN[een] - gezien
    return gezien


def test_twee_tegelijk_aan_een_ophaling_geven_een_einde() -> None:
    proef = Ophaalproef()
    nummer = proef.vraag()
    proef.bronnen.zet(BASIS, lambda _vraag: _intussen(proef, nummer))
    straks = verwerk(proef.doel, nummer)
    assert straks is not None  # the one that came too late steps back
    gehaald = proef.afmaken(nummer)
    assert gehaald.resultaat is Resultaat.OVERDRACHT_GESLAAGD
    _eis_netjes(proef, gehaald)


def _intussen(proef: Ophaalproef, nummer: str) -> Documentantwoord:
    proef.bronnen.zet(BASIS, levering())
    proef.afmaken(nummer)
    return levering()


def test_elke_fase_die_geen_einde_is_heeft_een_stap() -> None:
    assert set(STAPPEN) == {fase for fase, verder in OVERGANGEN.items() if verder}


def test_een_stap_die_niet_bestaat_wordt_geweigerd() -> None:
    proef = Ophaalproef()
    klaar = proef.haal()
    with pytest.raises(OvergangBestaatNiet):
        klaar.mislukt(Resultaat.SESSIE_VERLOPEN, proef.klok.nu())
    with pytest.raises(OvergangBestaatNiet):
        klaar.beslist(0, Resultaat.SESSIE_VERLOPEN, TABEL)
