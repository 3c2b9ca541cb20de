"""The WSDL as it goes out is one that strict tools can read: every name in it resolves, in the file as served."""

from __future__ import annotations

import pytest
from lxml import etree

from gateway.berichten.pakket import laad_pakketten
from gateway.xmlio import lees

XS = "{http://www.w3.org/2001/XMLSchema}"
PAKKETTEN = laad_pakketten()


@pytest.mark.parametrize("versie", sorted(PAKKETTEN))
def test_elke_naam_in_de_wsdl_is_te_vinden(versie: str) -> None:
    wsdl = lees(PAKKETTEN[versie].wsdl("https://localhost/oso"))
    (schema,) = wsdl.iter(f"{XS}schema")
    doel = schema.get("targetNamespace")
    eigen = {(doel, element.get("name")) for element in schema.iterchildren(etree.Element)}
    verwijzingen = 0
    for element in wsdl.iter(etree.Element):
        for soort in ("type", "ref", "base", "element"):
            waarde = element.get(soort)
            if waarde is None:
                continue
            voorvoegsel, _, naam = waarde.rpartition(":")
            ruimte = element.nsmap.get(voorvoegsel or None)
            if ruimte == XS.strip("{}"):
                continue
            verwijzingen += 1
            assert (ruimte, naam) in eigen or str(element.tag).endswith("}binding"), waarde
    assert verwijzingen > 50
