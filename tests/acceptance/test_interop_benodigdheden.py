"""What tests need is there, or is said to be missing: silent when all is well, a failure in CI when it is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests import benodigdheden
from tests.benodigdheden import Ding
from tests.hulp import gereedschap

WEG = Ding("ding-dat-er-niet-is", lambda: False, ("pakket-dat-er-niet-is",))
ER = Ding("ding-dat-er-is", lambda: True, ("pakket",))


@pytest.fixture
def zonder_installeren(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Ding]]:
    """A machine where nothing may be installed; gives what was asked for."""
    gevraagd: list[Sequence[Ding]] = []
    monkeypatch.setattr(benodigdheden, "_installeer", gevraagd.append)
    monkeypatch.setattr(benodigdheden, "node_pakketten_zijn_er", lambda: True)
    monkeypatch.delenv("CI", raising=False)
    return gevraagd


def _zet(monkeypatch: pytest.MonkeyPatch, *dingen: Ding) -> None:
    monkeypatch.setattr(benodigdheden, "DINGEN", dingen)
    monkeypatch.setattr(gereedschap, "_DINGEN", {ding.naam: ding for ding in dingen})


def test_stil_als_alles_er_is(
    zonder_installeren: list[Sequence[Ding]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _zet(monkeypatch, ER, Ding("alleen-voor-bench", lambda: False, ("x",), bench=True))
    assert benodigdheden.main([]) == 0
    assert (capsys.readouterr(), zonder_installeren) == (("", ""), [])


def test_wat_ontbreekt_wordt_genoemd_en_is_alleen_in_ci_een_fout(
    zonder_installeren: list[Sequence[Ding]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _zet(monkeypatch, ER, WEG)
    assert benodigdheden.main([]) == 0
    assert zonder_installeren == [[WEG]]
    assert "ding-dat-er-niet-is (Debian: pakket-dat-er-niet-is)" in capsys.readouterr().err
    with pytest.raises(pytest.skip.Exception, match="ding-dat-er-niet-is"):
        gereedschap.eis(WEG.naam)
    monkeypatch.setenv("CI", "true")
    assert benodigdheden.main([]) == 1
    with pytest.raises(pytest.fail.Exception, match="ding-dat-er-niet-is"):
        gereedschap.eis(WEG.naam)


def test_wat_niet_overal_te_krijgen_is_mag_ook_in_ci_ontbreken(
    zonder_installeren: list[Sequence[Ding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    zeldzaam = Ding("zeldzaam", lambda: False, ("x",), mag_ontbreken=True)
    _zet(monkeypatch, zeldzaam)
    monkeypatch.setenv("CI", "true")
    assert benodigdheden.main([]) == 0
    assert zonder_installeren == [[zeldzaam]]
    with pytest.raises(pytest.skip.Exception):
        gereedschap.eis("zeldzaam")


def test_bench_vraagt_er_iets_bij(zonder_installeren: list[Sequence[Ding]], monkeypatch: pytest.MonkeyPatch) -> None:
    _zet(monkeypatch, ER, Ding("alleen-voor-bench", lambda: False, ("x",), bench=True))
    assert benodigdheden.main(["--bench"]) == 0
    assert len(zonder_installeren) == 1


def test_het_slotbestand_noemt_geen_register() -> None:
    slot = (benodigdheden.NODE_MAP / "package-lock.json").read_text()
    assert '"resolved"' not in slot
    assert '"integrity"' in slot
