"""The messages of OSO'18: points by number, a bare zoeksleutel, PaO; written by hand from the contract, not by us."""

from __future__ import annotations

from io import BytesIO

import pytest
import zeep
from lxml import etree

from adapters.traffic_center.klant import velden_van
from adapters.traffic_center.opmaak import ZeepOpmaak
from gateway.berichten import codec, envelop
from gateway.berichten.fout import BerichtOngeldig, VersieOnbekend
from gateway.berichten.pakket import laad_pakketten, standaardpakket
from gateway.domain.overdracht import (
    Adresblok,
    Documentvraag,
    Notificatiemelding,
    Registratieaanvraag,
    Sessieantwoord,
    Sessievraag,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    Doel,
    Overdrachtsoort,
    Pgn,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)
from tests.hulp.berichtvoorbeelden import DOCUMENT, SESSIE
from tests.hulp.berichtvoorbeelden import envelop as in_envelop

NIEUW = standaardpakket()
OUD = laad_pakketten()["20180404"]
NS = "http://xml.kennisnet.nl/schemas/Overstapservice/20180404"
ADRES = (
    "<bronBrin>00YY</bronBrin><bronAanleverpuntIndex>100</bronAanleverpuntIndex>"
    "<doelBrin>00YY</doelBrin><doelAanleverpuntIndex>2</doelAanleverpuntIndex>"
)
BLOK = Adresblok(Brin("00YY"), RouteringsKenmerk.van_index(100), Brin("00YY"), RouteringsKenmerk.van_index(2))
VRAAG = Sessievraag(BLOK, Zoeksleutel("AAAA", None), Overdrachtsoort.OVERSTAPDOSSIER, SessieId(SESSIE))
SESSIECONTROLE = (
    f'<sessiecontroleRequest xmlns="{NS}">{ADRES}<zoeksleutel>AAAA</zoeksleutel>'
    f"<overdrachtsoort>overstapdossier</overdrachtsoort><sessieId>{SESSIE}</sessieId></sessiecontroleRequest>"
)


def test_er_is_een_standaard_en_dat_is_de_nieuwste() -> None:
    assert not OUD.standaard
    assert NIEUW.versie > OUD.versie
    assert OUD.naamruimte == NS
    assert OUD.tabel == NIEUW.tabel


@pytest.mark.parametrize("index", ["100", "+100", "0100", " 100 "])
def test_een_verzoek_om_een_dossier(index: str) -> None:
    adres = ADRES.replace(">100<", f">{index}<")
    lijf = (
        f'<documentRequest xmlns="{NS}">{adres}<pgn>101211151</pgn><overdrachtsoort>overstapdossier</overdrachtsoort>'
        f"<sessieId>{SESSIE}</sessieId></documentRequest>"
    )
    verzoek = envelop.lees_verzoek(in_envelop(lijf), OUD, "bron")
    verwacht = Documentvraag(BLOK, Pgn("101211151"), Overdrachtsoort.OVERSTAPDOSSIER, (), None, SessieId(SESSIE))
    assert codec.ontleed(verzoek, OUD, Documentvraag) == verwacht


def test_een_kale_zoeksleutel_in_en_uit() -> None:
    verzoek = envelop.lees_verzoek(in_envelop(SESSIECONTROLE), OUD, "trafficcenter")
    assert codec.ontleed(verzoek, OUD, Sessievraag) == VRAAG
    # Our own strategy gives a fragment too; in this version there is no place for it.
    met_frag = Sessievraag(BLOK, Zoeksleutel("AAAA", "1151"), VRAAG.overdrachtsoort, VRAAG.sessie_id)
    geschreven = codec.schrijf_verzoek("sessiecontrole", met_frag, OUD)
    assert geschreven == codec.schrijf_verzoek("sessiecontrole", VRAAG, OUD)
    assert b"1151" not in geschreven
    assert _canoniek(geschreven) == _canoniek(in_envelop(SESSIECONTROLE))


def _canoniek(octets: bytes) -> list[tuple[str, str]]:
    return [(str(element.tag), element.text or "") for element in etree.fromstring(octets).iter("*")]


@pytest.mark.parametrize("index", ["-1", "a", "", "0000000700000YY00931", "1.0", "1000000000", "nr 100", "1e2"])
def test_een_index_die_er_geen_is(index: str) -> None:
    lijf = SESSIECONTROLE.replace(">100<", f">{index}<")
    with pytest.raises(BerichtOngeldig):
        envelop.lees_verzoek(in_envelop(lijf), OUD, "trafficcenter")


@pytest.mark.parametrize("fout", ["<pgnfrag>1151</pgnfrag>", "<zoeksleutelPgnfrag/>"])
def test_wat_deze_versie_niet_kent(fout: str) -> None:
    lijf = SESSIECONTROLE.replace("<overdrachtsoort>", f"{fout}<overdrachtsoort>")
    with pytest.raises(BerichtOngeldig):
        envelop.lees_verzoek(in_envelop(lijf), OUD, "trafficcenter")


def test_pao_heet_bij_ons_swv() -> None:
    melding = Notificatiemelding(BLOK, Doel.SWV)
    octets = codec.schrijf_verzoek("meldenNotificatie", melding, OUD)
    assert b"<o:doel>PaO</o:doel>" in octets
    assert codec.ontleed(envelop.lees_verzoek(octets, OUD, "trafficcenter"), OUD, Notificatiemelding) == melding
    with pytest.raises(BerichtOngeldig):
        envelop.lees_verzoek(octets.replace(b">PaO<", b">SWV<"), OUD, "trafficcenter")
    sector = codec.schrijf_antwoord("sessiecontrole", Sessieantwoord(Resultaat.OVERDRACHT_GESLAAGD, "SWV"), OUD)
    assert b">PaO<" in sector
    # Only codes have another spelling, not what people write.
    registratie = Registratieaanvraag(Vestiging.van("00YY", "00"), 1, None, "SWV", Doel.SWV, "https://h/x")
    octets = codec.schrijf_verzoek("registreerAanleverpunt", registratie, OUD)
    assert b"<o:sleutel>SWV</o:sleutel><o:doel>PaO</o:doel>" in octets


def test_een_body_in_de_andere_versie() -> None:
    with pytest.raises(VersieOnbekend):
        envelop.lees_verzoek(in_envelop(DOCUMENT), OUD, "bron")
    with pytest.raises(VersieOnbekend):
        envelop.lees_verzoek(in_envelop(SESSIECONTROLE), NIEUW, "bron")


def test_een_adres_van_de_andere_versie_gaat_niet_de_deur_uit() -> None:
    kenmerken = Adresblok(Brin("00YY"), RouteringsKenmerk("a"), Brin("00YY"), RouteringsKenmerk("b"))
    with pytest.raises(BerichtOngeldig, match="geen routeringsKenmerk"):
        codec.schrijf_verzoek("meldenNotificatie", Notificatiemelding(kenmerken, Doel.OV), OUD)
    with pytest.raises(BerichtOngeldig, match="geen aanleverpuntIndex"):
        codec.schrijf_verzoek("meldenNotificatie", Notificatiemelding(BLOK, Doel.OV), NIEUW)


def test_zeep_schrijft_uit_de_wsdl_wat_wij_lezen() -> None:
    klant = zeep.Client(BytesIO(OUD.wsdl("https://h/x")))
    los = klant.create_message(
        klant.service,
        "sessiecontrole",
        bronBrin="00YY",
        bronAanleverpuntIndex=100,
        doelBrin="00YY",
        doelAanleverpuntIndex=2,
        zoeksleutel="AAAA",
        overdrachtsoort="overstapdossier",
        sessieId=SESSIE,
    )
    ons = ZeepOpmaak(OUD, "https://h/x").schrijf(
        "sessiecontrole", velden_van(codec.verzoekelement("sessiecontrole", VRAAG, OUD))
    )
    assert _canoniek(etree.tostring(los)) == _canoniek(ons)
    assert codec.ontleed(envelop.lees_verzoek(ons, OUD, "trafficcenter"), OUD, Sessievraag) == VRAAG
