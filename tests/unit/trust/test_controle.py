"""`certs check`: what is good, what will end, what is wrong."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.domain.waarden import Oin
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from gateway.trust.controle import Controlepunt, Oordeel, Vertrouwensbestanden, controleer
from gateway.trust.crl import BestandBron
from tests.hulp.pki import NU

PARTIJEN = {"gateway": Oin("00000003000000010000"), "magister": Oin("00000003000000020000")}


@pytest.fixture
def pki(tmp_path: Path) -> OntwikkelPki:
    return maak_ontwikkel_pki(tmp_path / "pki", PARTIJEN, klok=lambda: NU)


@pytest.fixture
def bestanden(pki: OntwikkelPki) -> Vertrouwensbestanden:
    tls, bewijs = pki.partijen["gateway"], pki.ondertekening
    return Vertrouwensbestanden(pki.ca, tls.cert, tls.key, bewijs.cert, bewijs.key, [BestandBron(pki.crl)])


def _slecht(punten: tuple[Controlepunt, ...]) -> list[Controlepunt]:
    return [punt for punt in punten if punt.oordeel is not Oordeel.GOED]


def test_een_goede_inrichting_heeft_niets_aan_te_merken(bestanden: Vertrouwensbestanden) -> None:
    punten = controleer(bestanden, NU)
    assert _slecht(punten) == []
    assert {punt.instelling for punt in punten} == {
        "OSO_TLS_CA", "OSO_TLS_CRL", "OSO_TLS_CERT", "OSO_TLS_KEY", "OSO_ONDERTEKEN_CERT", "OSO_ONDERTEKEN_KEY",
    }  # fmt: skip
    assert [punt.dagen for punt in punten if punt.instelling == "OSO_TLS_CERT" and punt.dagen] == [1095]
    assert any("OIN 00000003000000010000" in punt.melding for punt in punten)


def test_een_naderend_en_een_voorbij_einde(bestanden: Vertrouwensbestanden) -> None:
    bijna = _slecht(controleer(bestanden, NU + timedelta(days=1050)))
    assert {punt.oordeel for punt in bijna} == {Oordeel.WAARSCHUWING}
    assert {punt.dagen for punt in bijna} == {45}
    voorbij = _slecht(controleer(bestanden, NU + timedelta(days=1100)))
    assert {punt.dagen for punt in voorbij if punt.oordeel is Oordeel.FOUT and punt.dagen} == {-5}
    assert any("Bellers worden nu geweigerd" in punt.melding for punt in voorbij)
    te_vroeg = _slecht(controleer(bestanden, NU - timedelta(days=2)))
    assert any("pas geldig vanaf" in punt.melding for punt in te_vroeg)


def test_een_ingetrokken_eigen_certificaat(pki: OntwikkelPki, bestanden: Vertrouwensbestanden) -> None:
    pki.trek_in("gateway")
    (punt,) = _slecht(controleer(bestanden, NU))
    assert (punt.instelling, punt.oordeel) == ("OSO_TLS_CERT", Oordeel.FOUT)
    assert "ingetrokken" in punt.melding


def test_verwisselde_bestanden(pki: OntwikkelPki, bestanden: Vertrouwensbestanden) -> None:
    ander = pki.partijen["magister"]
    assert any("hoort niet bij" in punt.melding for punt in controleer(replace(bestanden, tls_key=ander.key), NU))
    bewijs_als_tls = replace(bestanden, tls_cert=pki.ondertekening.cert, tls_key=pki.ondertekening.key)
    meldingen = " ".join(punt.melding for punt in _slecht(controleer(bewijs_als_tls, NU)))
    assert "serverAuth" in meldingen
    assert "eigen certificaat" in meldingen
    tls_als_bewijs = replace(bestanden, onderteken_cert=ander.cert, onderteken_key=ander.key)
    assert any("niet het TLS-certificaat" in punt.melding for punt in controleer(tls_als_bewijs, NU))


def test_ontbrekende_bestanden_worden_allemaal_gemeld(bestanden: Vertrouwensbestanden, tmp_path: Path) -> None:
    weg = tmp_path / "weg.pem"
    kapot = Vertrouwensbestanden(weg, weg, weg, weg, weg, [BestandBron(weg)])
    punten = controleer(kapot, NU)
    assert {punt.instelling for punt in punten} >= {"OSO_TLS_CA", "OSO_TLS_CRL", "OSO_TLS_CERT", "OSO_ONDERTEKEN_CERT"}
    assert all("weg.pem" in punt.melding for punt in punten if "niet te lezen" in punt.melding)
    zonder_ca = controleer(replace(bestanden, ca=weg, tls_key=weg), NU)
    assert any("zonder bruikbaar CA-bestand" in punt.melding for punt in zonder_ca)
    assert any(punt.instelling == "OSO_TLS_KEY" and punt.oordeel is Oordeel.FOUT for punt in zonder_ca)


def test_zonder_crl_en_met_een_leesbare_sleutel(bestanden: Vertrouwensbestanden) -> None:
    bestanden.tls_key.chmod(0o644)
    punten = _slecht(controleer(replace(bestanden, crl=()), NU))
    assert any(punt.oordeel is Oordeel.FOUT and "geen intrekkingslijst" in punt.melding for punt in punten)
    assert any(punt.oordeel is Oordeel.WAARSCHUWING and "0600" in punt.melding for punt in punten)
