"""The rule engine against Saxon: the same rules, written as a stylesheet by other code, find the same."""

import random
from collections import Counter

import pytest
import saxonche
from lxml import etree

from bench.stijlblad import maak_stijlblad
from gateway.gegevensset import Pakketten
from gateway.gegevensset.pakket import Pakket, productmap
from gateway.gegevensset.regelmotor import Regelmotor
from gateway.xmlio import lees

PAKKET = Pakketten.laad().met_versie("2019.1")
MOTOR = Regelmotor(PAKKET)
SAXON = saxonche.PySaxonProcessor(license=False)
MAP = productmap() / "2019.1" / "voorbeelden"
VOORBEELDEN = ("bb-inzage-nee", "po-swv", "popo", "povo", "vo-swv", "vovo")
NONSENS = ("true", "false", "VERBODEN", "VERPLICHT", "x", "2001-01-01", "", "e-mail", "99", "telefoon")


class _Stijlblad:
    def __init__(self, pakket: Pakket, wortel: etree._Element) -> None:
        blad = maak_stijlblad(
            pakket, wortel.findtext(pakket.plek("overdrachtsoort")), wortel.findtext(pakket.plek("overstap"))
        )
        assert blad.regels == blad.van > 90
        self._klaar = SAXON.new_xslt30_processor().compile_stylesheet(stylesheet_text=blad.tekst)

    def toets(self, octets: bytes) -> Counter[tuple[str, str]]:
        verslag = self._klaar.transform_to_string(xdm_node=SAXON.parse_xml(xml_text=octets.decode()))
        return Counter((str(fout.get("regel")), fout.text or "") for fout in lees(verslag.encode()).iter("fout"))


def _mutant(octets: bytes, toeval: random.Random) -> etree._Element:
    """A few leaves away or changed, but what chooses the rules."""
    wortel = lees(octets)
    kiest = {PAKKET.zoekpad("overdrachtsoort"), PAKKET.zoekpad("overstap")}
    bladen = [e for e in wortel.iter("*") if len(e) == 0 and e.tag not in kiest]
    for blad in toeval.sample(bladen, toeval.choice((1, 1, 2, 3))):
        ouder = blad.getparent()
        if toeval.random() < 0.4 and ouder is not None:
            ouder.remove(blad)
        else:
            blad.text = toeval.choice(NONSENS)
    return lees(etree.tostring(wortel))


@pytest.mark.parametrize("voorbeeld", VOORBEELDEN)
def test_saxon_vindt_hetzelfde(voorbeeld: str) -> None:
    octets = (MAP / f"{voorbeeld}.xml").read_bytes()
    stijlblad = _Stijlblad(PAKKET, lees(octets))
    toeval = random.Random(2019)
    getoetst = gevonden = 0
    for _ in range(100):
        wortel = _mutant(octets, toeval)
        if not PAKKET.schema.validate(wortel):
            continue
        eigen = Counter((bevinding.regel, bevinding.pad) for bevinding in MOTOR.toets(wortel).bevindingen)
        assert eigen == stijlblad.toets(etree.tostring(wortel))
        getoetst, gevonden = getoetst + 1, gevonden + bool(eigen)
    assert getoetst >= 20
    assert gevonden >= 5
