"""The frame of the HTML pages that people read: Dutch, printable, accessible, without script.

Pages are built as trees, so whatever a value holds, it stays text. The style sheet is inside the page and named in the
content security policy by its hash; nothing else may be loaded or run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeAlias

from lxml import etree
from lxml.html import builder as h

Deel: TypeAlias = "etree._Element | str"

_STIJL: Final = Path(__file__).with_name("weergave.css").read_text("utf-8")
_VINGERAFDRUK: Final = base64.b64encode(hashlib.sha256(_STIJL.encode()).digest()).decode()
BELEID: Final = f"default-src 'none'; style-src 'sha256-{_VINGERAFDRUK}'; base-uri 'none'; form-action 'none'"
"""Content security policy of every page; a server sends it as a header too."""

_NIET_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def tekst(waarde: str) -> str:
    """A text as it may stand in a page: what no document can hold is shown as a replacement character."""
    return _NIET_IN_XML.sub("\N{REPLACEMENT CHARACTER}", waarde)


def met_klasse(element: etree._Element, klasse: str) -> etree._Element:
    """Give an element its class and return it."""
    element.set("class", klasse)
    return element


def tabel(bijschrift: str, koppen: Iterable[str], rijen: Iterable[Iterable[Deel]]) -> etree._Element:
    """A table with a caption and column heads."""
    kop = h.TR(*(_th(naam) for naam in koppen))
    return h.TABLE(
        *([h.CAPTION(tekst(bijschrift))] if bijschrift else []),
        h.THEAD(kop),
        h.TBODY(*(h.TR(*(h.TD(cel) for cel in rij)) for rij in rijen)),
    )


def _th(naam: str) -> etree._Element:
    cel = h.TH(tekst(naam))
    cel.set("scope", "col")
    return cel


def pagina(titel: str, onder: str, inhoud: Iterable[etree._Element], voet: str, *, inhoudsopgave: bool) -> str:
    """A whole page: title, a line under it, the content, a closing line.

    With `inhoudsopgave` the h2 headings that have an id are listed at the top.
    """
    delen = list(inhoud)
    koppen = [kop for deel in delen for kop in deel.iter("h2") if kop.get("id")] if inhoudsopgave else []
    lijst = h.UL(*(h.LI(h.A(kop.text or "", href=f"#{kop.get('id')}")) for kop in koppen))
    navigatie = h.NAV(lijst) if koppen else None
    if navigatie is not None:
        navigatie.set("aria-label", "Inhoud")
    hoofd = h.MAIN(*delen)
    hoofd.set("id", "inhoud")
    blad = h.DIV(h.HEADER(h.H1(tekst(titel)), met_klasse(h.P(tekst(onder)), "onder")))
    blad.extend([deel for deel in (navigatie, hoofd, h.FOOTER(h.P(tekst(voet)))) if deel is not None])
    spring = met_klasse(h.A("Ga naar de inhoud", href="#inhoud"), "spring")
    boom = h.HTML(_hoofd(titel), h.BODY(spring, met_klasse(blad, "blad")))
    boom.set("lang", "nl")
    return "<!DOCTYPE html>\n" + etree.tostring(boom, method="html", encoding="unicode") + "\n"


def _hoofd(titel: str) -> etree._Element:
    beleid = h.META(content=BELEID)
    beleid.set("http-equiv", "Content-Security-Policy")
    return h.HEAD(
        h.META(charset="utf-8"),
        beleid,
        h.META(name="viewport", content="width=device-width, initial-scale=1"),
        h.META(name="referrer", content="no-referrer"),
        h.META(name="robots", content="noindex"),
        h.TITLE(tekst(titel)),
        h.STYLE(_STIJL),
    )
