"""Made-up dossiers of any profile and size, as many different ones as are asked for.

Used by the simulators, the demonstration, the benchmarks and the tests. A dossier is built once for each choice of
sections; after that a copy gets its own pupil and its own size, so that ten thousand cost seconds. Everything is
deterministic: the same arguments give the same octets.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from lxml import etree

from gateway.domain.waarden import Overdrachtsoort, Pgn
from gateway.simulators import dossierdelen as deel
from gateway.simulators import proefbestanden
from gateway.simulators.dossierdelen import Keuze, Rij, Rijen
from gateway.simulators.proefpersonen import BASISSCHOOL, MIDDELBARE_SCHOOL, Persoon, School, is_bsn, persoon

NAAMRUIMTE: Final = "http://www.edustandaard.nl/oso_gegevensset/2019/dossier"
"""Namespace of gegevensset 2019.1, the version that these dossiers are made in."""

DATUM: Final = "2026-02-16"
"""`metadata/datum` unless another is asked for."""

_R: Final = f"{{{NAAMRUIMTE}}}"
_PER_BASE64: Final = 4 / 3


class Profiel(StrEnum):
    """The six profiles of the gegevensset."""

    PO_PO = "PO-PO"
    PO_VO = "PO-VO"
    VO_VO = "VO-VO"
    BB = "BB"
    PO_SWV = "PO-SWV"
    VO_SWV = "VO-SWV"

    @property
    def overdrachtsoort(self) -> Overdrachtsoort:
        """Kind of transfer that goes with it."""
        if self is Profiel.BB:
            return Overdrachtsoort.OVERDRACHTBINNENBRIN
        return Overdrachtsoort.SWV_DOSSIER if self in _SWV else Overdrachtsoort.OVERSTAPDOSSIER

    @property
    def vo(self) -> bool:
        """True when the pupil is at a secondary school now."""
        return self in (Profiel.VO_VO, Profiel.VO_SWV)


_SWV: Final = frozenset((Profiel.PO_SWV, Profiel.VO_SWV))
_ALTIJD: Final = dict.fromkeys(("metadata", "school", "leerling"), "VERPLICHT")
_OVERSTAP: Final = _ALTIJD | dict.fromkeys(
    ("ouderinzage", "oudersverzorgers", "schoolloopbaan", "overstapadvies"), "VERPLICHT"
)
_NAAR_SWV: Final = _ALTIJD | dict.fromkeys(
    ("oudersverzorgers", "schoolloopbaan", "onderwijsondersteuning"), "VERPLICHT"
)
_UITLEVERING: Final[dict[Profiel, dict[str, str]]] = {
    Profiel.PO_PO: _OVERSTAP | {"vombo": "VERBODEN"},
    Profiel.PO_VO: _OVERSTAP | {"vve": "VERBODEN", "vombo": "VERBODEN"},
    Profiel.VO_VO: _OVERSTAP | {"vve": "VERBODEN"},
    Profiel.BB: _ALTIJD | {"vombo": "VERBODEN"},
    Profiel.PO_SWV: _NAAR_SWV | {"eindtoetsbo": "VERBODEN", "vombo": "VERBODEN"},
    Profiel.VO_SWV: _NAAR_SWV | {"vve": "VERBODEN"},
}


@dataclass(frozen=True, slots=True)
class _Vorm:
    """What two dossiers share that are built alike."""

    profiel: Profiel
    bijlagen: bool
    inzage: bool | None
    school: School
    met_pgn: str | None


def maak_dossier(
    pgn: Pgn | None,
    *,
    profiel: Profiel = Profiel.PO_VO,
    zaad: int = 0,
    omvang: int = 0,
    bijlagen: bool = True,
    inzage: bool | None = True,
    school: School | None = None,
    datum: str = DATUM,
) -> bytes:
    """Make the dossier of one invented pupil, in UTF-8 with an XML declaration.

    `zaad` chooses the pupil (name, address, date of birth, scores) and the noise in the picture; `omvang` is the size
    in bytes to reach (nothing is left out for a smaller one; reached to within 400 bytes); without `bijlagen` the
    category says OPT-UIT and no section has a document; `inzage` None leaves the block out. `pgn` None gives a
    dossier without one, as the SWV profiles demand.
    """
    soort = None if pgn is None else ("bsn" if is_bsn(pgn) else "onderwijsnummer")
    vorm = _Vorm(profiel, bijlagen, inzage, school or (MIDDELBARE_SCHOOL if profiel.vo else BASISSCHOOL), soort)
    dossier = copy.deepcopy(_sjabloon(vorm))
    _zet_leerling(dossier, vorm, pgn, zaad)
    _zet(dossier, "metadata/datum", datum)
    octets = _octets(dossier)
    if bijlagen and omvang > len(octets):
        _zet_omvang(dossier, omvang - len(octets), zaad)
        octets = _octets(dossier)
    return octets


def maak_dossiers(pgns: Iterable[Pgn], *, kleinste: int = 20_000, grootste: int = 180_000) -> Iterable[bytes]:
    """A PO-VO dossier for each number, all different, sizes spread evenly over the range."""
    for zaad, pgn in enumerate(pgns):
        yield maak_dossier(pgn, zaad=zaad, omvang=kleinste + zaad * 7_919 % (grootste - kleinste + 1))


def _octets(dossier: etree._Element) -> bytes:
    return etree.tostring(dossier, xml_declaration=True, encoding="UTF-8")


def _zet(dossier: etree._Element, pad: str, tekst: str) -> None:
    element = dossier.find("/".join(_R + stap for stap in pad.split("/")))
    if element is not None:
        element.text = tekst


def _zet_leerling(dossier: etree._Element, vorm: _Vorm, pgn: Pgn | None, zaad: int) -> None:
    wie = persoon(zaad)
    bovenop = "huidigeschool/leerling/"
    velden = {
        "voornaam": wie.roepnaam,
        "voorletters-1": wie.voorletters,
        "achternaam": wie.achternaam,
        "roepnaam": wie.roepnaam,
        "geboortedatum": f"{2011 if vorm.profiel.vo else 2014}-{1 + zaad % 12:02}-{1 + zaad % 28:02}",
        "geslacht": "1" if wie.vrouw else "2",
        "adreslijst/adres/straat": wie.straat,
        "adreslijst/adres/nummer": str(wie.huisnummer),
        "leerlingid": f"LL{zaad:06}",
        "verzorger/achternaam": wie.achternaam,
        "verzorger/adreslijst/adres/straat": wie.straat,
        "verzorger/adreslijst/adres/nummer": str(wie.huisnummer),
        "eindtoets_basisonderwijs/eindtoetsresultaat/standaardscore": str(60 + zaad % 41),
    }
    for pad, tekst in velden.items():
        _zet(dossier, bovenop + pad, tekst)
    if pgn is not None and vorm.met_pgn is not None:
        _zet(dossier, bovenop + vorm.met_pgn, pgn.waarde)
    _zet_voorvoegsel(dossier, wie)


def _zet_voorvoegsel(dossier: etree._Element, wie: Persoon) -> None:
    element = dossier.find(f"{_R}huidigeschool/{_R}leerling/{_R}voorvoegsel")
    if element is not None and wie.voorvoegsel:
        element.text = wie.voorvoegsel
    elif element is not None and (leerling := element.getparent()) is not None:
        leerling.remove(element)


def _zet_omvang(dossier: etree._Element, erbij: int, zaad: int) -> None:
    """Replace the picture by one that makes the dossier that much larger."""
    lijst = dossier.find(f"{_R}huidigeschool/{_R}leerling/{_R}overigdocumentlijst")
    plaatje = lijst[-1].find(f"{_R}bestandsinhoud") if lijst is not None else None
    if plaatje is None:
        return
    nu = len(plaatje.text or "")
    png = proefbestanden.png(int((nu + erbij) / _PER_BASE64), zaad)
    plaatje.text = base64.b64encode(proefbestanden.ingepakt("werkstuk.png", png)).decode()


@cache
def _sjabloon(vorm: _Vorm) -> etree._Element:
    """The dossier that all of this form are copies of."""
    dossier = etree.Element(_R + "dossier", nsmap={None: NAAMRUIMTE})
    overstap = None if vorm.profiel is Profiel.BB else vorm.profiel.value.replace("-", "")
    uitlevering = _UITLEVERING[vorm.profiel] | ({} if vorm.bijlagen else {"bijlagedocs": "OPT-UIT"})
    rijen: list[Rij] = [deel.metadata(DATUM, overstap, uitlevering), ("overdrachtsoort", vorm.profiel.overdrachtsoort)]
    if vorm.inzage is not None:
        rijen.append(deel.inzage(vorm.inzage))
    rijen.append(("huidigeschool", [*deel.school(vorm.school), ("leerling", _leerling(vorm))]))
    _vul(dossier, rijen)
    etree.indent(dossier, "  ")
    return dossier


def _vul(ouder: etree._Element, rijen: Rijen) -> None:
    for naam, inhoud in rijen:
        element = etree.SubElement(ouder, _R + naam)
        if isinstance(inhoud, str):
            element.text = inhoud
            if naam == "land":
                element.set("omschrijving", "Nederland")
        else:
            _vul(element, inhoud)


def _leerling(vorm: _Vorm) -> Rijen:
    profiel, keuze = vorm.profiel, Keuze(vorm.profiel.vo, vorm.bijlagen)
    rijen: list[Rij] = [
        *_identiteit(vorm),
        deel.huisarts(),
        ("verzorgersaansprakelijk", "true"),
        deel.overstapadvies(keuze),
    ]
    if profiel in (Profiel.PO_PO, Profiel.BB, Profiel.PO_SWV):
        rijen += deel.voorschool()
    rijen += [deel.schoolloopbaan(vorm.school, keuze), deel.onderwijsondersteuning(keuze), deel.verzuim(keuze)]
    if profiel in (Profiel.PO_VO, Profiel.VO_VO):
        rijen.append(deel.eindtoets())
    rijen += [deel.toetslijst(keuze), deel.cijferlijst(keuze)]
    if vorm.bijlagen:
        rijen.append(deel.overige_documenten())
    rijen.append(_verzorger())
    return rijen + list(deel.vervolg_vo() if profiel.vo else ())


def _identiteit(vorm: _Vorm) -> Rijen:
    """Fields that each pupil has for himself get their text later."""
    return [
        ("voornaam", "-"),
        ("voorletters-1", "-"),
        ("voorvoegsel", "-"),
        ("achternaam", "-"),
        ("roepnaam", "-"),
        ("geboortedatum", "2014-01-01"),
        ("geslacht", "0"),
        ("adresgeheim", "false"),
        ("adreslijst", [deel.adres("bezoek", "-", "1", "1000AB", "Verzonnenstad")]),
        (
            "communicatielijst",
            [
                deel.communicatie("telefoon", "prive", deel.GEHEIM_TELEFOON, geheim=True),
                deel.communicatie("e-mail", "prive", deel.GEHEIM_MAIL, geheim=True),
            ],
        ),
        *([(vorm.met_pgn, "-")] if vorm.met_pgn else []),
        ("leerlingid", "-"),
        ("onderwijssinds", "2018-08-20"),
        ("datuminschrijving", "2023-08-21" if vorm.profiel.vo else "2018-08-20"),
    ]


def _verzorger() -> Rij:
    return (
        "verzorger",
        [
            ("voorletters-1", "O."),
            ("achternaam", "-"),
            ("geslacht", "1"),
            ("adresgeheim", "false"),
            ("adreslijst", [deel.adres("bezoek", "-", "1", "1000AB", "Verzonnenstad")]),
            ("communicatielijst", [deel.communicatie("telefoon", "prive", "0600000000")]),
            ("relatietotkind", "2"),
            ("wettigevertegenwoordiger", "true"),
        ],
    )
