"""A version that the program has never seen is a folder more and no line of code; every condition on its own."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.domain.beoordeling import Ernst, Regelmodus
from gateway.gegevensset import OngeldigPakket, Pakketten, Toetser
from gateway.gegevensset.pakket import lees_pakket
from gateway.gegevensset.regels import CONDITIES
from gateway.gegevensset.xsd_maken import maak

NS = "http://www.edustandaard.nl/oso_gegevensset/2099/dossier"

BESTANDEN: Mapping[str, str] = {
    "pakket.toml": f"""
versie = "2099.1"
namespace = "{NS}"
root = "dossier"
standaardversie = "2099.1"

[bestanden]
elementen = "elementen.csv"
typen = "typen.csv"
xsd = "dossier.xsd"
codelijsten = "codelijsten.toml"
categorieen = "categorieen.toml"
regels = "regels.toml"

[plaatsen]
overdrachtsoort = "kop/soort"
overstap = "kop/overstap"
standaardversie = "kop/versie"
datum = "kop/datum"
categorieen = "kop/uitlevering"
inzageblok = "kop/inzage"
inzage = "kop/inzage/gezien"
akkoord = "kop/inzage/akkoord"
toestemming = "kop/inzage/toestemming"
pgn = ["kind/nummer"]
brincode = "kind/brin"
vestigingscode = "kind/vestiging"

[documenten]
blok = "bijlage"
bestandsnaam = "naam"
omschrijving = "soort"
bestandsinhoud = "inhoud"
lijst = "kind/bijlagen"
toegestaan = ["pdf"]

[bundels]
anders = "X"

[[profielen]]
naam = "NIEUW"
overdrachtsoort = "doorstroom"
""",
    "typen.csv": """type,basis,patroon,min_lengte,max_lengte,min_waarde,max_waarde,verwacht
tekst,xs:string,,,,,,tekst
janee,xs:boolean,,,,,,true of false
datum,xs:date,,,,,,een datum
""",
    "elementen.csv": """pad,soort,type,min,max,groep
/dossier,blok,,1,1,
/dossier/kop,blok,,1,1,
/dossier/kop/soort,veld,tekst,1,1,
/dossier/kop/overstap,veld,tekst,0,1,
/dossier/kop/versie,veld,tekst,0,1,
/dossier/kop/datum,veld,datum,1,1,
/dossier/kop/uitlevering,blok,,0,1,
/dossier/kop/uitlevering/cat_toets,veld,tekst,1,1,
/dossier/kind,blok,,1,1,
/dossier/kind/nummer,veld,tekst,0,1,
/dossier/kind/vinger,veld,tekst,0,1,keuze1 0..1
/dossier/kind/duim,veld,tekst,0,1,keuze1 0..1
/dossier/kind/geheim,veld,janee,0,1,
/dossier/kind/toets,blok,,0,n,
/dossier/kind/toets/datum,veld,datum,0,1,
/dossier/kind/toets/score,veld,tekst,0,1,
""",
    "codelijsten.toml": '[lijst.01]\nnaam = "Vinger"\ncodes = ["links", "rechts"]\n',
    "categorieen.toml": """[categorie.cat_toets]
elementen = ["kind/toets", "kind/nummer"]
niet_gemeld = ["kind/nummer"]
""",
}

CONDITIES_EN_KINDEREN = [
    ('{ aanwezig = ["duim", "nummer"] }', "<nummer>1</nummer>", ""),
    ('{ afwezig = ["duim"] }', "", "<duim>x</duim>"),
    ('{ afwezig = ["duim", "nummer"] }', "<geheim>1</geheim>", "<nummer>1</nummer>"),
    ('{ afwezig = ["toets/score"] }', "<toets/>", "<toets/><toets><score>1</score></toets>"),
    ('{ waar = "geheim" }', "<geheim> 1\n</geheim>", "<geheim>false</geheim>"),
    ('{ niet_waar = "geheim" }', "", "<geheim>true</geheim>"),
    ('{ onwaar = "geheim" }', "<geheim>0</geheim>", ""),
    ('{ gelijk = { veld = "vinger", waarden = ["a", "b"] } }', "<vinger>b</vinger>", "<vinger>b </vinger>"),
    ('{ ongelijk = { veld = "vinger", waarden = ["a"] } }', "", "<vinger>a</vinger>"),
    ('{ ongelijk = { veld = "/dossier/kop/soort", waarden = ["iets"] } }', "", None),
    ('{ niet_in_lijst = { veld = "vinger", lijst = "01" } }', "<vinger>Links</vinger>", "<vinger>links</vinger>"),
    ('{ korter = { veld = "nummer", tekens = 2 } }', "<nummer>é</nummer>", "<nummer>éé</nummer>"),
    ('{ langer = { veld = "nummer", tekens = 2 } }', "<nummer>ééé</nummer>", "<nummer>éé</nummer>"),
    ('{ zonder = { veld = "nummer", tekst = "@" } }', "<nummer>a</nummer>", "<nummer>a@</nummer>"),
    ("{ past_niet = { veld = \"nummer\", patroon = '[0-9]' } }", "<nummer>a</nummer>", "<nummer>a1</nummer>"),
]


def _schrijf(map_: Path, regels: str, **anders: str) -> Path:
    map_.mkdir(parents=True, exist_ok=True)
    for naam, inhoud in {**BESTANDEN, "regels.toml": regels, **anders}.items():
        (map_ / naam).write_text(inhoud, "utf-8")
    (map_ / "dossier.xsd").write_bytes(maak(map_))
    return map_


def _regel(als: str, bij: str = "/dossier/kind", meer: str = "") -> str:
    return f'[[regel]]\nid = "R1"\n{meer}\nbij = ["{bij}"]\nals = [{als}]\nmelding = "Fout. Herstel {{element}}."\n'


def _dossier(kind: str, kop: str = "") -> bytes:
    kop = f"<kop><soort>doorstroom</soort><datum>2099-02-01</datum>{kop}</kop>"
    return f'<dossier xmlns="{NS}">{kop}<kind>{kind}</kind></dossier>'.encode()


def _toetser(map_: Path) -> Toetser:
    return Toetser(Pakketten.laad([map_.parent]))


def test_een_map_erbij_is_een_versie_erbij(tmp_path: Path) -> None:
    map_ = _schrijf(tmp_path / "2099.1", _regel('{ aanwezig = ["duim"] }'))
    toetser = _toetser(map_)
    assert toetser.pakketten.versies == ("2019.1", "2099.1")
    goed = toetser.beoordeel(_dossier("<nummer>999990019</nummer>"))
    assert (goed.rapport.pakket, goed.rapport.profiel, goed.rapport.geldig) == ("2099.1", "NIEUW", True)
    assert goed.kop is not None
    assert goed.kop.pgn is not None
    [bevinding] = toetser.rapporteer(_dossier("<duim>x</duim>")).rapport.bevindingen
    assert (bevinding.regel, bevinding.pad) == ("R1", "/dossier[1]/kind[1]")
    samen = toetser.rapporteer(_dossier("<vinger>x</vinger><duim>x</duim>")).rapport.bevindingen
    assert [b.regel for b in samen] == ["XSD"]


@pytest.mark.parametrize(("als", "fout", "goed"), CONDITIES_EN_KINDEREN)
def test_conditie(als: str, fout: str, goed: str | None, tmp_path: Path) -> None:
    toetser = _toetser(_schrijf(tmp_path / "2099.1", _regel(als)))
    assert [b.regel for b in toetser.rapporteer(_dossier(fout)).rapport.bevindingen] == ["R1"]
    if goed is not None:
        assert toetser.rapporteer(_dossier(goed)).rapport.bevindingen == ()


@pytest.mark.parametrize(
    ("peil", "datum", "oud"),
    [
        ("2099-02-01", "2096-07-31", True),
        ("2099-02-01", "2096-08-01", False),
        ("2099-08-01", "2097-07-31", True),
        ("2099-08-01", "2097-08-01", False),
    ],
)
def test_conditie_voor_schooljaar(peil: str, datum: str, oud: bool, tmp_path: Path) -> None:
    als = '{ voor_schooljaar = { veld = "datum", peildatum = "/dossier/kop/datum", begin = "08-01", jaren_terug = 2 } }'
    toetser = _toetser(_schrijf(tmp_path / "2099.1", _regel(als, "**/toets")))
    octets = _dossier(f"<toets><datum>{datum}</datum></toets><toets/>").replace(b"2099-02-01", peil.encode())
    gevonden = [b.pad for b in toetser.rapporteer(octets).rapport.bevindingen]
    assert gevonden == (["/dossier[1]/kind[1]/toets[1]"] if oud else [])


def test_conditie_categorie(tmp_path: Path) -> None:
    leeg = _regel('{ categorie_leeg = "cat_toets" }', "/dossier")
    vol = _regel('{ categorie_gevuld = { veld = "cat_toets", waarde = "VERBODEN" } }', "/dossier").replace("R1", "R2")
    toetser = _toetser(_schrijf(tmp_path / "2099.1", leeg + vol))

    def regels(kind: str, waarde: str) -> list[str]:
        octets = _dossier(kind, f"<uitlevering><cat_toets>{waarde}</cat_toets></uitlevering>")
        return [f"{b.regel} {b.melding}" for b in toetser.rapporteer(octets).rapport.bevindingen]

    assert len(regels("", "VERPLICHT")) == 1
    assert regels("<nummer>1</nummer>", "VERPLICHT") == []
    assert regels("<nummer>1</nummer>", "VERBODEN") == []
    assert regels("<nummer>1</nummer><toets/><toets/>", "VERBODEN") == ["R2 Fout. Herstel toets."]
    assert regels("<toets/>", "OPTIONEEL") == []


def test_elke_soort_conditie_wordt_hier_getoetst() -> None:
    gezien = {als.strip("{ ").split(" ")[0] for als, _, _ in CONDITIES_EN_KINDEREN}
    assert gezien | {"voor_schooljaar", "categorie_leeg", "categorie_gevuld"} == set(CONDITIES)


@pytest.mark.parametrize(
    ("meer", "geldt"),
    [
        ('bundel = "X"', True),
        ('bundel = "Y"', False),
        ('overdrachtsoort = ["doorstroom"]', True),
        ('overdrachtsoort = ["anders"]', False),
        ('overstap = ["A"]', False),
        ('overstap_niet = ["A"]', True),
    ],
)
def test_waarvoor_een_regel_geldt(meer: str, geldt: bool, tmp_path: Path) -> None:
    toetser = _toetser(_schrijf(tmp_path / "2099.1", _regel('{ aanwezig = ["duim"] }', meer=meer)))
    assert bool(toetser.rapporteer(_dossier("<duim>x</duim>")).rapport.bevindingen) == geldt


def test_status_onbereikbaar(tmp_path: Path) -> None:
    map_ = _schrijf(tmp_path / "2099.1", _regel('{ aanwezig = ["duim"] }', meer='status = "onbereikbaar"'))
    toetser = _toetser(map_)
    for modus, ernst in ((Regelmodus.GEPUBLICEERD, Ernst.WAARSCHUWING), (Regelmodus.AFGESPROKEN, Ernst.FOUT)):
        [bevinding] = toetser.rapporteer(_dossier("<duim>x</duim>"), regels=modus).rapport.bevindingen
        assert bevinding.ernst is ernst


def test_van_twee_met_dezelfde_naamruimte_telt_de_standaardversie(tmp_path: Path) -> None:
    _schrijf(tmp_path / "2099.1", _regel('{ aanwezig = ["duim"] }'))
    later = BESTANDEN["pakket.toml"].replace("2099.1", "2099.2")
    map_ = _schrijf(tmp_path / "2099.2", _regel('{ aanwezig = ["vinger"] }'), **{"pakket.toml": later})
    toetser = _toetser(map_)
    for versie in ("2099.1", "2099.2"):
        octets = _dossier("").replace(b"<datum>", f"<versie>{versie}</versie><datum>".encode())
        assert toetser.rapporteer(octets).rapport.pakket == versie
    assert toetser.rapporteer(_dossier("")).rapport.pakket == "2099.2"


@pytest.mark.parametrize(
    ("regels", "anders"),
    [
        (_regel('{ onbekend = "x" }'), {}),
        (_regel('{ gelijk = { veld = "x" } }'), {}),
        (_regel('{ aanwezig = ["x"] }', "/dossier/bestaat/niet"), {}),
        (_regel('{ aanwezig = ["x"] }') * 2, {}),
        ("geen toml", {}),
        (_regel('{ aanwezig = ["x"] }'), {"pakket.toml": "versie = 1"}),
    ],
)
def test_een_pakket_dat_niet_klopt_wordt_geweigerd(regels: str, anders: dict[str, str], tmp_path: Path) -> None:
    map_ = _schrijf(tmp_path / "2099.1", regels)
    for naam, inhoud in anders.items():
        (map_ / naam).write_text(inhoud, "utf-8")
    with pytest.raises(OngeldigPakket, match=r"2099\.1"):
        lees_pakket(map_)


@pytest.mark.parametrize(
    "als",
    [
        '{ niet_in_lijst = { veld = "vinger", lijst = "99" } }',
        '{ past_niet = { veld = "vinger", patroon = "(" } }',
        '{ categorie_leeg = "cat_onbekend" }',
    ],
)
def test_een_regel_die_niet_te_vertalen_is_stopt_de_start(als: str, tmp_path: Path) -> None:
    map_ = _schrijf(tmp_path / "2099.1", _regel(als))
    with pytest.raises(OngeldigPakket, match="R1"):
        _toetser(map_)
