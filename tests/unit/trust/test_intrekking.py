"""Revocation lists: sources, which list counts, missing and stale ones, grace and alarm."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.trust.crl import BestandBron, Intrekkingslijst, UrlBron
from gateway.trust.crl_ophalen import haal_crl
from gateway.trust.fouten import CertificaatGeweigerd, CertificaatOnleesbaar, CrlOnbruikbaar
from gateway.trust.inlezen import crls_uit
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.uitgifte import sleutelgebruik
from tests.hulp.pki import NU, OIN, TOT, Klok, Wereld, lagere_ca

UUR = timedelta(hours=1)


def _mag(wereld: Wereld, blad: x509.Certificate, respijt: timedelta = 24 * UUR) -> bool:
    try:
        return wereld.keuring(respijt=respijt).keur(blad, wereld.tussen).oin == OIN
    except CertificaatGeweigerd:
        return False


def test_een_ingetrokken_certificaat_wordt_bij_de_volgende_keuring_geweigerd(wereld: Wereld) -> None:
    keuring, blad, ander = wereld.keuring(), wereld.blad(), wereld.blad()
    assert keuring.keur(blad, wereld.tussen).oin == OIN
    wereld.bron.zet(*wereld.crls([blad.serial_number], van=NU + UUR))
    with pytest.raises(CertificaatGeweigerd, match="ingetrokken"):
        keuring.keur(blad, wereld.tussen)
    assert keuring.keur(ander, wereld.tussen).oin == OIN


def test_een_ingetrokken_ca_neemt_haar_certificaten_mee(wereld: Wereld) -> None:
    _, _, onder = wereld.crls()
    boven = wereld.wortel.crl([], 1, NU, TOT)
    domein = wereld.domein.crl([wereld.uitgever.certificaat.serial_number], 1, NU, TOT)
    wereld.bron.zet(boven, domein, onder)
    with pytest.raises(CertificaatGeweigerd, match="ingetrokken"):
        wereld.keuring().keur(wereld.blad(), wereld.tussen)


def test_een_ca_zonder_recht_op_crls_trekt_niets_in(wereld: Wereld) -> None:
    ca = lagere_ca(wereld.domein, "Geen cRLSign", 0, gebruik=sleutelgebruik("key_cert_sign"))
    wereld.bron.zet(*wereld.crls(), ca.crl([], 1, NU, TOT))
    with pytest.raises(CertificaatGeweigerd, match="ontbreekt"):
        wereld.keuring(respijt=timedelta(0)).keur(wereld.blad_van(ca), [ca.certificaat, wereld.domein.certificaat])


def test_de_nieuwste_lijst_geldt(wereld: Wereld) -> None:
    blad = wereld.blad()
    oud, nieuw = wereld.crls(), wereld.crls([blad.serial_number], van=NU + UUR)
    for volgorde in ([*oud, *nieuw], [*nieuw, *oud]):
        wereld.bron.zet(*volgorde)
        assert not _mag(wereld, blad)


def test_een_lijst_van_een_ander_telt_niet(wereld: Wereld) -> None:
    """Somebody with the same name and another key neither revokes nor clears."""
    vreemd, blad = Wereld.maak(), wereld.blad()
    valse = vreemd.uitgever.crl([blad.serial_number], 9, NU + UUR, TOT)
    wereld.bron.zet(*wereld.crls(), valse)
    assert _mag(wereld, blad)
    schone = vreemd.uitgever.crl([], 9, NU + UUR, TOT)
    wereld.bron.zet(*wereld.crls([blad.serial_number]), schone)
    assert not _mag(wereld, blad)


def test_een_ondergeschoven_lijst_neemt_de_echte_niet_weg(wereld: Wereld) -> None:
    keuring, blad, goed = wereld.keuring(respijt=timedelta(0)), wereld.blad(), wereld.blad()
    wereld.bron.zet(*wereld.crls([blad.serial_number]))
    assert keuring.keur(goed, wereld.tussen).oin == OIN
    for _ in range(3):
        wereld.bron.zet(*Wereld.maak().crls(van=NU + UUR))
        with pytest.raises(CertificaatGeweigerd, match="ingetrokken"):
            keuring.keur(blad, wereld.tussen)
        assert keuring.keur(goed, wereld.tussen).oin == OIN
    verwacht = Intrekkingen([wereld.bron], verwacht=[wereld.uitgever.certificaat])
    assert "ontbreekt" in verwacht.alarmen(NU)[0].melding
    wereld.bron.zet(*wereld.crls())
    assert verwacht.alarmen(NU) == ()
    wereld.bron.zet(*Wereld.maak().crls())
    assert "vorige geldt nog" in verwacht.alarmen(NU)[0].melding


def test_een_ontbrekende_lijst_geeft_alarm_en_na_het_respijt_een_weigering(wereld: Wereld) -> None:
    wereld.bron.zet(*wereld.crls()[:2])
    keuring, blad = wereld.keuring(respijt=2 * UUR), wereld.blad()
    assert keuring.keur(blad, wereld.tussen).oin == OIN
    wereld.klok.nu += 2 * UUR
    with pytest.raises(CertificaatGeweigerd, match=r"niet na te gaan.*ontbreekt"):
        keuring.keur(blad, wereld.tussen)
    wereld.bron.zet(*wereld.crls())
    assert keuring.keur(blad, wereld.tussen).oin == OIN
    assert not _mag_zonder_lijst(wereld)


def _mag_zonder_lijst(wereld: Wereld) -> bool:
    wereld.bron.zet(*wereld.crls()[:2])
    return _mag(wereld, wereld.blad(), respijt=timedelta(0))


def test_een_verlopen_lijst_geeft_alarm_en_na_het_respijt_een_weigering(wereld: Wereld) -> None:
    keuring, blad = wereld.keuring(respijt=2 * UUR), wereld.blad()
    wereld.klok.nu = NU + timedelta(days=7) + UUR
    assert keuring.keur(blad, wereld.tussen).oin == OIN
    wereld.klok.nu += UUR
    with pytest.raises(CertificaatGeweigerd, match=r"niet na te gaan.*verlopen"):
        keuring.keur(blad, wereld.tussen)


def test_ingetrokken_blijft_ingetrokken_op_een_verlopen_lijst(wereld: Wereld) -> None:
    blad = wereld.blad()
    wereld.bron.zet(*wereld.crls([blad.serial_number]))
    wereld.klok.nu = NU + timedelta(days=7) + UUR
    with pytest.raises(CertificaatGeweigerd, match="is ingetrokken"):
        wereld.keuring().keur(blad, wereld.tussen)


def test_alarmen_van_de_eerste_minuut(wereld: Wereld) -> None:
    intrekkingen = Intrekkingen([wereld.bron], verwacht=[wereld.uitgever.certificaat], respijt=UUR)
    assert intrekkingen.alarmen(NU) == ()
    tot = NU + timedelta(days=7)
    (alarm,) = intrekkingen.alarmen(tot)
    assert (alarm.sinds, alarm.weigert_vanaf) == (tot, tot + UUR)
    assert "Testuitgever" in alarm.melding
    wereld.bron.zet(*wereld.crls()[:1])
    intrekkingen = Intrekkingen([wereld.bron], verwacht=[wereld.uitgever.certificaat], respijt=UUR)
    (alarm,) = intrekkingen.alarmen(NU)
    assert (alarm.sinds, alarm.weigert_vanaf) == (NU, NU + UUR)
    assert intrekkingen.alarmen(NU + UUR)[0].sinds == NU


def _schrijf(pad: Path, lijsten: list[x509.CertificateRevocationList]) -> None:
    pad.write_bytes(b"".join(lijst.public_bytes(Encoding.PEM) for lijst in lijsten))


def test_een_bestand_wordt_herlezen_zodra_het_wijzigt(wereld: Wereld, tmp_path: Path) -> None:
    pad, blad = tmp_path / "lijst.pem", wereld.blad()
    _schrijf(pad, wereld.crls())
    keuring = wereld.keuring(bronnen=[BestandBron(pad)], respijt=timedelta(0))
    assert keuring.keur(blad, wereld.tussen).oin == OIN
    _schrijf(pad, wereld.crls([blad.serial_number]))
    with pytest.raises(CertificaatGeweigerd, match="ingetrokken"):
        keuring.keur(blad, wereld.tussen)


def test_een_kapot_of_verdwenen_bestand_laat_de_laatste_lijst_gelden(wereld: Wereld, tmp_path: Path) -> None:
    pad, blad = tmp_path / "lijst.pem", wereld.blad()
    _schrijf(pad, wereld.crls([blad.serial_number]))
    keuring = wereld.keuring(bronnen=[BestandBron(pad)], respijt=timedelta(0))
    for kapot in (b"", b"-----BEGIN X509 CRL-----\nhalf", None):
        pad.unlink() if kapot is None else pad.write_bytes(kapot)
        keuring.verwachting.intrekkingen.ververs(NU)
    assert [alarm.sinds for alarm in keuring.alarmen()] == [NU]
    _schrijf(pad, wereld.crls([blad.serial_number]))
    with pytest.raises(CertificaatGeweigerd, match="ingetrokken"):
        keuring.keur(blad, wereld.tussen)
    assert keuring.alarmen() == ()
    pad.write_bytes(b"kapot")
    wereld.klok.nu += UUR
    with pytest.raises(CertificaatGeweigerd, match="is ingetrokken"):
        keuring.keur(blad, wereld.tussen)
    assert "lijst.pem" in keuring.alarmen()[0].melding


def test_een_bestand_dat_er_nooit_was_geeft_alarm(wereld: Wereld, tmp_path: Path) -> None:
    keuring = wereld.keuring(bronnen=[BestandBron(tmp_path / "weg.crl")])
    (alarm,) = keuring.alarmen()
    assert "'weg.crl' is niet te lezen" in alarm.melding


def test_een_enkele_lijst_in_der_mag(wereld: Wereld, tmp_path: Path) -> None:
    bronnen = []
    for nummer, lijst in enumerate(wereld.crls()):
        pad = tmp_path / f"{nummer}.crl"
        pad.write_bytes(lijst.public_bytes(Encoding.DER))
        bronnen.append(BestandBron(pad))
    assert wereld.keuring(bronnen=bronnen, respijt=timedelta(0)).keur(wereld.blad(), wereld.tussen).oin == OIN


VAST = Wereld.maak()
LIJST = VAST.crls([7, 8])[2].public_bytes(Encoding.DER)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_een_gewijzigde_lijst_is_van_niemand_of_onbruikbaar(data: st.DataObject) -> None:
    der = bytearray(LIJST)
    der[data.draw(st.integers(0, len(der) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        (lijst,) = map(Intrekkingslijst.uit, crls_uit(bytes(der)))
    except (CertificaatOnleesbaar, CrlOnbruikbaar):
        return
    assert not lijst.is_van(VAST.uitgever.certificaat)


PUNT = x509.UniformResourceIdentifier("http://crl.example/a.crl")
ANDER = x509.UniformResourceIdentifier("http://crl.example/b.crl")


def _bereik(**aan: Any) -> x509.IssuingDistributionPoint:
    leeg: dict[str, Any] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**leeg, **aan})


@pytest.mark.parametrize(
    ("extensie", "mag"),
    [
        (_bereik(only_contains_user_certs=True), True),
        (_bereik(only_contains_ca_certs=True), False),
        (_bereik(full_name=[PUNT]), True),
        (_bereik(full_name=[ANDER]), False),
        (_bereik(indirect_crl=True), False),
        (_bereik(only_contains_attribute_certs=True), False),
        (_bereik(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})), False),
        (x509.DeltaCRLIndicator(1), False),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False),
    ],
)
def test_een_lijst_die_niet_alles_dekt_stelt_niet_gerust(
    wereld: Wereld, extensie: x509.ExtensionType, mag: bool
) -> None:
    lijst = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(wereld.uitgever.certificaat.subject)
        .last_update(NU)
        .next_update(TOT)
        .add_extension(extensie, critical=True)
        .sign(wereld.uitgever.sleutel, SHA256())
    )
    bronnen = [type(wereld.bron)([een]) for een in (*wereld.crls()[:2], lijst)]
    keuring = wereld.keuring(bronnen=bronnen, respijt=timedelta(0))
    punten = x509.CRLDistributionPoints([x509.DistributionPoint([PUNT], None, None, None)])
    blad = wereld.blad(extra=[(punten, False)])
    if mag:
        assert keuring.keur(blad, wereld.tussen).oin == OIN
    else:
        with pytest.raises(CertificaatGeweigerd, match="ontbreekt"):
            keuring.keur(blad, wereld.tussen)


def test_een_url_wordt_naast_de_keuring_ververst(wereld: Wereld) -> None:
    klok = Klok()
    antwoorden: list[list[x509.CertificateRevocationList] | None] = [wereld.crls(), None, wereld.crls([7])]
    opgehaald: list[str] = []

    def haal(url: str) -> bytes:
        opgehaald.append(url)
        antwoord = antwoorden[len(opgehaald) - 1]
        if antwoord is None:
            raise CrlOnbruikbaar("weg")
        return b"".join(lijst.public_bytes(Encoding.PEM) for lijst in antwoord)

    bron = UrlBron("http://crl.example/a.crl", haal)
    intrekkingen = Intrekkingen([bron], respijt=timedelta(0))
    assert "nog niet opgehaald" in intrekkingen.alarmen(klok())[0].melding
    intrekkingen.haal_op(klok())
    assert intrekkingen.alarmen(klok()) == ()
    assert not bron.ververs(klok())
    assert bron.ververs(klok() + UUR)
    assert "weg" in intrekkingen.alarmen(klok() + UUR)[0].melding
    intrekkingen.eis_niet_ingetrokken(wereld.blad(), wereld.uitgever.certificaat, klok())
    assert bron.ververs(klok() + UUR)
    assert intrekkingen.alarmen(klok() + UUR) == ()
    assert len(opgehaald) == 3


def test_een_klok_die_terugspringt_stelt_het_verversen_niet_uit(wereld: Wereld) -> None:
    octets = b"".join(lijst.public_bytes(Encoding.PEM) for lijst in wereld.crls())
    bron = UrlBron("http://crl.example/a.crl", lambda _: octets)
    klok = Klok()
    assert bron.ververs(klok())
    assert not bron.ververs(klok())
    assert bron.ververs(klok() - UUR)


def test_een_klok_die_terugspringt_stelt_het_herlezen_van_een_kapotte_bron_niet_uit(wereld: Wereld) -> None:
    gelezen: list[int] = []

    class Kapot:
        naam = "kapot"

        def kenmerk(self) -> int:
            return 1

        def octets(self) -> bytes:
            gelezen.append(1)
            raise CrlOnbruikbaar("kapot")

    klok = Klok()
    intrekkingen = Intrekkingen([Kapot()])
    intrekkingen.ververs(klok())
    intrekkingen.ververs(klok())
    assert len(gelezen) == 1
    intrekkingen.ververs(klok() - UUR)
    assert len(gelezen) == 2


def _haal(antwoord: httpx.Response | Exception, maximum: int = 100) -> bytes:
    def behandel(_: httpx.Request) -> httpx.Response:
        if isinstance(antwoord, Exception):
            raise antwoord
        return antwoord

    return haal_crl("http://crl.example/a.crl", transport=httpx.MockTransport(behandel), maximum=maximum)


def _stukken() -> Iterator[bytes]:
    while True:
        yield b"x" * 60


def test_een_druppelende_server_houdt_niets_op(monkeypatch: pytest.MonkeyPatch) -> None:
    tijd = iter(range(0, 1000, 40))
    monkeypatch.setattr("gateway.trust.crl_ophalen.monotonic", lambda: float(next(tijd)))
    with pytest.raises(CrlOnbruikbaar, match="duurt te lang"):
        _haal(httpx.Response(200, content=_stukken()), maximum=10_000)


def test_ophalen_is_begrensd_en_duidelijk() -> None:
    assert _haal(httpx.Response(200, content=iter([b"lij", b"st"]))) == b"lijst"
    with pytest.raises(CrlOnbruikbaar, match="groter dan 100"):
        _haal(httpx.Response(200, content=_stukken()))
    with pytest.raises(CrlOnbruikbaar, match="antwoordt 302"):
        _haal(httpx.Response(302, headers={"Location": "http://127.0.0.1/geheim"}))
    with pytest.raises(CrlOnbruikbaar, match="ConnectTimeout"):
        _haal(httpx.ConnectTimeout("te laat"))
    with pytest.raises(CrlOnbruikbaar, match="UnsupportedProtocol"):
        haal_crl("file:///etc/passwd")
