"""`OSO_CLAMD`: every attachment goes past the scanner, and doctor tells whether it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.bootstrap import maak_toetser
from gateway.entry.doctor import onderzoek
from gateway.settings import lees_instellingen
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from tests.unit.gegevensset.test_bijlagen_virusscan import clamd

BIJLAGE = maak_dossier(proef_pgn(1))


def _virus_gemeld() -> bool:
    toetser = maak_toetser(lees_instellingen())
    return any(een.regel == "BIJL.virus" for een in toetser.beoordeel(BIJLAGE).rapport.bevindingen)


def _volgens_doctor() -> tuple[bool, str]:
    (een,) = (een for een in onderzoek() if een.onderdeel == "virusscanner")
    return een.goed, een.melding


def test_zonder_instelling_wordt_niets_gescand() -> None:
    assert not _virus_gemeld()
    goed, melding = _volgens_doctor()
    assert goed
    assert "OSO_CLAMD" in melding


@pytest.mark.parametrize(("antwoord", "virus"), [(b"stream: OK\0", False), (b"stream: Proef FOUND\0", True)])
def test_de_scanner_beslist(monkeypatch: pytest.MonkeyPatch, antwoord: bytes, virus: bool) -> None:
    with clamd(antwoord) as (_, scanner):
        monkeypatch.setenv("OSO_CLAMD", scanner.adres)
        assert _virus_gemeld() is virus
        assert _volgens_doctor()[0] is not virus


def test_een_scanner_die_weg_is_houdt_elke_bijlage_tegen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OSO_CLAMD", str(tmp_path / "niemand"))
    assert _virus_gemeld()
    assert not _volgens_doctor()[0]
