"""Two gateways on one database and a LAS that signs: a message is accepted by one of them, once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import requests

from gateway.simulators.ontwikkelwereld import LAS_SYSTEMEN, MAGISTER
from gateway.trust.certificaten import Sleutelpaar
from tests.hulp.geduld import GEDULD
from tests.hulp.ontwikkelwereld import DraaiendeWereld, ontwikkelwereld
from tests.hulp.postgres import nieuwe_database
from tests.hulp.soapklant import PING
from tests.hulp.tekenaar import onderteken

PARTIJEN = [
    {
        "oin": partij.oin.waarde,
        "naam": partij.toonnaam,
        "las": partij.las,
        "brins": list(partij.brins),
        "ondertekent": partij is MAGISTER,
    }
    for partij in LAS_SYSTEMEN
]


def _stuur(wereld: DraaiendeWereld, bericht: bytes, partij: str = "magister") -> requests.Response:
    eigen = wereld.dev["parties"][partij]
    return requests.post(
        f"{wereld.dev['soap']}/oso/20200910/bron",
        bericht,
        headers={"Content-Type": "text/xml; charset=utf-8"},
        cert=(eigen["cert"], eigen["key"]),
        verify=wereld.dev["ca"],
        timeout=GEDULD,
    )


def test_een_ondertekend_bericht_wordt_door_een_van_twee_processen_aangenomen(tmp_path: Path) -> None:
    map_a, map_b = tmp_path / "a", tmp_path / "b"
    map_a.mkdir(mode=0o700)
    with nieuwe_database() as url:
        omgeving = {"OSO_DATABASE_URL": url, "OSO_PARTIJEN": json.dumps(PARTIJEN)}
        opties = ["--zonder-las"]
        with ontwikkelwereld(map_a, omgeving=omgeving, opties=opties, registreer=[]) as a:
            map_b.mkdir(mode=0o700)
            shutil.copy(map_a / "sleutelring", map_b / "sleutelring")
            shutil.copy(map_a / "tokens.json", map_b / "tokens.json")
            shutil.copytree(map_a / "pki", map_b / "pki")
            with ontwikkelwereld(map_b, omgeving=omgeving, opties=opties, registreer=[]) as b:
                _een_van_twee(a, b)


def _een_van_twee(a: DraaiendeWereld, b: DraaiendeWereld) -> None:
    eigen = a.dev["parties"]["magister"]
    paar = Sleutelpaar(Path(eigen["cert"]), Path(eigen["key"]), MAGISTER.oin)
    for eerste, tweede in ((a, b), (b, a)):
        bericht = onderteken(paar, PING)
        goed, herhaald = _stuur(eerste, bericht), _stuur(tweede, bericht)
        assert (goed.status_code, herhaald.status_code) == (200, 500)
        assert b"BinarySecurityToken" in goed.content
        assert b">BerichtOngeldig<" in herhaald.content
        assert "al eens aangenomen" in tweede.log
    assert b">BerichtOngeldig<" in _stuur(a, PING).content
    assert _stuur(a, PING, "trajectplanner").status_code == 200
