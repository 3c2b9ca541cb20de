"""Checking a peer's certificate: what passes, and everything that must not."""

import ipaddress
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.trust.certificaten import maak_ontwikkel_pki
from gateway.trust.crl import BestandBron
from gateway.trust.fouten import CertificaatGeweigerd, CertificaatOnleesbaar
from gateway.trust.inlezen import laad_certificaten
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.keuring import SERVER, Certificaatkeuring, Verwachting
from gateway.trust.uitgifte import Uitgever, maak_sleutel_ec, maak_sleutel_rsa, onderwerp, sleutelgebruik
from tests.hulp.pki import NU, OIN, TOT, Wereld, lagere_ca

DAG = timedelta(days=1)
VAST = Wereld.maak()
GOED = VAST.blad().public_bytes(Encoding.DER)


def _reden(wereld: Wereld, blad: x509.Certificate, tussen: list[x509.Certificate] | None = None) -> str:
    with pytest.raises(CertificaatGeweigerd) as fout:
        wereld.keuring().keur(blad, wereld.tussen if tussen is None else tussen)
    assert fout.value.reden.isprintable()
    return fout.value.reden


def test_een_goed_certificaat_zegt_wie_het_is(wereld: Wereld) -> None:
    blad = wereld.blad()
    gekeurd = wereld.keuring().keur(blad, wereld.tussen)
    assert gekeurd.oin == OIN
    assert "CN=las.example" in gekeurd.onderwerp
    assert gekeurd.geldig_tot == blad.not_valid_after_utc
    assert len(gekeurd.vingerafdruk) == 64


@pytest.mark.parametrize("maak", [lambda: maak_sleutel_rsa(2048), lambda: ec.generate_private_key(ec.SECP384R1())])
def test_rsa_2048_en_p384_mogen(wereld: Wereld, maak: Callable[[], object]) -> None:
    assert wereld.keuring().keur(wereld.blad(sleutel=maak()), wereld.tussen).oin == OIN


def test_een_certificaat_zonder_san_mag(wereld: Wereld) -> None:
    assert wereld.keuring().keur(wereld.blad(namen=()), wereld.tussen).oin == OIN


def test_als_octets_met_de_keten_erbij(wereld: Wereld) -> None:
    keuring = wereld.keuring()
    blad = wereld.blad()
    pem = b"".join(een.public_bytes(Encoding.PEM) for een in [blad, *wereld.tussen])
    der = blad.public_bytes(Encoding.DER)
    assert keuring.keur_octets(pem) == keuring.keur_octets(
        der, [een.public_bytes(Encoding.DER) for een in wereld.tussen]
    )
    for rommel in (b"", b"rommel", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(CertificaatGeweigerd, match="niet te lezen"):
            keuring.keur_octets(rommel)
    with pytest.raises(CertificaatGeweigerd, match="te groot"):
        keuring.keur_octets(b"x" * 1_000_001)


@pytest.mark.parametrize(
    ("anders", "reden"),
    [
        ({"geldig_van": NU + 3 * DAG}, "pas geldig vanaf"),
        ({"geldig_van": NU - 90 * DAG, "geldig_tot": NU - DAG}, "verlopen op 28-02-2026"),
        ({"doelen": (ExtendedKeyUsageOID.SERVER_AUTH,)}, "clientAuth"),
        ({"doelen": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}, "clientAuth"),
        ({"doelen": ()}, "clientAuth"),
        ({"gebruik": sleutelgebruik("key_agreement")}, "keyUsage"),
        ({"gebruik": None}, "keyUsage"),
        ({"sleutel": maak_sleutel_rsa(1024)}, "1024 bits"),
        ({"sleutel": ec.generate_private_key(ec.SECP521R1())}, "P-256"),
        ({"sleutel": ec.generate_private_key(ec.SECP256K1())}, "P-256"),
        ({"onderwerp": onderwerp("zonder oin")}, "OIN"),
        (
            {"onderwerp": x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, OIN.waarde)] * 2)},
            "2 keer",
        ),
        (
            {
                "onderwerp": x509.Name(
                    [
                        x509.NameAttribute(NameOID.COMMON_NAME, "kwaad\r\nlog\x1b[31m"),
                        x509.NameAttribute(NameOID.SERIAL_NUMBER, "1" * 19),
                    ]
                )
            },
            "20 cijfers",
        ),
        (
            {"extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]},
            "niet te herleiden",
        ),
        ({"ca_diepte": 0, "gebruik": sleutelgebruik("digital_signature", "key_cert_sign")}, "niet te herleiden|CA"),
    ],
)
def test_een_certificaat_met_een_gebrek_wordt_geweigerd(wereld: Wereld, anders: dict[str, object], reden: str) -> None:
    with pytest.raises(CertificaatGeweigerd, match=reden) as fout:
        wereld.keuring().keur(wereld.blad(**anders), wereld.tussen)
    assert fout.value.reden.isprintable()


def test_een_verlopen_keten_wordt_geweigerd(wereld: Wereld) -> None:
    blad = wereld.blad(geldig_tot=TOT + 100 * DAG)
    wereld.klok.nu = TOT + DAG
    assert "niet te herleiden" in _reden(wereld, blad)


def test_alleen_geconfigureerde_roots_gelden(wereld: Wereld) -> None:
    vreemd = Wereld.maak()  # authorities of the same names, other keys
    assert "niet te herleiden" in _reden(wereld, vreemd.blad(), [*vreemd.tussen, vreemd.wortel.certificaat])
    assert "niet te herleiden" in _reden(wereld, wereld.blad(), [])
    assert "niet te herleiden" in _reden(wereld, wereld.blad(), [wereld.domein.certificaat])
    sleutel = maak_sleutel_ec()
    eigen = Uitgever.wortel("eigen", sleutel, NU, TOT)
    assert "niet te herleiden" in _reden(wereld, eigen.certificaat)
    assert "root-CA" in _reden(wereld, wereld.wortel.certificaat)


def test_te_veel_tussencertificaten_worden_niet_bekeken(wereld: Wereld) -> None:
    assert "meer dan" in _reden(wereld, wereld.blad(), wereld.tussen * 4)


def _onder(wereld: Wereld, *cas: Uitgever) -> str:
    return _reden(wereld, wereld.blad_van(cas[-1]), [ca.certificaat for ca in cas])


def test_padlengte_en_ca_rechten_worden_afgedwongen(wereld: Wereld) -> None:
    te_diep = lagere_ca(wereld.uitgever, "Onder de uitgever", 0)
    assert "niet te herleiden" in _onder(wereld, wereld.domein, wereld.uitgever, te_diep)
    zonder_recht = lagere_ca(wereld.domein, "Geen keyCertSign", 0, gebruik=sleutelgebruik("crl_sign"))
    assert "niet te herleiden" in _onder(wereld, wereld.domein, zonder_recht)
    geen_ca = lagere_ca(wereld.domein, "Geen CA", None)
    assert "niet te herleiden" in _onder(wereld, wereld.domein, geen_ca)
    sleutel = maak_sleutel_ec()
    partij = Uitgever(wereld.blad(sleutel=sleutel), sleutel)
    assert "niet te herleiden" in _onder(wereld, wereld.domein, wereld.uitgever, partij)


def test_een_ca_voor_een_ander_doel_wordt_geweigerd(wereld: Wereld) -> None:
    ca = lagere_ca(wereld.domein, "Alleen servers", 0, doelen=(ExtendedKeyUsageOID.SERVER_AUTH,))
    assert "Een CA in de keten" in _onder(wereld, wereld.domein, ca)


@pytest.mark.parametrize(
    "beperking",
    [
        x509.NameConstraints([x509.DNSName("elders.nl")], None),
        x509.NameConstraints(None, [x509.DNSName("localhost")]),
        x509.NameConstraints([x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))], [x509.DNSName("localhost")]),
        x509.NameConstraints([x509.DirectoryName(onderwerp("elders"))], None),
    ],
)
def test_naambeperkingen_worden_afgedwongen(wereld: Wereld, beperking: x509.NameConstraints) -> None:
    ca = lagere_ca(wereld.domein, "Beperkt", 0, extra=[(beperking, True)])
    assert "niet te herleiden" in _onder(wereld, wereld.domein, ca)


def test_binnen_de_naambeperking_mag(wereld: Wereld) -> None:
    ca = lagere_ca(wereld.domein, "Beperkt", 0, extra=[(x509.NameConstraints([x509.DNSName("localhost")], None), True)])
    wereld.bron.zet(*wereld.crls(), ca.crl((), 1, NU, NU + DAG))
    keuring = wereld.keuring(respijt=timedelta(0))
    assert keuring.keur(wereld.blad_van(ca), [ca.certificaat, wereld.domein.certificaat]).oin == OIN


def test_sha1_wordt_geweigerd(wereld: Wereld, tmp_path: Path) -> None:
    """Cryptography cannot make such a certificate any more; openssl can."""
    _pem(tmp_path / "ca.pem", wereld.uitgever)
    opdrachten = [
        "req -new -newkey rsa:2048 -nodes -keyout blad.key -subj /CN=x/serialNumber=" + OIN.waarde + " -out blad.csr",
        "x509 -req -sha1 -in blad.csr -CA ca.pem -CAkey ca.key -days 9000 -set_serial 5 -extfile ext -out blad.pem",
    ]
    (tmp_path / "ext").write_text("keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n")
    for opdracht in opdrachten:
        subprocess.run(["openssl", *opdracht.split()], cwd=tmp_path, check=True, capture_output=True)
    (blad,) = laad_certificaten(tmp_path / "blad.pem")
    wereld.klok.nu = max(NU, blad.not_valid_before_utc + timedelta(seconds=1))
    assert "SHA-2" in _reden(wereld, blad)


def _pem(pad: Path, ca: Uitgever) -> None:
    pad.write_bytes(ca.certificaat.public_bytes(Encoding.PEM))
    pad.with_suffix(".key").write_bytes(ca.sleutel.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_een_gewijzigd_certificaat_geeft_altijd_een_nette_weigering(data: st.DataObject) -> None:
    der = bytearray(GOED)
    for _ in range(data.draw(st.integers(1, 3))):
        der[data.draw(st.integers(0, len(der) - 1))] ^= data.draw(st.integers(1, 255))
    if bytes(der) == GOED:
        return
    with pytest.raises(CertificaatGeweigerd):
        VAST.keuring().keur_octets(bytes(der), [een.public_bytes(Encoding.DER) for een in VAST.tussen])


def test_een_ca_bestand_zonder_root_wordt_geweigerd(wereld: Wereld) -> None:
    with pytest.raises(CertificaatOnleesbaar, match="root-CA"):
        Ankers.uit(wereld.tussen)


def test_geconfigureerde_tussencertificaten_helpen(wereld: Wereld) -> None:
    ankers = Ankers.uit([wereld.wortel.certificaat, *wereld.tussen])
    keuring = Certificaatkeuring(Verwachting(ankers, Intrekkingen([wereld.bron])), wereld.klok)
    assert keuring.keur(wereld.blad()).oin == OIN


def test_een_server_mag_de_server_zijn_en_niet_de_klant(wereld: Wereld) -> None:
    blad = wereld.blad(doelen=(ExtendedKeyUsageOID.SERVER_AUTH,))
    assert wereld.keuring(doel=SERVER).keur(blad, wereld.tussen).oin == OIN
    with pytest.raises(CertificaatGeweigerd, match="serverAuth"):
        wereld.keuring(doel=SERVER).keur(wereld.blad(doelen=(ExtendedKeyUsageOID.CLIENT_AUTH,)), wereld.tussen)


def test_een_onthouden_uitkomst_overleeft_het_certificaat_niet(wereld: Wereld) -> None:
    keuring, blad = wereld.keuring(), wereld.blad(geldig_tot=NU + timedelta(seconds=2))
    assert keuring.keur(blad, wereld.tussen).oin == OIN
    wereld.klok.nu = NU + timedelta(seconds=3)
    with pytest.raises(CertificaatGeweigerd, match="verlopen"):
        keuring.keur(blad, wereld.tussen)


def test_de_ontwikkel_pki_wordt_goedgekeurd_en_een_intrekking_meteen_gezien(tmp_path: Path) -> None:
    pki = maak_ontwikkel_pki(tmp_path, {"gateway": OIN, "magister": OIN}, klok=lambda: NU)
    intrekkingen = Intrekkingen([BestandBron(pki.crl)])
    keuring = Certificaatkeuring(Verwachting(Ankers.uit(laad_certificaten(pki.ca)), intrekkingen), lambda: NU)
    magister = pki.partijen["magister"].cert.read_bytes()
    assert keuring.keur_octets(magister).oin == OIN
    pki.trek_in("magister")
    with pytest.raises(CertificaatGeweigerd, match="ingetrokken"):
        keuring.keur_octets(magister)
    assert keuring.keur_octets(pki.partijen["gateway"].cert.read_bytes()).oin == OIN
    with pytest.raises(CertificaatGeweigerd, match="clientAuth"):
        keuring.keur_octets(pki.ondertekening.cert.read_bytes())
