"""A version as a page: for kern only, audited, and nothing on it may run or load."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.gegevensset import Pakketten, Toetser
from gateway.ports import Wereld
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.restwereld import RestWereld, maak_restwereld
from tests.unit.rest.test_rest_toegang import eis_probleem

_PAD = "/v1/dossiers/12345/versies/1/weergave"


@pytest.fixture
def echt() -> RestWereld:
    """A world whose judge is the real one."""
    w = maak_restwereld()
    oud: Wereld = w.wereld
    object.__setattr__(oud, "toetser", Toetser(Pakketten.laad()))
    return w


def _inzagen(w: RestWereld) -> list[Any]:
    with w.opslag.lezen() as werk:
        return [rij for rij in werk.logboek.audit_rijen(0, 1000) if rij.operatie == "versie-inzien"]


def test_de_pagina_is_leesbaar_en_kan_niets_laden(echt: RestWereld) -> None:
    assert echt.push(dossier=maak_dossier(proef_pgn(21), zaad=21)).status_code == 201
    antwoord = echt.roep("GET", _PAD)
    assert antwoord.status_code == 200
    assert antwoord.headers["content-type"] == "text/html; charset=utf-8"
    beleid = antwoord.headers["content-security-policy"]
    assert beleid.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in beleid
    assert "unsafe" not in beleid
    assert antwoord.headers["cache-control"] == "no-store"
    assert "<script" not in antwoord.text
    assert "Overdrachtsdossier" in antwoord.text
    assert len(_inzagen(echt)) == 1


@pytest.mark.parametrize("als", ["beheer", "contactpersoon", "locatiebeheerder"])
def test_alleen_kern_ziet_haar(echt: RestWereld, als: str) -> None:
    echt.push(dossier=maak_dossier(proef_pgn(21), zaad=21))
    eis_probleem(echt.roep("GET", _PAD, als=als), 403, "NietToegestaan")
    assert not _inzagen(echt)


@pytest.mark.parametrize("nr", ["2", "0", "x", "9999999999"])
def test_een_versie_die_er_niet_is(echt: RestWereld, nr: str) -> None:
    echt.push(dossier=maak_dossier(proef_pgn(21), zaad=21))
    eis_probleem(echt.roep("GET", f"/v1/dossiers/12345/versies/{nr}/weergave"), 404, "Onbekend")


def test_een_versie_van_een_gegevensset_die_er_niet_meer_is() -> None:
    w = maak_restwereld()
    w.push()
    eis_probleem(w.roep("GET", _PAD), 422, "NietWeerTeGeven")
