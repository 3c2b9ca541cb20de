"""The whole judgement: what is refused at which step, with which words, and what is given for a good dossier."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.beoordeling import Bevinding, Document, Ernst, GeenXml, Regelmodus
from gateway.domain.waarden import Overdrachtsoort, Pgn
from gateway.gegevensset import OnbekendPakket, Pakketten, Toetser, Toetsinstellingen
from gateway.gegevensset.pakket import productmap
from gateway.xmlio import Grenzen, canoniek, lees

NS = "http://www.edustandaard.nl/oso_gegevensset/2019/dossier"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
GOED = (productmap() / "2019.1" / "voorbeelden" / "povo-klein.xml").read_bytes()
TOETSER = Toetser(Pakketten.laad())


def _met(oud: str, nieuw: str, keer: int = 1) -> bytes:
    assert oud.encode() in GOED
    return GOED.replace(oud.encode(), nieuw.encode(), keer)


def _bevindingen(octets: bytes, **opties: Regelmodus) -> list[Bevinding]:
    return list(TOETSER.rapporteer(octets, **opties).rapport.bevindingen)


def _regels(octets: bytes, **opties: Regelmodus) -> list[str]:
    return [bevinding.regel for bevinding in _bevindingen(octets, **opties)]


def _waarde(naam: str) -> str:
    gevonden = re.search(f"<{naam}>([^<]*)</{naam}>".encode(), GOED)
    assert gevonden is not None
    return gevonden[1].decode()


def test_een_goed_dossier_geeft_octets_kop_en_vergelijking() -> None:
    beoordeling = TOETSER.beoordeel(GOED)
    assert beoordeling.rapport.als_json() == {"pakket": "2019.1", "profiel": "PO-VO", "geldig": True, "bevindingen": []}
    assert beoordeling.octets == canoniek(lees(GOED))
    kop = beoordeling.kop
    assert kop is not None
    assert (kop.gegevensset_versie, kop.profiel, kop.overdrachtsoort) == (
        "2019.1",
        "PO-VO",
        Overdrachtsoort.OVERSTAPDOSSIER,
    )
    assert kop.pgn == Pgn(_waarde("bsn"))
    assert kop.inzage_aanwezig
    assert kop.inzage_gegeven
    assert kop.brin_huidige_school == _waarde("brincode")


def test_alleen_de_datum_maakt_geen_ander_dossier() -> None:
    eerste = TOETSER.beoordeel(GOED)
    later = TOETSER.beoordeel(_met(f"<datum>{_waarde('datum')}</datum>", "<datum>2031-12-31</datum>"))
    anders = TOETSER.beoordeel(_met(_waarde("pakketnaam"), "Ander pakket"))
    assert eerste.octets != later.octets
    assert b"<datum>2031-12-31</datum>" in (later.octets or b"")
    assert eerste.vergelijking == later.vergelijking != anders.vergelijking
    assert eerste.octets is not None
    datum = _waarde("datum").encode()
    assert eerste.vergelijking == hashlib.sha256(eerste.octets.replace(datum, b"", 1)).digest()


def test_geen_xml_is_een_uitzondering_of_een_bevinding() -> None:
    with pytest.raises(GeenXml) as fout:
        TOETSER.beoordeel(b"{}")
    assert TOETSER.rapporteer(b"{}").rapport == fout.value.rapport
    assert _regels(b"{}") == ["XML"]


@pytest.mark.parametrize(
    ("octets", "woorden"),
    [
        (b"<!DOCTYPE dossier><dossier/>", "DOCTYPE"),
        (b"<dossier/>", "geen OSO-dossier"),
        (
            GOED.replace(NS.encode(), NS.replace("2019", "2027").encode()),
            "2027 wordt niet ondersteund; geïnstalleerd: 2019.1",
        ),
        (_met("<metadata>", "<metadata><!-- x -->"), "commentaar"),
        (_met("<metadata>", "<metadata><?x y?>"), "verwerkingsinstructie"),
        (_met("<metadata>", f'<metadata xmlns:i="{XSI}" i:type="bogus">'), "xsi-attribuut"),
        (_met(f'xmlns="{NS}"', f'xmlns="{NS}" xmlns:i="{XSI}" i:schemaLocation="a b"'), "xsi-attribuut"),
        (_met("<metadata>", '<metadata xmlns:r="map/bestand">'), "relatieve naamruimte"),
        (_met("<metadata>", '<metadata xmlns:r="a/b:c">'), "relatieve naamruimte"),
        (_met(_waarde("pakketnaam"), "a\x85"), "positie 2 een stuurteken"),
        (_met(_waarde("pakketnaam"), "&#x7f;"), "positie 1 een stuurteken"),
        (_met(_waarde("pakketnaam"), "a\x07"), "stuurteken"),
    ],
)
def test_bevinding_xml(octets: bytes, woorden: str) -> None:
    [bevinding] = _bevindingen(octets)
    assert bevinding.regel == "XML"
    assert bevinding.ernst is Ernst.FOUT
    assert woorden in bevinding.melding
    assert bevinding.pad.startswith("/dossier[1]")
    assert TOETSER.rapporteer(octets).octets is None


@pytest.mark.parametrize("wortel", ["dossiers", "adres"])
def test_ander_hoofdelement_is_een_bevinding_xsd(wortel: str) -> None:
    [bevinding] = _bevindingen(f'<{wortel} xmlns="{NS}"/>'.encode())
    assert (bevinding.regel, bevinding.pad) == ("XSD", "/dossier[1]")
    assert "hoofdelement" in bevinding.melding


def test_commentaar_buiten_het_dossier_valt_weg() -> None:
    buiten = b"<!-- voor -->" + GOED[GOED.index(b"<dossier") :] + b"<!-- na -->"
    assert TOETSER.beoordeel(buiten).octets == TOETSER.beoordeel(GOED).octets


@pytest.mark.parametrize("plek", ["voor", "na"])
def test_verwerkingsinstructie_buiten_het_dossier_wordt_geweigerd(plek: str) -> None:
    los = GOED[GOED.index(b"<dossier") :]
    octets = b'<?xml-stylesheet href="x"?>' + los if plek == "voor" else los + b"<?pi?>"
    assert [bevinding.regel for bevinding in _bevindingen(octets)] == ["XML"]


def test_utf16_geeft_dezelfde_octets() -> None:
    zonder_declaratie = GOED[GOED.index(b"<dossier") :].decode()
    assert TOETSER.beoordeel(zonder_declaratie.encode("utf-16")).octets == TOETSER.beoordeel(GOED).octets


def test_letters_met_tekens_blijven_en_losse_tekens_geven_een_waarschuwing() -> None:
    namen = "Łódź Ångström Ñandú İĞŞ ẞ ǅ g̃ ŉ ạ̈ – ’"
    goed = TOETSER.beoordeel(_met(_waarde("pakketnaam"), namen))
    assert goed.rapport.bevindingen == ()
    assert namen.encode() in (goed.octets or b"")
    los = TOETSER.beoordeel(_met(_waarde("pakketnaam"), "e\u0301"))
    [bevinding] = los.rapport.bevindingen
    assert (bevinding.regel, bevinding.ernst) == ("TEKST.NFC", Ernst.WAARSCHUWING)
    assert "e\u0301".encode() in (los.octets or b"")
    assert _regels(_met(_waarde("pakketnaam"), "e&#769;")) == ["TEKST.NFC"]


@pytest.mark.parametrize("voorvoegsel", ["r", "r" * 78, "r" * 120])
@pytest.mark.parametrize("wit", ["", " ", "\n" * 79, "\t" * 200])
@pytest.mark.parametrize("ervoor", ["", " i='=\"='", " i=''" * 30])
def test_hoe_een_naamruimte_ook_verklaard_wordt_zij_wordt_gezien(voorvoegsel: str, wit: str, ervoor: str) -> None:
    verklaring = f"{ervoor}\nxmlns:{voorvoegsel}{wit}={wit}'map/bestand'"
    nummers = iter(range(1_000))
    verklaring = re.sub(" i=", lambda _: f" i{next(nummers)}=", verklaring)
    eerste = _bevindingen(_met("<metadata>", f"<metadata{verklaring}>"))[0]
    assert (eerste.regel, "relatieve naamruimte" in eerste.melding) == ("XML", True)


def test_een_los_teken_wordt_gezien_waar_het_ook_in_de_octetten_staat() -> None:
    tot = GOED.index(_waarde("pakketnaam").encode())
    for plek in range(8_192 - 4, 8_192 + 2):
        vulling = "\n" * (plek - tot)
        octets = _met("<metadata>", f"{vulling}<metadata>").replace(
            _waarde("pakketnaam").encode(), "e\u0301".encode(), 1
        )
        assert octets.index("\u0301".encode()) == plek + 1
        assert _regels(octets) == ["TEKST.NFC"]


@pytest.mark.parametrize(
    ("oud", "nieuw", "pad", "woorden"),
    [
        ("<brincode>", "<brincode>x", "/dossier[1]/huidigeschool[1]/brincode[1]", "twee cijfers en twee hoofdletters"),
        ("<datum>", "<datum> ", "/dossier[1]/metadata[1]/datum[1]", "Verwijder de spaties"),
        ("<metadata>", "<metadata><vreemd/>", "/dossier[1]/metadata[1]/vreemd[1]", "hoort niet in metadata"),
        ("<metadata>", "<metadata>los", "/dossier[1]/metadata[1]", "losse tekst"),
        ("<metadata>", '<metadata id="1">', "/dossier[1]/metadata[1]", "attribuut"),
        ("<overdrachtsoort>", "<overdrachtsoort><b/>", "/dossier[1]/overdrachtsoort[1]", "alleen tekst"),
        ("<metadata>", '<metadata><datum xmlns="urn:x"/>', "/dossier[1]/metadata[1]/datum[1]", "naamruimte"),
    ],
)
def test_uitleg_bij_de_xsd(oud: str, nieuw: str, pad: str, woorden: str) -> None:
    eerste = _bevindingen(_met(oud, nieuw))[0]
    assert (eerste.regel, eerste.pad) == ("XSD", pad)
    assert woorden in eerste.melding
    assert eerste.regelnummer is not None


def test_uitleg_noemt_wat_ontbreekt_te_veel_is_en_verkeerd_staat() -> None:
    soort = f"<overdrachtsoort>{_waarde('overdrachtsoort')}</overdrachtsoort>"
    leeg = _met(soort, "")
    assert "ontbreekt het verplichte element overdrachtsoort" in _bevindingen(leeg)[0].melding
    assert "vaker voor dan 1 keer" in _bevindingen(_met(soort, soort * 2))[0].melding
    achteraan = leeg.replace(b"</dossier>", soort.encode() + b"</dossier>")
    assert "verkeerde plaats" in _bevindingen(achteraan)[0].melding
    bsn = f"<bsn>{_waarde('bsn')}</bsn>"
    samen = _bevindingen(_met(bsn, f"<onderwijsnummer>1</onderwijsnummer>{bsn}"))
    assert "mogen niet allebei" in samen[0].melding


def test_uitleg_staat_in_volgorde_van_het_document_en_is_volledig() -> None:
    octets = _met("<brincode>", "<brincode>x", 99).replace(b"<datum>", b"<datum>x").replace(b"<bsn>", b"<vreemd/><bsn>")
    bevindingen = _bevindingen(octets)
    assert len(bevindingen) >= 3
    nummers = [bevinding.regelnummer or 0 for bevinding in bevindingen]
    assert all(eerst <= later for eerst, later in pairwise(nummers))


def test_toegestane_codes_staan_erbij() -> None:
    bevindingen = _bevindingen(_met("<overstap>POVO</overstap>", "<overstap>POVO </overstap>"))
    [bevinding] = [bevinding for bevinding in bevindingen if bevinding.regel == "codelijst.16"]
    assert "POVO" in bevinding.toegestaan
    assert bevinding.als_json()["toegestaan"][0] == "VSPO"


def test_zonder_overstap_twee_bevindingen_en_geen_profiel() -> None:
    rapport = TOETSER.rapporteer(_met("<overstap>POVO</overstap>", "")).rapport
    assert [bevinding.regel for bevinding in rapport.bevindingen] == ["OVa.OS01", "OVa.OS02"]
    assert rapport.profiel is None
    assert {bevinding.pad for bevinding in rapport.bevindingen} == {"/dossier[1]/metadata[1]"}


def test_onbereikbare_regel_is_waarschuwing_tenzij_afgesproken() -> None:
    octets = re.sub(b"<contactnodig>[^<]*</contactnodig>", b"", GOED)
    gepubliceerd, afgesproken = TOETSER.beoordeel(octets), TOETSER.beoordeel(octets, regels=Regelmodus.AFGESPROKEN)
    assert [(b.regel, b.ernst) for b in gepubliceerd.rapport.bevindingen] == [("OVa.OA03", Ernst.WAARSCHUWING)]
    assert gepubliceerd.octets is not None
    assert [(b.regel, b.ernst) for b in afgesproken.rapport.bevindingen] == [("OVa.OA03", Ernst.FOUT)]
    assert afgesproken.octets is None
    assert afgesproken.kop is not None


def test_gesloten_categorie_een_bevinding_per_element() -> None:
    octets = re.sub(b"<cat_oudersverzorgers>[^<]*<", b"<cat_oudersverzorgers>VERBODEN<", GOED)
    bevindingen = [b for b in _bevindingen(octets) if b.regel == "OS.cat05.verboden"]
    assert {b.pad for b in bevindingen} == {"/dossier[1]"}
    assert sum("verzorgersaansprakelijk staat" in b.melding for b in bevindingen) == 1
    assert len(bevindingen) >= 2


def test_documenten_komen_in_de_octets_en_gaan_door_dezelfde_toets() -> None:
    beoordeling = TOETSER.beoordeel(GOED, documenten=[Document("bijlage", "brief.txt", b"Hallo")])
    assert beoordeling.rapport.geldig
    assert b"<bestandsnaam>brief.txt</bestandsnaam>" in (beoordeling.octets or b"")
    assert "brief.txt" in {bijlage.bestandsnaam for bijlage in beoordeling.bijlagen}
    dicht = re.sub(b"<cat_bijlagedocs>[^<]*<", b"<cat_bijlagedocs>VERBODEN<", GOED)
    geweigerd = TOETSER.beoordeel(dicht, documenten=[Document("bijlage", "brief.txt", b"Hallo")])
    assert "OS.cat16.verboden" in {bevinding.regel for bevinding in geweigerd.rapport.bevindingen}


def test_een_document_dat_niet_mag_wordt_een_bevinding() -> None:
    rapport = TOETSER.beoordeel(GOED, documenten=[Document("bijlage", "../weg", b"x")]).rapport
    assert [bevinding.regel[:5] for bevinding in rapport.bevindingen] == ["BIJL."]
    assert not rapport.geldig


def test_het_rapport_zegt_dat_er_meer_is() -> None:
    krap = Toetser(Pakketten.laad(), Toetsinstellingen(hoogstens=2))
    octets = _met("<communicatie>", "<vreemd/><communicatie>", 9)
    rapport = krap.rapporteer(octets).rapport
    assert [bevinding.regel for bevinding in rapport.bevindingen] == ["XSD", "XSD", "MEER"]
    assert rapport.weggelaten
    assert "meer dan 2" in rapport.bevindingen[-1].melding
    veel = re.sub(b"<nummer>[^<]*</nummer>", b"<nummer>@</nummer>", GOED).replace(
        b"<soort>telefoon<", b"<soort>e-mail<"
    )
    rapport = krap.rapporteer(veel).rapport
    assert rapport.bevindingen[-1].regel == "MEER"
    assert not rapport.geldig


def test_grenzen_en_versie_zijn_in_te_stellen() -> None:
    krap = Toetser(Pakketten.laad(), Toetsinstellingen(grenzen=Grenzen(octetten=1_000)))
    assert not krap.rapporteer(GOED).rapport.geldig
    assert TOETSER.rapporteer(GOED, pakket="2019.1").rapport.geldig
    with pytest.raises(OnbekendPakket, match=r"geïnstalleerd: 2019\.1"):
        TOETSER.rapporteer(GOED, pakket="1999.9")


def test_bevindingen_zeggen_geen_waarde_van_een_persoon() -> None:
    geheim = "999990019"
    velden = sorted(set(re.findall(rb"<([a-z_0-9-]+)>[^<]", GOED)))
    for veld in velden:
        octets = re.sub(b"<%s>[^<]*<" % veld, b"<%s>%s<" % (veld, geheim.encode()), GOED)
        rapport = TOETSER.rapporteer(octets).rapport
        assert geheim not in repr(rapport), veld
        assert geheim not in str(rapport.als_json()), veld


def test_veel_draden_tegelijk_krijgen_ieder_hun_eigen_oordeel() -> None:
    slecht = _met("<brincode>", "<brincode>x")
    with ThreadPoolExecutor(4) as draden:
        oordelen = list(draden.map(lambda octets: TOETSER.beoordeel(octets).rapport.geldig, [GOED, slecht] * 40))
    assert oordelen == [True, False] * 40


def _nooit_iets_anders_dan_geen_xml(octets: bytes) -> bool:
    try:
        TOETSER.beoordeel(octets)
    except GeenXml as geen:
        return not geen.rapport.geldig
    return True


@given(st.binary(max_size=200))
def test_willekeurige_octetten(octets: bytes) -> None:
    assert _nooit_iets_anders_dan_geen_xml(octets)


STUKKEN = [b"", b"<", b">", b"&amp;", b"<x/>", b"<!---->", b"\xff", b" xsi:a=''", b"&#133;", b"\xcc\x81", b"0"]
SNEDE = st.tuples(st.integers(0, len(GOED)), st.integers(0, 40), st.sampled_from(STUKKEN))


@given(st.lists(SNEDE, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_verminkt_dossier(sneden: list[tuple[int, int, bytes]]) -> None:
    octets = GOED
    for begin, lengte, nieuw in sneden:
        octets = octets[:begin] + nieuw + octets[begin + lengte :]
    assert _nooit_iets_anders_dan_geen_xml(octets)


@pytest.mark.parametrize(
    ("oud", "keer"),
    [
        ("<!---->", 190_000),
        ("<?a?>", 190_000),
        ("<vreemd/>", 190_000),
        ("<metadata/>", 190_000),
        ("<a><b><c/></b></a>", 60_000),
        (f'<x xmlns:i="{XSI}" i:a="" i:b="" i:c=""/>', 9_000),
        ('<x xmlns:a="urn:a" xmlns:b="urn:b"/>', 4_000),
    ],
)
def test_een_berg_van_hetzelfde_kost_niet_meer_dan_een_keer_kijken(oud: str, keer: int) -> None:
    """A step that looks back at all that came before takes minutes here: the time limit of the suite would tell."""
    assert not TOETSER.rapporteer(_met("<metadata>", oud * keer + "<metadata>")).rapport.geldig


def test_een_berg_geldige_velden_met_een_bevinding_elk() -> None:
    voornaam = f"<voornaam>{_waarde('voornaam')}</voornaam>"
    rapport = TOETSER.rapporteer(_met(voornaam, "<voornaam>e&#769;&#133;</voornaam>" * 100_000)).rapport
    assert not rapport.geldig
