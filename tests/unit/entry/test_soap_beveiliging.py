"""WS-Security at the SOAP port without a port: the dossier in a signed answer, and what the settings say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.berichten.codec import schrijf_antwoord
from gateway.berichten.envelop import lees_envelop
from gateway.berichten.fout import BerichtOngeldig
from gateway.berichten.pakket import standaardpakket
from gateway.bootstrap import maak_berichttekenaar, maak_partijen
from gateway.domain.overdracht import Documentantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Oin
from gateway.entry.soap.beller import Beller
from gateway.entry.soap.beveiliging import Beveiliging
from gateway.ports import OpslagNietBeschikbaar
from gateway.settings import Instellingen, InstellingOnjuist, lees_instellingen
from gateway.trust.certificaten import maak_ontwikkel_pki
from gateway.trust.herhaling import Herhalingen, HerhalingenInGeheugen
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.keuring import Certificaatkeuring, Verwachting
from gateway.trust.uitgifte import maak_sleutel_ec, sleutelgebruik
from gateway.trust.wssec import SOAP, Berichttekenaar
from gateway.trust.wssec_keuring import Berichtkeuring
from gateway.xmlio import Grenzen, canoniek, lees
from tests.hulp.opslagen import NU as MOMENT
from tests.hulp.pki import NU, OIN, Wereld
from tests.hulp.soapwereld import PING

# Everything that serialising may write differently: declarations far up, quotes, entities, CDATA, carriage returns.
LASTIG = (
    '<d:dossier xmlns:d="urn:d" xmlns:z=\'urn:z\' xmlns="urn:leeg" a=\'"een"\' z:b="&lt;&#9;&#10;&#13;"><kind xmlns="">'
    "<![CDATA[<&>]]>&#13;&#x1F600; é\t </kind><d:x><z:y/><ander\n/></d:x>\r\n&quot;'&gt;</d:dossier>"
)


class Proef:
    """A party, its certificate world, and the security of a port that knows it."""

    def __init__(self, tussen: bool = True, herhalingen: Herhalingen | None = None) -> None:
        self.wereld = Wereld.maak()
        sleutel = maak_sleutel_ec()
        self.tekenaar = Berichttekenaar(sleutel, self.wereld.blad(sleutel=sleutel))
        bekend = self.wereld.tussen if tussen else []
        ankers = Ankers.uit([self.wereld.wortel.certificaat, *bekend])
        keuring = Certificaatkeuring(Verwachting(ankers, Intrekkingen([self.wereld.bron])), self.wereld.klok)
        self.keuring = Berichtkeuring(keuring, herhalingen or HerhalingenInGeheugen(), self.wereld.klok)
        self.gemeld: list[dict[str, Any]] = []
        self.beveiliging = Beveiliging(self.keuring, self.tekenaar, self.wereld.klok, self._meld)

    def _meld(self, naam: str, **velden: Any) -> None:
        self.gemeld.append({"naam": naam, **velden})


PROEF = Proef()


@pytest.mark.parametrize("dossier", [LASTIG, "<a>" + "<b>" * 95 + "</b>" * 95 + "</a>"], ids=["lastig", "diep"])
def test_een_dossier_blijft_canoniek_gelijk(dossier: str) -> None:
    proef, pakket = Proef(), standaardpakket()
    octets = canoniek(lees(dossier.encode()))
    antwoord = schrijf_antwoord(
        "document", Documentantwoord(Resultaat.OVERDRACHT_GESLAAGD, "2019.1", MOMENT, octets), pakket
    )
    ondertekend = proef.beveiliging.onderteken(antwoord)
    document = proef.keuring.keur(lees(ondertekend, Grenzen(diepte=120)), OIN).lichaam[0][-1]
    assert canoniek(document[0]) == octets


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")))
def test_elke_tekst_blijft_gelijk(tekst: str) -> None:
    element = lees(b"<a/>")
    element.text = tekst
    octets = canoniek(element)
    antwoord = f'<s:Envelope xmlns:s="{SOAP[1:-1]}"><s:Body>'.encode() + octets + b"</s:Body></s:Envelope>"
    uit = PROEF.keuring.keur(lees(PROEF.beveiliging.onderteken(antwoord)), OIN)
    assert canoniek(uit.lichaam[0]) == octets


def test_tussencertificaten_van_de_handdruk_tellen_mee() -> None:
    proef = Proef(tussen=False)
    bericht = proef.tekenaar.onderteken(lees(PING), NU)
    with pytest.raises(BerichtOngeldig):
        proef.beveiliging.eis(lees_envelop(bericht), Beller(OIN))
    assert "niet vertrouwd" in proef.gemeld[0]["reden"]
    tussen = tuple(een.public_bytes(Encoding.PEM).decode() for een in proef.wereld.tussen)
    envelop = proef.beveiliging.eis(lees_envelop(bericht), Beller(OIN, tussen=tussen))
    assert len(envelop.findall(f"{SOAP}Body")) == 1


def test_alleen_de_gekeurde_body_gaat_verder() -> None:
    proef = Proef()
    echt = lees_envelop(proef.tekenaar.onderteken(lees(PING), NU))
    binnen = echt.find(f"{SOAP}Body")
    assert binnen is not None
    gekeurd = proef.beveiliging.eis(echt, Beller(OIN))
    assert gekeurd.find(f"{SOAP}Body") is not binnen
    assert binnen.getparent() is None


def test_zonder_opslag_wordt_niets_aangenomen() -> None:
    class Weg:
        def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
            raise OpslagNietBeschikbaar("weg")

    proef = Proef(herhalingen=Weg())
    with pytest.raises(OpslagNietBeschikbaar):
        proef.beveiliging.eis(lees(proef.tekenaar.onderteken(lees(PING), NU)), Beller(OIN))
    assert proef.gemeld == []


# ------------------------------------------------------------------------------------------------- settings


def _instellingen(monkeypatch: pytest.MonkeyPatch, map_: Path, regel: str, **anders: Any) -> Instellingen:
    toml = map_ / "oso.toml"
    toml.write_text(f'[[partijen]]\noin = "{OIN.waarde}"\nnaam = "Magister"\n{regel}\n', encoding="utf-8")
    monkeypatch.setenv("OSO_CONFIG", str(toml))
    return lees_instellingen(**anders)


@pytest.mark.parametrize(("regel", "verwacht"), [("", False), ("ondertekent = true", True)])
def test_een_partij_tekent_als_de_configuratie_het_zegt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, regel: str, verwacht: bool
) -> None:
    partij = maak_partijen(_instellingen(monkeypatch, tmp_path, regel)).bij_oin(OIN)
    assert partij is not None
    assert partij.ondertekent is verwacht


def test_voor_een_partij_die_tekent_moet_ons_certificaat_dat_mogen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sleutel, wereld = maak_sleutel_ec(), Wereld.maak()
    blad = wereld.blad(sleutel=sleutel, gebruik=sleutelgebruik("content_commitment"))
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    cert.write_bytes(blad.public_bytes(Encoding.PEM))
    key.write_bytes(sleutel.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    paar = {"onderteken_cert": cert, "onderteken_key": key}
    assert maak_berichttekenaar(_instellingen(monkeypatch, tmp_path, "", **paar))
    with pytest.raises(InstellingOnjuist, match="keyUsage"):
        maak_berichttekenaar(_instellingen(monkeypatch, tmp_path, "ondertekent = true", **paar))


def test_de_sleutel_van_het_bewijs_tekent_ook_berichten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pki = maak_ontwikkel_pki(tmp_path / "pki", {"gateway": Oin("00000003000000010000")})
    paar = {"onderteken_cert": pki.ondertekening.cert, "onderteken_key": pki.ondertekening.key}
    tekenaar = maak_berichttekenaar(_instellingen(monkeypatch, tmp_path, "ondertekent = true", **paar))
    assert b"BinarySecurityToken" in tekenaar.onderteken(lees(PING), NU)
