"""Our generated XSD and the official one give the same verdict, on the examples and on seeded mutants of them."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from gateway.domain.beoordeling import Rapport
from gateway.gegevensset import Toetser
from gateway.gegevensset.uitleg import REGEL

pytestmark = pytest.mark.conformance

NS = "http://www.edustandaard.nl/oso_gegevensset/2019/dossier"
MUTANTEN = 1_200
WAARDEN = [
    "", " ", "x", "0", "1", "-1", "01", " 1 ", "1.5", "1,5", ".5", "5.", "+3", "1e3", "24", "25", "1000", "1001", "٣",
    "2147483647", "2147483648", "99999999999999999999", "true", "TRUE", " true ", "ja", "2016-01-02", " 2016-01-02",
    "2016-01-02 ", "2016-02-29", "2015-02-29", "2016-13-01", "2016-1-2", "2016-01-02Z", "2016-01-02+01:00",
    "2016-01-02+15:00",
    "-2016-01-02", "0000-01-01", "12016-01-02", "2016-07-31", "2016-07-31Z", "2016-06", "٢٠١٦-٠١", "01-02-2016",
    "2016-2017",
    "00YY", "00yy", "0YY0", " 00YY", "00YY\n", "00", "0", "000", "1234", "12345", "é" * 35, "é" * 36, "a" * 280,
    "a" * 281,
    "a" * 1024, "a" * 1025, "NaN", "INF", "\u00a01", "2016-01-02\u00a0",
]  # fmt: skip

Wortel = etree._Element
Mutatie = Callable[[Wortel, random.Random], None]


def _een(wortel: Wortel, kans: random.Random) -> Wortel:
    return kans.choice([element for element in wortel.iter() if element is not wortel])


def _veld(wortel: Wortel, kans: random.Random) -> Wortel:
    return kans.choice([element for element in wortel.iter() if not len(element)])


def _weg(wortel: Wortel, kans: random.Random) -> None:
    element = _een(wortel, kans)
    ouder = element.getparent()
    assert ouder is not None
    ouder.remove(element)


def _dubbel(wortel: Wortel, kans: random.Random) -> None:
    element = _een(wortel, kans)
    element.addnext(deepcopy(element))


def _wissel(wortel: Wortel, kans: random.Random) -> None:
    element = _een(wortel, kans)
    volgende = element.getnext()
    if volgende is not None:
        volgende.addnext(element)


def _hernoem(wortel: Wortel, kans: random.Random) -> None:
    element, ander = _een(wortel, kans), _een(wortel, kans)
    element.tag = kans.choice([str(ander.tag), f"{{{NS}}}onbekend", "{urn:anders}naam", "geenruimte"])


def _verplaats(wortel: Wortel, kans: random.Random) -> None:
    element, doel = deepcopy(_een(wortel, kans)), _een(wortel, kans)
    kans.choice([doel.addnext, doel.append])(element)


def _waarde(wortel: Wortel, kans: random.Random) -> None:
    _veld(wortel, kans).text = kans.choice(WAARDEN)


def _losse_tekst(wortel: Wortel, kans: random.Random) -> None:
    _een(wortel, kans).tail = kans.choice(["x", " ", "\u00a0"])


def _attribuut(wortel: Wortel, kans: random.Random) -> None:
    naam = kans.choice(["omschrijving", "id", "{urn:x}y", "{http://www.w3.org/XML/1998/namespace}lang"])
    waarde = kans.choice(["", "x"])
    element = kans.choice([_een(wortel, kans), *wortel.iter(f"{{{NS}}}land", f"{{{NS}}}nationaliteit")])
    element.set(naam, waarde)


def _leeg(wortel: Wortel, kans: random.Random) -> None:
    element = _een(wortel, kans)
    for kind in list(element):
        element.remove(kind)
    element.text = None


MUTATIES: list[Mutatie] = [
    _weg, _dubbel, _wissel, _hernoem, _verplaats, _waarde, _waarde, _waarde, _losse_tekst, _attribuut, _leeg,
]  # fmt: skip


@pytest.fixture(scope="module")
def bases(voorbeelden: Mapping[str, bytes]) -> list[Wortel]:
    """The examples, with attachments made short: the XSD does not look inside, and mutants are made by the thousand."""
    wortels = [etree.fromstring(octets) for octets in voorbeelden.values()]
    for inhoud in (element for wortel in wortels for element in wortel.iter(f"{{{NS}}}bestandsinhoud")):
        inhoud.text = "UEsDBA=="
    return wortels


def _geaccepteerd(rapport: Rapport) -> bool:
    return all(bevinding.regel not in (REGEL, "XML") for bevinding in rapport.bevindingen)


def test_mutanten_krijgen_hetzelfde_oordeel(
    bases: list[Wortel],
    officieel_schema: etree.XMLSchema,
    toetser: Toetser,
) -> None:
    kans = random.Random(20191)
    oordelen: Counter[bool] = Counter()
    verschillen, zonder_uitleg = [], []
    for nummer in range(MUTANTEN):
        mutant = deepcopy(kans.choice(bases))
        stappen = [kans.choice(MUTATIES) for _ in range(1 if nummer % 4 else kans.randint(2, 4))]
        for stap in stappen:
            stap(mutant, kans)
        octets = etree.tostring(mutant)
        officieel = officieel_schema.validate(etree.fromstring(octets))
        rapport = toetser.rapporteer(octets).rapport
        oordelen[officieel] += 1
        if officieel != _geaccepteerd(rapport):
            verschillen.append((nummer, [stap.__name__ for stap in stappen], officieel, rapport.bevindingen[:2]))
        if any("voldoet niet aan het schema" in bevinding.melding for bevinding in rapport.bevindingen):
            zonder_uitleg.append((nummer, [stap.__name__ for stap in stappen], officieel_schema.error_log.last_error))
    print(f"{oordelen.total()} mutants, {oordelen[True]} valid, {len(verschillen)} disagreements")
    assert not verschillen
    assert not zonder_uitleg
    assert oordelen[True] > 150
    assert oordelen[False] > 600


@pytest.mark.parametrize("waarde", WAARDEN)
def test_elke_waarde_van_elk_type(
    waarde: str, bases: list[Wortel], officieel_schema: etree.XMLSchema, toetser: Toetser
) -> None:
    """One field of every kind of type gets the value, one at a time."""
    paden = (
        "huidigeschool/brincode", "huidigeschool/vestigingscode", "metadata/datum", "huidigeschool/leerling/geslacht",
        "huidigeschool/leerling/adresgeheim", "huidigeschool/leerling/voornaam",
        "metadata/categorie_uitlevering/cat_vve",
        "huidigeschool/leerling/overstapadvies/aandachtspunten", "huidigeschool/leerling/gba/gbageboortedatum",
        "huidigeschool/leerling/eindtoets_basisonderwijs/eindtoetsresultaat/standaardscore",
        "huidigeschool/leerling/eindtoets_basisonderwijs/eindtoetsresultaat/toets_advies",
        "huidigeschool/leerling/onderwijsondersteuning/lwoo/lwoo_einddatum",
        "huidigeschool/leerling/bevorderd/elementcode",
        "huidigeschool/leerling/adreslijst/adres/locatieomschrijving",
        "huidigeschool/leerling/toetslijst/toets/resultaat/toetsscore/vaardigheidsscore",
        "huidigeschool/leerling/schoolloopbaanlijst/schoolloopbaan/schooljaar",
    )  # fmt: skip
    for basis in bases[:1] + bases[2:3]:  # the full dossiers of POVO and VOVO hold every kind of field
        for pad in paden:
            mutant = deepcopy(basis)
            element = mutant.find("/".join(f"{{{NS}}}{stap}" for stap in pad.split("/")))
            if element is None:
                continue
            element.text = waarde
            octets = etree.tostring(mutant)
            rapport = toetser.rapporteer(octets).rapport
            assert officieel_schema.validate(etree.fromstring(octets)) == _geaccepteerd(rapport), pad
            assert not any("voldoet niet aan het schema" in bevinding.melding for bevinding in rapport.bevindingen), pad


def test_alleen_dossier_is_een_document(officieel_schema: etree.XMLSchema, toetser: Toetser, tabellen: Path) -> None:
    """The official XSD takes any of its global elements as a document; we refuse all but dossier, by name."""
    xsd = etree.parse(f"{tabellen}/official/2019.1/OSO_gegevensset.xsd").getroot()
    globaal = [str(element.get("name")) for element in xsd.iterchildren("{*}element")]
    assert len(globaal) == 23
    for naam in [*globaal, "dossiers"]:
        rapport = toetser.rapporteer(f'<{naam} xmlns="{NS}"/>'.encode()).rapport
        assert not rapport.geldig
        assert {bevinding.regel for bevinding in rapport.bevindingen} == {REGEL}
