"""Evidence is checked offline by a tool that shares no code with us: xmlsec1."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.domain.waarden import Oin
from gateway.trust.bewijs import Ondertekenaar
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from gateway.trust.inlezen import laad_certificaten, laad_sleutel

pytestmark = pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="Debian package xmlsec1 is not installed")

DOSSIER = '<d:dossier xmlns:d="urn:x" Id="dossier.xml"><d:naam>Zoë Ğül ﬁ</d:naam><d:leeg></d:leeg></d:dossier>'.encode()


def _xmlsec1(map_: Path, ca: Path) -> bool:
    opdracht = ["xmlsec1", "--verify", "--trusted-pem", str(ca), "handtekening.xml"]
    return subprocess.run(opdracht, cwd=map_, capture_output=True, check=False, timeout=60).returncode == 0


def _leg_neer(map_: Path, *, is_rsa: bool) -> OntwikkelPki:
    pki = maak_ontwikkel_pki(map_ / "pki", {"gateway": Oin("00000003000000010000")}, rsa_ondertekening=is_rsa)
    paar = pki.ondertekening
    tekenaar = Ondertekenaar(laad_sleutel(paar.key), laad_certificaten(paar.cert))
    (map_ / "dossier.xml").write_bytes(DOSSIER)
    (map_ / "handtekening.xml").write_bytes(tekenaar.onderteken(DOSSIER))
    return pki


@pytest.mark.parametrize("is_rsa", [True, False])
def test_xmlsec1_neemt_het_bewijs_aan(tmp_path: Path, is_rsa: bool) -> None:
    pki = _leg_neer(tmp_path, is_rsa=is_rsa)
    assert _xmlsec1(tmp_path, pki.ca)


def test_xmlsec1_weigert_een_gewijzigd_dossier_en_een_andere_ca(tmp_path: Path) -> None:
    pki = _leg_neer(tmp_path, is_rsa=False)
    ander = maak_ontwikkel_pki(tmp_path / "ander", {"gateway": Oin("00000003000000010000")})
    assert not _xmlsec1(tmp_path, ander.ca)
    (tmp_path / "dossier.xml").write_bytes(DOSSIER.replace("Zoë".encode(), b"Zoe"))
    assert not _xmlsec1(tmp_path, pki.ca)
