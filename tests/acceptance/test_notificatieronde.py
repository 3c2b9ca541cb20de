"""Notifications end to end: `serve --dev`, the simulated LAS of Magister as a server, real mutual TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.resultaat import Resultaat
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Push
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.geduld import wacht_tot
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, SCHOOL, DraaiendeWereld, ontwikkelwereld


@pytest.fixture(scope="module")
def eigen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraaiendeWereld]:
    omgeving = {"OSO_NOTIFICATIE_RONDE": "0.3", "OSO_OVERZICHT_UREN": "0.0003"}
    with ontwikkelwereld(Path(tmp_path_factory.mktemp("wereld")), omgeving=omgeving) as draaiend:
        yield draaiend


def _aanroepen(wereld: DraaiendeWereld, operatie: str, na: int = 0) -> list[dict[str, Any]]:
    alle = wereld.sim("GET", f"aanroepen?na={na}")["aanroepen"]
    return [rij for rij in alle if rij["operatie"] == operatie and rij["partij"] == "gateway"]


def _laatste(wereld: DraaiendeWereld) -> int:
    return max((rij["nr"] for rij in wereld.sim("GET", "aanroepen")["aanroepen"]), default=0)


def test_wie_tevergeefs_vroeg_hoort_het_en_haalt_opnieuw_op(eigen: DraaiendeWereld) -> None:
    pgn, elk, kern = proef_pgn(8101), "81001", eigen.kern()
    eerst = eigen.magister().haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK)
    assert eerst.resultaat is Resultaat.LEERLING_ONBEKEND
    na = _laatste(eigen)
    eigen.zet_klaar(elk, pgn)
    rij = kern.wacht_op_notificatie(elk, 1)
    assert (rij["status"], rij["doelRouteringsKenmerk"]) == ("ontvangen", "0000000700000YY00932")
    (melding,) = _aanroepen(eigen, "meldenNotificatie", na)
    assert eerst.sessie_id is not None
    assert melding["sessieId"].lower() == eerst.sessie_id.waarde.lower()
    opnieuw = eigen.magister().haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK)
    assert opnieuw.gelukt
    assert kern.wacht_op_status(elk, "groen")["status"] == "groen"
    # What is fetched needs no telling: the next round finds nothing.
    assert len(_aanroepen(eigen, "meldenNotificatie", na)) == 1


def test_een_punt_dat_het_traffic_center_uitzet_wordt_gemerkt_zonder_las(eigen: DraaiendeWereld) -> None:
    kern, contact = eigen.kern(), eigen.contactpersoon()
    pgn, elk = proef_pgn(8102), "81002"
    eigen.magister().haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK)
    eigen.sim("POST", f"aanleverpunten/{ONS_KENMERK}/uitzetten")
    stand = wacht_tot(lambda: contact.toon_aanleverpunt(SCHOOL), lambda stand: stand["status"] == "uitgezet")
    assert stand["status"] == "uitgezet"
    assert [een["soort"] for een in contact.problemen(SCHOOL)["problemen"]] == ["uitgezet"]
    na = _laatste(eigen)
    # Off: pushed and waiting, nothing is asked of the Traffic Center for this school.

    plaats = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
    kern.lever_aan(elk, Push(maak_dossier(pgn, zaad=3, omvang=20_000), plaats))
    geweigerd = kern.zet_klaar([elk])["resultaten"][0]
    assert geweigerd["code"] == "AanleverpuntUitgezet"
    eigen.registreer(SCHOOL)
    assert kern.zet_klaar([elk])["resultaten"][0]["uitkomst"] == "klaargezet"
    assert kern.wacht_op_notificatie(elk, 1)["status"] == "ontvangen"
    eigen_school = [rij for rij in _aanroepen(eigen, "meldenNotificatie", na) if rij["bronBrin"] == "00YY"]
    assert len(eigen_school) == 1


def test_met_de_hand_uit_belt_niemand(eigen: DraaiendeWereld) -> None:
    kern, beheer = eigen.kern(), eigen.beheer()
    pgn, elk = proef_pgn(8103), "81003"
    eigen.magister().haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK)
    assert beheer.zet_uit("school-00YY00", "storing")["account"]
    na = _laatste(eigen)
    eigen.zet_klaar(elk, pgn)
    ontvangst = eigen.magister().haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK)
    assert ontvangst.resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
    rijen = wacht_tot(
        lambda: [rij for rij in kern.notificaties(aantal="1000")["notificaties"] if rij["elkNummer"] == elk],
        lambda rijen: rijen and rijen[0].get("reden") == "HandmatigUit",
    )
    rij = rijen[0]
    assert (rij["status"], rij["reden"]) == ("te-melden", "HandmatigUit")
    van_school = [
        rij
        for rij in eigen.sim("GET", f"aanroepen?na={na}")["aanroepen"]
        if rij["partij"] == "gateway" and rij.get("bronBrin") == "00YY"
    ]
    assert van_school == []
    beheer.zet_aan("school-00YY00")
    assert kern.wacht_op_notificatie(elk, 1)["status"] == "ontvangen"
