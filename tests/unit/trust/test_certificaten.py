"""The development PKI on disk: complete, kept, renewed, repaired; and reading of the OIN."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.domain.waarden import Oin
from gateway.trust.certificaten import maak_ontwikkel_pki
from gateway.trust.fouten import CertificaatOnleesbaar, OinOngeldig
from gateway.trust.inlezen import (
    MAX_CERTIFICAATBESTAND,
    crls_uit,
    laad_certificaten,
    laad_sleutel,
    lees_oin,
    toonbaar,
)
from gateway.trust.uitgifte import Eisen, Uitgever, maak_sleutel_ec

NU = datetime(2026, 3, 1, 12, tzinfo=UTC)
GATEWAY, MAGISTER = Oin("00000003000000010000"), Oin("00000003000000020000")
PARTIJEN = {"gateway": GATEWAY, "magister": MAGISTER}


def _inhoud(map_: Path) -> dict[str, bytes]:
    return {pad.name: pad.read_bytes() for pad in map_.iterdir()}


def test_alles_ligt_er_en_alleen_voor_de_eigenaar(tmp_path: Path) -> None:
    pki = maak_ontwikkel_pki(tmp_path / "pki", PARTIJEN, klok=lambda: NU)
    assert pki.map.stat().st_mode & 0o777 == 0o700
    assert {pad.stat().st_mode & 0o777 for pad in pki.map.iterdir()} == {0o600}
    keten = laad_certificaten(pki.partijen["magister"].cert)
    blad = keten[0]
    for onder, boven in zip(keten, [*keten[1:], laad_certificaten(pki.ca)[0]], strict=True):
        onder.verify_directly_issued_by(boven)
    assert lees_oin(blad) == MAGISTER
    assert blad.public_key() == laad_sleutel(pki.partijen["magister"].key).public_key()
    namen = blad.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert namen.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(adres) for adres in namen.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    bewijs = laad_certificaten(pki.ondertekening.cert)[0]
    doelen = bewijs.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert lees_oin(bewijs) == GATEWAY
    assert ExtendedKeyUsageOID.CLIENT_AUTH not in doelen
    assert ExtendedKeyUsageOID.SERVER_AUTH not in doelen


def test_een_tweede_keer_verandert_niets(tmp_path: Path) -> None:
    maak_ontwikkel_pki(tmp_path, PARTIJEN, klok=lambda: NU)
    eerst = _inhoud(tmp_path)
    maak_ontwikkel_pki(tmp_path, PARTIJEN, klok=lambda: NU + timedelta(days=30))
    assert _inhoud(tmp_path) == eerst
    maak_ontwikkel_pki(tmp_path, {**PARTIJEN, "vreemde": Oin("9" * 20)}, klok=lambda: NU)
    daarna = _inhoud(tmp_path)
    assert {naam for naam in daarna if eerst.get(naam) != daarna[naam]} == {"vreemde.pem", "vreemde.key"}


def test_een_halve_of_verlopen_pki_wordt_hersteld(tmp_path: Path) -> None:
    pki = maak_ontwikkel_pki(tmp_path, PARTIJEN, klok=lambda: NU)
    wortel = pki.ca.read_bytes()
    pki.partijen["magister"].key.write_bytes(pki.partijen["gateway"].key.read_bytes())
    pki.crl.write_bytes(b"half")
    maak_ontwikkel_pki(tmp_path, PARTIJEN, klok=lambda: NU)
    sleutel = laad_sleutel(pki.partijen["magister"].key)
    assert laad_certificaten(pki.partijen["magister"].cert)[0].public_key() == sleutel.public_key()
    assert len(crls_uit(pki.crl.read_bytes())) == 3
    assert pki.ca.read_bytes() == wortel
    oud = laad_certificaten(pki.partijen["magister"].cert)[0]
    maak_ontwikkel_pki(tmp_path, PARTIJEN, klok=lambda: NU + timedelta(days=1090))
    assert laad_certificaten(pki.partijen["magister"].cert)[0].not_valid_after_utc > oud.not_valid_after_utc
    pki.ca.unlink()
    maak_ontwikkel_pki(tmp_path, PARTIJEN, klok=lambda: NU)
    assert pki.ca.read_bytes() != wortel
    blad, uitgever, _ = laad_certificaten(pki.partijen["magister"].cert)
    blad.verify_directly_issued_by(uitgever)
    assert uitgever in laad_certificaten(pki.ca)


def test_tegelijk_maken_geeft_een_samenhangende_pki(tmp_path: Path) -> None:
    """Two threads stand for two processes: a lock on an open folder is per opening."""
    with ThreadPoolExecutor(8) as draden:
        gemaakt = list(draden.map(lambda _: maak_ontwikkel_pki(tmp_path, PARTIJEN, klok=lambda: NU), range(8)))
    for paar in (*gemaakt[0].partijen.values(), gemaakt[0].ondertekening):
        blad, uitgever, _ = laad_certificaten(paar.cert)
        assert blad.public_key() == laad_sleutel(paar.key).public_key()
        assert uitgever in laad_certificaten(gemaakt[0].ca)


def test_een_intrekking_blijft_bewaard(tmp_path: Path) -> None:
    pki = maak_ontwikkel_pki(tmp_path, PARTIJEN)
    nummer = laad_certificaten(pki.partijen["magister"].cert)[0].serial_number
    assert not any(lijst.get_revoked_certificate_by_serial_number(nummer) for lijst in crls_uit(pki.crl.read_bytes()))
    pki.trek_in("magister")
    maak_ontwikkel_pki(tmp_path, PARTIJEN)
    assert any(lijst.get_revoked_certificate_by_serial_number(nummer) for lijst in crls_uit(pki.crl.read_bytes()))


@pytest.mark.parametrize("naam", ["../buiten", "", "Magister", "ca", "wortel", "a" * 41, "a\n"])
def test_een_onbruikbare_naam_wordt_geweigerd(tmp_path: Path, naam: str) -> None:
    with pytest.raises(ValueError, match="partij"):
        maak_ontwikkel_pki(tmp_path, {naam: GATEWAY})
    with pytest.raises(ValueError, match="partij"):
        maak_ontwikkel_pki(tmp_path, {})


def _met(nummers: Sequence[str], naam: str = "blad") -> x509.Certificate:
    sleutel = maak_sleutel_ec()
    ca = Uitgever.wortel("Wortel", sleutel, NU, NU + timedelta(days=2))
    delen = [x509.NameAttribute(NameOID.COMMON_NAME, naam)]
    delen += [x509.NameAttribute(NameOID.SERIAL_NUMBER, nummer, _ASN1Type.UTF8String) for nummer in nummers]
    return ca.geef_uit(Eisen(x509.Name(delen), NU, NU + timedelta(days=2)), sleutel.public_key())


@pytest.mark.parametrize(
    ("nummers", "reden"),
    [
        ((), "ontbreekt"),
        (("0" * 19,), "20 cijfers"),
        (("0" * 21,), "20 cijfers"),
        ((GATEWAY.waarde, GATEWAY.waarde), "2 keer"),
        ((GATEWAY.waarde, MAGISTER.waarde), "2 keer"),
        (("0000000300000001000A",), "20 cijfers"),
        (("٠" * 20,), "20 cijfers"),
        (("00000003000000010000\n",), "20 cijfers"),
        (("0000000\r\n\x1b[31m0000000",), "20 cijfers"),
    ],
)
def test_alles_behalve_een_oin_van_twintig_cijfers_wordt_geweigerd(nummers: Sequence[str], reden: str) -> None:
    with pytest.raises(OinOngeldig, match=reden) as fout:
        lees_oin(_met(nummers))
    assert str(fout.value).isprintable()


def test_een_naam_met_stuurtekens_is_op_een_regel_te_tonen() -> None:
    tekst = toonbaar(_met([GATEWAY.waarde], "kwaad\r\nINFO alles goed\x1b[2J\u202e").subject)
    assert tekst.isprintable()
    assert len(toonbaar(_met([], "x" * 60).subject)) <= 200


def test_onleesbare_bestanden_geven_een_duidelijke_regel(tmp_path: Path) -> None:
    leeg = tmp_path / "leeg.pem"
    with pytest.raises(CertificaatOnleesbaar, match="niet te lezen"):
        laad_certificaten(leeg)
    leeg.write_bytes(b"")
    with pytest.raises(CertificaatOnleesbaar, match="leesbaar certificaat"):
        laad_certificaten(leeg)
    with pytest.raises(CertificaatOnleesbaar, match="privésleutel"):
        laad_sleutel(leeg)
    with pytest.raises(CertificaatOnleesbaar, match="CRL"):
        crls_uit(b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")
    leeg.write_bytes(b" " * (MAX_CERTIFICAATBESTAND + 1))
    with pytest.raises(CertificaatOnleesbaar, match="te groot"):
        laad_certificaten(leeg)
