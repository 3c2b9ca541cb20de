"""The TOML file beside the environment: both ways to write a name, and nothing that passes unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import InstellingOnjuist, lees_instellingen


@pytest.fixture
def bestand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for naam in ("OSO_REST_BIND", "OSO_SOAP_BIND"):
        monkeypatch.delenv(naam, raising=False)
    pad = tmp_path / "oso.toml"
    monkeypatch.setenv("OSO_CONFIG", str(pad))
    return pad


@pytest.mark.parametrize("naam", ["OSO_REST_BIND", "oso_rest_bind", "rest_bind"])
def test_naam_als_in_de_omgeving_of_kort(bestand: Path, naam: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bestand.write_text(f'{naam} = "127.0.0.1:1"\nsoap_bind = "127.0.0.1:2"\n', "utf-8")
    assert lees_instellingen().rest_bind == "127.0.0.1:1"
    monkeypatch.setenv("OSO_REST_BIND", "127.0.0.1:3")
    assert (lees_instellingen().rest_bind, lees_instellingen().soap_bind) == ("127.0.0.1:3", "127.0.0.1:2")


@pytest.mark.parametrize(
    ("tekst", "woorden"),
    [
        ('rest_bidn = "geheim"\n', "onbekende instelling: 'rest_bidn'"),
        ('rest_bind = "geheim:1"\nOSO_REST_BIND = "geheim:2"\n', "OSO_REST_BIND tweemaal"),
        ('rest_bind = "geheim"\n', "OSO_REST_BIND"),
        ("geheim", "geen geldige TOML"),
        ('database_url = "mysql://geheim@host/x"\n', "OSO_DATABASE_URL .*verwacht sqlite:///"),
        ('werk_database_url = "geheim"\n', "OSO_WERK_DATABASE_URL .*verwacht sqlite:///"),
    ],
)
def test_wat_niet_klopt_houdt_de_start_tegen(bestand: Path, tekst: str, woorden: str) -> None:
    bestand.write_text(tekst, "utf-8")
    with pytest.raises(InstellingOnjuist, match=woorden) as gevangen:
        lees_instellingen()
    assert "geheim" not in str(gevangen.value)
    assert "\n" not in str(gevangen.value)
