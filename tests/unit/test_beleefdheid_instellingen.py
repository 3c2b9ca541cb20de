"""The configured figures: they nest, they can be set one by one, wrong ones stop the start, and doctor shows them."""

from __future__ import annotations

import dataclasses

import pytest
from pydantic import BaseModel

from adapters.beleefdheid import EENMALIG, Omgangsregels
from gateway.bootstrap import maak_omgang
from gateway.entry.doctor import onderzoek
from gateway.settings import BRON_TERMIJN, BeleefdheidInstelling, Instellingen, InstellingOnjuist, lees_instellingen


@pytest.fixture(autouse=True)
def _kale_omgeving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OSO_CONFIG", raising=False)


@pytest.mark.parametrize("traffic_center", ["1", "5", "60"])
@pytest.mark.parametrize("wachten", ["0", "0.2", "0.25"])
def test_de_termijnen_passen_in_elkaar(monkeypatch: pytest.MonkeyPatch, traffic_center: str, wachten: str) -> None:
    monkeypatch.setenv("OSO_TRAFFIC_CENTER_SECONDEN", traffic_center)
    monkeypatch.setenv("OSO_BELEEFDHEID__WACHTEN_SESSIECONTROLE", wachten)
    instellingen = lees_instellingen()
    beurt = maak_omgang(instellingen).regels.wacht_hoogstens("sessiecontrole")
    # bron → Traffic Center, the wait for a turn included, within what a bron may take …
    assert beurt + instellingen.traffic_center_termijn < BRON_TERMIJN
    # … and doel → bron longer than that, so that the doel hears what became of it.
    assert instellingen.bron_seconden > BRON_TERMIJN
    assert maak_omgang(instellingen).regels.hoogste_pogingen("sessiecontrole") == 1


@pytest.mark.parametrize(
    ("naam", "waarde"),
    [
        ("OSO_BRON_SECONDEN", "6"),
        ("OSO_TRAFFIC_CENTER_SECONDEN", "0.6"),
        ("OSO_BELEEFDHEID__PER_SECONDE", '{"verzonnen": 3}'),
        ("OSO_BELEEFDHEID__PER_SECONDE", '{"ping": 0}'),
        ("OSO_BELEEFDHEID__POGINGEN", '{"afmelding": 0}'),
        ("OSO_BELEEFDHEID__WACHTEN", "-1"),
        ("OSO_BELEEFDHEID__KRING_FOUTEN", "0"),
        ("OSO_BELEEFDHEID__ONBEKEND", "1"),
    ],
)
def test_een_verkeerd_getal_houdt_de_start_tegen(monkeypatch: pytest.MonkeyPatch, naam: str, waarde: str) -> None:
    monkeypatch.setenv(naam, waarde)
    with pytest.raises(InstellingOnjuist):
        lees_instellingen()


def test_een_getal_anders_laat_de_rest_staan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_BELEEFDHEID__PER_SECONDE", '{"ping": 3}')
    regels = maak_omgang(lees_instellingen()).regels
    standaard = maak_omgang(Instellingen()).regels
    assert regels.per_seconde == {**standaard.per_seconde, "ping": 3.0}
    assert regels.pogingen == standaard.pogingen


def test_elk_getal_is_een_instelling_en_staat_in_doctor() -> None:
    velden: dict[str, object] = dict.fromkeys(veld.name for veld in dataclasses.fields(Omgangsregels))
    model: type[BaseModel] = BeleefdheidInstelling
    assert set(velden) == set(model.model_fields)
    (regel,) = (punt for punt in onderzoek() if punt.onderdeel == "beleefdheid")
    instelling = BeleefdheidInstelling()
    for naam, getal in instelling.per_seconde.items():
        assert f"{naam} {getal:g}" in regel.melding
    for veld in set(velden) - {"per_seconde", "pogingen", "herhaaldeel"}:
        assert f"{getattr(instelling, veld):g}" in regel.melding, veld


@pytest.mark.parametrize("operatie", sorted(EENMALIG))
def test_een_keer_blijft_een_keer(monkeypatch: pytest.MonkeyPatch, operatie: str) -> None:
    monkeypatch.setenv("OSO_BELEEFDHEID__POGINGEN", f'{{"{operatie}": 5}}')
    assert maak_omgang(lees_instellingen()).regels.hoogste_pogingen(operatie) == 1
