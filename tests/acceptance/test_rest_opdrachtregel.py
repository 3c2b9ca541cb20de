"""The command line from outside: exit codes, shapes of `--json`, diagnostics on stderr, settings that stop a start."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.zwartedoos import Rest, dossier, is_probleem, pgn

_VERBEN = (
    "demo", "serve", "simulate", "simulate traffic-center", "simulate las", "simulate kern", "validate", "sign",
    "verify", "schemas list", "schemas check", "schemas install", "token create", "token list", "token revoke",
    "certs dev", "certs check", "doctor", "db upgrade", "purge", "audit verify",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Afloop:
    """What a command left behind."""

    code: int
    uit: str
    fout: str

    @property
    def json(self) -> Any:
        return json.loads(self.uit)


def _omgeving(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    schoon = {naam: waarde for naam, waarde in os.environ.items() if not naam.startswith("OSO_")}
    return schoon | dict(extra or {})


def _oso(*argumenten: str, omgeving: Mapping[str, str] | None = None) -> Afloop:
    klaar = subprocess.run(
        [sys.executable, "-m", "gateway", *argumenten],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=_omgeving(omgeving),
        stdin=subprocess.DEVNULL,
    )
    return Afloop(klaar.returncode, klaar.stdout, klaar.stderr)


@pytest.fixture(scope="module")
def dev(wereld: DraaiendeWereld) -> dict[str, Any]:
    return wereld.dev


@pytest.fixture(scope="module")
def met_opslag(wereld: DraaiendeWereld) -> dict[str, str]:
    """The environment of somebody who manages the store of the running world."""
    return {"OSO_DATA_DIR": str(wereld.map)}


def test_elk_werkwoord_heeft_hulp() -> None:
    """One process for all: starting Python costs most of it."""
    programma = (
        "import sys\nfrom typer.testing import CliRunner\nfrom gateway.entry.cli.app import app\n"
        "for verb in sys.argv[1:]:\n"
        "    uit = CliRunner().invoke(app, [*verb.split(), '--help'])\n"
        "    print(verb, uit.exit_code, 'Usage' in uit.output)\n"
    )
    klaar = subprocess.run(
        [sys.executable, "-c", programma, *_VERBEN],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=_omgeving(),
    )
    assert klaar.stdout.splitlines() == [f"{verb} 0 True" for verb in _VERBEN]


@pytest.mark.parametrize(
    "argumenten", [["bestaat-niet"], ["validate", "/bestaat/niet.xml"], ["demo", "--dossier", "/bestaat/niet.xml"]]
)
def test_verkeerd_gebruik_is_2(argumenten: list[str]) -> None:
    afloop = _oso(*argumenten)
    assert afloop.code == 2
    assert afloop.uit == ""
    assert afloop.fout
    assert "Traceback" not in afloop.fout


# ------------------------------------------------------------------------------------------------------------- validate


def test_validate_json(tmp_path: Path) -> None:
    persoon = pgn(470_000)
    bestanden = {
        "goed": dossier(persoon),
        "regel": dossier(persoon, bijlagedocs="VERPLICHT"),
        "xsd": dossier(persoon).replace("<voornaam>", "<voornaam><x/>", 1),
        "kapot": "<dossier",
        "vijandig": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "bijlage": dossier(
            persoon,
            extra="<overigdocumentlijst><document><bestandsnaam>a.pdf</bestandsnaam><bestandsinhoud>@@@</bestandsinhoud>"
            "</document></overigdocumentlijst>",
        ),
    }
    paden = []
    for naam, tekst in bestanden.items():
        pad = tmp_path / f"{naam}.xml"
        pad.write_text(tekst, "utf-8")
        paden.append(str(pad))
    afloop = _oso("validate", *paden, "--json")
    assert afloop.code == 1
    rapporten = {Path(rapport["bestand"]).stem: rapport for rapport in afloop.json}
    assert list(rapporten) == list(bestanden)
    for rapport in rapporten.values():
        assert {"bestand", "pakket", "profiel", "geldig", "bevindingen"} <= set(rapport)
        for bevinding in rapport["bevindingen"]:
            assert set(bevinding) - {"toegestaan"} == {"regel", "ernst", "pad", "regelnummer", "melding"}
            assert bevinding["ernst"] in {"fout", "waarschuwing"}
            assert re.fullmatch(r"(/[^/\[\]]+\[[1-9]\d*\])+", bevinding["pad"])
        assert rapport["geldig"] is not any(een["ernst"] == "fout" for een in rapport["bevindingen"])
    fouten = {
        naam: {een["regel"] for een in rapport["bevindingen"] if een["ernst"] == "fout"}
        for naam, rapport in rapporten.items()
    }
    assert fouten["goed"] == set()
    assert all(regel.startswith("OS.cat16") for regel in fouten["regel"])
    assert fouten["xsd"] == {"XSD"}
    assert fouten["kapot"] == fouten["vijandig"] == {"XML"}
    assert any(een["regel"].startswith("BIJL.") for een in rapporten["bijlage"]["bevindingen"])
    assert (rapporten["goed"]["pakket"], rapporten["goed"]["profiel"]) == ("2019.1", "PO-VO")
    for bevinding in rapporten["kapot"]["bevindingen"]:
        assert bevinding["pad"] == "/dossier[1]"
    assert persoon not in afloop.uit + afloop.fout


def test_validate_van_goede_bestanden_is_0(tmp_path: Path) -> None:
    pad = tmp_path / "goed.xml"
    pad.write_text(dossier(pgn(470_000)), "utf-8")
    assert _oso("validate", str(pad)).code == 0
    afloop = _oso("validate", str(pad), "--json", "--pakket", "2019.1", "--regels", "gepubliceerd")
    assert afloop.code == 0
    assert [rapport["geldig"] for rapport in afloop.json] == [True]
    # as agreed, a rule that the published stylesheet never reaches counts
    assert _oso("validate", str(pad), "--regels", "afgesproken").code == 1
    assert _oso("validate", str(pad), "--pakket", "1999.9").code == 2


# ----------------------------------------------------------------------------------------------------- sign and verify


def test_bewijs_van_een_versie(dev: dict[str, Any], tmp_path: Path, met_opslag: dict[str, str]) -> None:
    kern = Rest(dev)
    kern.lever("470001", dossier(pgn(470_001)))
    xml, handtekening = tmp_path / "dossier.xml", tmp_path / "handtekening.xml"
    xml.write_bytes(kern.get("/dossiers/470001/versies/1").content)
    handtekening.write_bytes(kern.get("/dossiers/470001/versies/1/handtekening").content)
    klopt = _oso("verify", str(xml), "--handtekening", str(handtekening), omgeving={"OSO_TLS_CA": dev["ca"]})
    assert klopt.code == 0, klopt.fout
    ander = tmp_path / "ander.xml"
    ander.write_bytes(xml.read_bytes().replace(b"Proefpersoon", b"Ander"))
    assert _oso("verify", str(ander), "--handtekening", str(handtekening), omgeving={"OSO_TLS_CA": dev["ca"]}).code == 1
    stuk = tmp_path / "stuk.xml"
    stuk.write_text("geen xml", "utf-8")
    assert _oso("verify", str(xml), "--handtekening", str(stuk), omgeving={"OSO_TLS_CA": dev["ca"]}).code in {1, 2}
    uit = tmp_path / "eigen.xml"
    pki = Path(dev["ca"]).parent
    sleutels = {
        "OSO_ONDERTEKEN_CERT": str(pki / "ondertekening.pem"),
        "OSO_ONDERTEKEN_KEY": str(pki / "ondertekening.key"),
    }
    if not Path(sleutels["OSO_ONDERTEKEN_CERT"]).exists():
        pytest.fail(f"no signing pair among {sorted(pad.name for pad in pki.iterdir())}")
    assert _oso("sign", str(xml), "--out", str(uit), omgeving=sleutels | {"OSO_TLS_CA": dev["ca"]}).code == 0
    assert _oso("verify", str(xml), "--handtekening", str(uit), omgeving={"OSO_TLS_CA": dev["ca"]}).code == 0


# --------------------------------------------------------------------------------------------------------------- tokens


def test_token_maken_tonen_en_intrekken(dev: dict[str, Any], met_opslag: dict[str, str]) -> None:
    gemaakt = _oso(
        "token", "create", "--rol", "locatiebeheerder", "--vestiging", "12SS01", "--json", omgeving=met_opslag
    )
    assert gemaakt.code == 0, gemaakt.fout
    token = next(waarde for waarde in gemaakt.json.values() if isinstance(waarde, str) and len(waarde) >= 43)
    rest = Rest(dev, token=token)
    assert rest.get("/dossiers").status_code == 200
    is_probleem(rest.get("/gebeurtenissen"), 403, "NietToegestaan")
    lijst = _oso("token", "list", "--json", omgeving=met_opslag)
    assert lijst.code == 0
    assert token not in lijst.uit  # shown once
    assert token.encode() not in b"".join(
        pad.read_bytes() for pad in Path(met_opslag["OSO_DATA_DIR"]).glob("oso.sqlite*")
    )
    nummer = next(str(waarde) for naam, waarde in gemaakt.json.items() if naam in {"id", "nummer", "kenmerk"})
    assert nummer in lijst.uit
    assert _oso("token", "revoke", nummer, omgeving=met_opslag).code == 0
    is_probleem(rest.get("/dossiers"), 401)
    assert _oso("token", "revoke", "bestaat-niet", omgeving=met_opslag).code in {1, 2}


@pytest.mark.parametrize(
    "argumenten",
    [
        ["--rol", "baas"],
        [],
        ["--rol", "locatiebeheerder"],
        ["--rol", "locatiebeheerder", "--vestiging", "00YY"],
        ["--rol", "contactpersoon", "--brin", "YY00"],
    ],
)
def test_token_met_verkeerde_opgave(met_opslag: dict[str, str], argumenten: list[str]) -> None:
    afloop = _oso("token", "create", *argumenten, omgeving=met_opslag)
    assert afloop.code == 2
    assert afloop.uit == ""
    assert afloop.fout


def test_contactpersoon_van_een_bestuur(dev: dict[str, Any], met_opslag: dict[str, str]) -> None:
    school = {
        "officieleNaam": "S", "naam": "N", "schooltype": "VO", "bestuur": "Bestuur Zeldzaam", "straat": "S",
        "huisnummer": "1", "postcode": "1000AA", "plaats": "P",
    }  # fmt: skip
    Rest(dev, "beheer").put("/scholen/47AB/00", json=school)
    gemaakt = _oso(
        "token", "create", "--rol", "contactpersoon", "--bestuur", "Bestuur Zeldzaam", "--json", omgeving=met_opslag
    )
    assert gemaakt.code == 0, gemaakt.fout
    token = next(waarde for waarde in gemaakt.json.values() if isinstance(waarde, str) and len(waarde) >= 43)
    rest = Rest(dev, token=token)
    assert rest.put("/aanleverpunten/47AB/00", json={"aanleverpuntnummer": 1, "sleutel": "s"}).status_code in {200, 201}
    assert [punt["brin"] for punt in rest.get("/aanleverpunten").json()["aanleverpunten"]] == ["47AB"]
    is_probleem(rest.get("/aanleverpunten/00YY/00"), 404, "Onbekend")


# --------------------------------------------------------------------------------------------- doctor, db, audit, purge


def test_doctor_zegt_een_regel_per_onderdeel() -> None:
    afloop = _oso("doctor")
    assert afloop.code == 1
    assert "OSO_DATA_DIR" in afloop.uit
    assert "Traceback" not in afloop.fout
    als_json = _oso("doctor", "--json")
    assert als_json.code == 1
    assert als_json.json


def test_onderhoud_van_de_opslag(met_opslag: dict[str, str], tmp_path: Path) -> None:
    assert _oso("db", "upgrade", omgeving={"OSO_DATA_DIR": str(tmp_path)}).code == 0
    assert (tmp_path / "oso.sqlite").exists()
    # the tables are enough for tokens: what is hashed needs no key ring
    assert _oso("token", "create", "--rol", "kern", omgeving={"OSO_DATA_DIR": str(tmp_path)}).code == 0
    assert _oso("audit", "verify", omgeving=met_opslag).code == 0


# ------------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("omgeving", "woorden"),
    [
        ({}, "OSO_TLS_"),
        ({"OSO_REST_BIND": "geheim-ding"}, "OSO_REST_BIND"),
        ({"OSO_MAX_BERICHT": "geheim-ding"}, "OSO_MAX_BERICHT"),
        ({"OSO_CONFIG": "/bestaat/geheim-ding.toml"}, "OSO_CONFIG"),
        ({"OSO_DATABASE_URL": "geheim-ding://x:y@z"}, "OSO_"),
    ],
)
def test_verkeerde_instelling_is_een_duidelijke_regel(tmp_path: Path, omgeving: dict[str, str], woorden: str) -> None:
    afloop = _oso("serve", omgeving={"OSO_DATA_DIR": str(tmp_path)} | omgeving)
    assert afloop.code == 2
    assert afloop.uit == ""
    assert len(afloop.fout.strip().splitlines()) == 1, afloop.fout
    assert woorden in afloop.fout
    assert "geheim-ding" not in afloop.fout


def test_ontwikkelwereld_met_verkeerde_instelling(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text("{}", "utf-8")
    afloop = _oso("serve", "--dev", "--data-dir", str(tmp_path), omgeving={"OSO_REST_BIND": "geheim-ding"})
    assert (afloop.code, afloop.uit) == (2, "")
    assert len(afloop.fout.strip().splitlines()) == 1, afloop.fout
    assert "OSO_REST_BIND" in afloop.fout
    assert not (tmp_path / "dev.json").exists()  # the old one is gone: nobody takes it for a running world


def test_toml_met_de_omgeving_erboven(tmp_path: Path) -> None:
    bestand = tmp_path / "oso.toml"
    bestand.write_text(f'OSO_DATA_DIR = "{tmp_path / "uit-bestand"}"\n', "utf-8")
    (tmp_path / "uit-bestand").mkdir()
    (tmp_path / "uit-omgeving").mkdir()
    assert _oso("db", "upgrade", omgeving={"OSO_CONFIG": str(bestand)}).code == 0
    assert (tmp_path / "uit-bestand" / "oso.sqlite").exists()
    beide = {"OSO_CONFIG": str(bestand), "OSO_DATA_DIR": str(tmp_path / "uit-omgeving")}
    assert _oso("db", "upgrade", omgeving=beide).code == 0
    assert (tmp_path / "uit-omgeving" / "oso.sqlite").exists()


# ----------------------------------------------------------------------------------------------------------------- demo


def test_demo_van_een_goed_en_een_fout_dossier(tmp_path: Path) -> None:
    """One run, both ends of the report: the first file goes all the way, the second stops the demonstration."""
    goed, fout = tmp_path / "goed.xml", tmp_path / "fout.xml"
    goed.write_text(dossier(pgn(470_002)), "utf-8")
    fout.write_text(dossier(pgn(470_003)).replace("<geboortedatum>2014", "<geboortedatum>x"), "utf-8")
    bewaard = tmp_path / "bewaard"
    afloop = _oso("demo", "--dossier", str(goed), "--dossier", str(fout), "--keep", str(bewaard), "--json")
    assert afloop.code == 1, afloop.fout
    verslag = afloop.json
    assert set(verslag) == {"gelukt", "stappen"}
    assert verslag["gelukt"] is False
    for stap in verslag["stappen"]:
        assert {"naam", "gelukt", "duurMs"} <= set(stap) <= {"naam", "gelukt", "duurMs", "melding"}
        assert isinstance(stap["duurMs"], int | float)
    mislukt = [nr for nr, stap in enumerate(verslag["stappen"]) if not stap["gelukt"]]
    assert len(mislukt) == 1
    assert mislukt[0] >= 4  # register, and push, set ready and pull of the first
    assert verslag["stappen"][mislukt[0]]["melding"]
    assert any(bewaard.iterdir())
