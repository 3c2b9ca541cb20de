"""Edits of a dossier that each break a rule, or just do not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from lxml import etree

from gateway.gegevensset import Pakket
from gateway.gegevensset.model import Onderdeel
from tests.hulp.regelorakel import NS, L, Orakel, Wortel

MINIMAAL = {
    "xs:string": "x", "xs:boolean": "false", "xs:date": "2016-07-31", "xs:integer": "1", "xs:int": "1",
    "xs:decimal": "1",
}  # fmt: skip
BIJ_PATROON = {
    "brincode": "00YY", "vestigingscode": "00", "elementcode": "1234", "jaarmaand": "2004-05",
    "dagmaandjaar": "01-02-2004",
    "schooljaar": "2015-2016",
}  # fmt: skip


def _maak(onderdeel: Onderdeel) -> Wortel:
    """The smallest valid element."""
    element = etree.Element(f"{{{NS}}}{onderdeel.naam}")
    if onderdeel.type is not None:
        element.text = BIJ_PATROON.get(onderdeel.type.naam, MINIMAAL[onderdeel.type.basis])
    gekozen = set()
    for kind in onderdeel.kinderen:
        if kind.groep is not None and kind.groep.soort == "keuze":
            if kind.groep in gekozen or not kind.groep.min:
                continue
            gekozen.add(kind.groep)
        if kind.min:
            element.append(_maak(kind))
    return element


class Bewerker:
    """Edits a dossier by path, keeping the order that the XSD wants."""

    def __init__(self, pakket: Pakket) -> None:
        self._pakket = pakket

    def vind(self, wortel: Wortel, pad: str) -> list[Wortel]:
        return [wortel] if pad == "/dossier" else wortel.findall(self._pakket.zoekpad(pad.removeprefix("/dossier/")))

    def weg(self, wortel: Wortel, pad: str) -> None:
        for element in self.vind(wortel, pad):
            ouder = element.getparent()
            assert ouder is not None
            ouder.remove(element)

    def zet(self, wortel: Wortel, pad: str, tekst: str | None = None) -> None:
        """Make sure that there is one at the path (parents too); give all of them the text."""
        if not self.vind(wortel, pad):
            self._voeg_in(wortel, pad)
        if tekst is not None:
            for element in self.vind(wortel, pad):
                element.text = tekst

    def _voeg_in(self, wortel: Wortel, pad: str) -> None:
        boven, _, naam = pad.rpartition("/")
        self.zet(wortel, boven)
        model = self._pakket.onderdeel(boven)
        onderdeel = self._pakket.onderdeel(pad)
        assert model is not None
        assert onderdeel is not None
        volgorde = [kind.naam for kind in model.kinderen]
        for ouder in self.vind(wortel, boven):
            anderen = [k.naam for k in model.kinderen if onderdeel.groep is not None and k.groep == onderdeel.groep]
            if onderdeel.groep is not None and onderdeel.groep.soort == "keuze":
                for kind in [kind for kind in ouder if etree.QName(kind).localname in anderen]:
                    ouder.remove(kind)
            na = [kind for kind in ouder if volgorde.index(etree.QName(kind).localname) < volgorde.index(naam)]
            ouder.insert(len(na), _maak(onderdeel))


Bewerking = Callable[[Bewerker, Wortel], None]


def _zet(pad: str, tekst: str | None = None) -> Bewerking:
    return lambda bewerker, wortel: bewerker.zet(wortel, pad, tekst)


def _weg(pad: str) -> Bewerking:
    return lambda bewerker, wortel: bewerker.weg(wortel, pad)


def _samen(*bewerkingen: Bewerking) -> Bewerking:
    def alle(bewerker: Bewerker, wortel: Wortel) -> None:
        for bewerking in bewerkingen:
            bewerking(bewerker, wortel)

    return alle


def overal(pakket: Pakket) -> list[Bewerking]:
    """Edits for a dossier of each profile: every optional element near the top taken away, and put there."""
    paden = [onderdeel.pad for onderdeel in pakket.model.alle() if onderdeel.pad.count("/") <= 4]
    optioneel = [pad for pad in paden if (o := pakket.onderdeel(pad)) is not None and (o.min == 0 or o.groep)]
    return [bewerking for pad in optioneel for bewerking in (_weg(pad), _zet(pad))] + list(_samengesteld())


def goed_en_fout(pakket: Pakket, orakel: Orakel) -> list[Bewerking]:
    """Edits that each make one condition true, or just not."""
    lijst: list[Bewerking] = []
    for onderdeel in pakket.model.alle():
        if onderdeel.min == 0 and onderdeel.pad.count("/") > 4:
            lijst += [_weg(onderdeel.pad), _zet(onderdeel.pad)]
        if onderdeel.type is not None and onderdeel.type.basis == "xs:boolean":
            lijst += [_zet(onderdeel.pad, tekst) for tekst in ("true", "false", "1", " true ", "0")]
    for rij in orakel.rijen:
        if rij["rule_id"].startswith("codelijst."):
            codes = orakel.codes[str(int(rij["rule_id"].removeprefix("codelijst.")))]
            for pad in _paden(pakket, rij["subject_path"]):
                kandidaten = [*codes[:1], codes[-1], codes[0] + " ", codes[0].swapcase(), "onzin", "0" + codes[0], ""]
                lijst += [_zet(pad, tekst) for tekst in kandidaten]
    lijst += _categorieen(pakket, orakel)
    return [*lijst, *_communicatie()]


def _paden(pakket: Pakket, subject: str) -> list[str]:
    einden = [deel.removeprefix("//").replace("cat_* (all 16)", "") for deel in subject.split(" ; ")]
    return [
        onderdeel.pad
        for onderdeel in pakket.model.alle()
        if any(onderdeel.pad.endswith(f"/{e}") or (e.endswith("/") and f"/{e}" in onderdeel.pad) for e in einden)
    ]


def _categorieen(pakket: Pakket, orakel: Orakel) -> Iterator[Bewerking]:
    for rij in orakel.rijen:
        if not rij["rule_id"].startswith("OS.cat"):
            continue
        veld, _, rest = rij["finding_when"].partition(" is ")
        waarde = f"/dossier/metadata/categorie_uitlevering/{veld}", rest.partition(" ")[0]
        elementen = rij["subject_path"].split(" ; ")
        verplicht = {"/dossier/metadata", "/dossier/overdrachtsoort"}
        zonder = [_weg(pad) for pad in elementen if pad not in verplicht]
        yield _samen(_zet(*waarde), *zonder)
        for pad in elementen:
            yield _samen(_zet(*waarde), *zonder, _zet(pad))
        yield _samen(_zet(*waarde), *(_zet(pad) for pad in elementen))


def _communicatie() -> Iterator[Bewerking]:
    adressen = [
        "abc", "a@b", "a@bc", "a" * 252 + "@b.nl", "a" * 251 + "@b.nl", "abcd", "foo bar@x", "a@-b.nl", "a@b-.nl",
        "a@b..nl",
        "a@b.nl ", " a@b.nl", "a@b.nl.", "@b.nl", "ab@", "é@b.nl", "aé@b.nl", "a@bé.nl", "a@b@c.nl", "a'@b.nl",
        "a@b.n-l",
        "geheim@geheim.geheim", "Geheim@geheim.geheim", "x|y~z.-@0.1",
    ]  # fmt: skip
    for plaats in (L, "/dossier/huidigeschool"):
        blok = f"{plaats}/communicatielijst/communicatie"
        for adres in adressen:
            yield _samen(_zet(f"{blok}/soort", "e-mail"), _zet(f"{blok}/nummer", adres))
        for soort, geheim, nummer in itertools.product(
            ("telefoon", "e-mail", "fax"),
            ("true", "1", "false", None),
            ("9999999999", "geheim@geheim.geheim", "0201234567", ""),
        ):
            veld = _weg(f"{blok}/geheim") if geheim is None else _zet(f"{blok}/geheim", geheim)
            yield _samen(_zet(f"{blok}/soort", soort), veld, _zet(f"{blok}/nummer", nummer))


def _kruis(*velden: tuple[str, tuple[str | None, ...]]) -> Iterator[Bewerking]:
    """Every mix of values of some fields: None takes the field away, "+" only sees that it is there."""
    for mix in itertools.product(*(waarden for _, waarden in velden)):
        yield _samen(
            *(
                _weg(pad) if waarde is None else _zet(pad, None if waarde == "+" else waarde)
                for (pad, _), waarde in zip(velden, mix, strict=True)
            )
        )


JA_NEE: tuple[str | None, ...] = ("true", "false", None)
WEL_NIET: tuple[str | None, ...] = ("+", None)


def _samengesteld() -> Iterator[Bewerking]:
    zorg, advies, eind = f"{L}/verzorger", f"{L}/overstapadvies", f"{L}/eindtoets_basisonderwijs"
    yield from _kruis((f"{zorg}/overlijdensdatum", WEL_NIET), (f"{zorg}/overleden", JA_NEE))
    yield from _kruis((f"{zorg}/adresgeheim", JA_NEE), (f"{zorg}/adreslijst", WEL_NIET))
    yield from _kruis((f"{L}/adresgeheim", JA_NEE), (f"{L}/adreslijst", WEL_NIET), (f"{L}/adresbuitenland", WEL_NIET))
    yield from _kruis((f"{L}/verzorgersaansprakelijk", JA_NEE), (zorg, WEL_NIET))
    yield from _kruis((f"{L}/verzorgersaansprakelijk", JA_NEE), (f"{L}/aansprakelijkeinstelling", WEL_NIET))
    yield from _kruis(
        ("/dossier/inzage/inzage", JA_NEE),
        ("/dossier/inzage/inzagedatum", WEL_NIET),
        ("/dossier/inzage/akkoord", WEL_NIET),
    )
    yield from _kruis((f"{L}/bsn", WEL_NIET))
    yield from _kruis((f"{zorg}/banknummer", WEL_NIET), (f"{zorg}/iban", WEL_NIET))
    yield from _kruis((f"{L}/bsn", (None,)), (f"{L}/onderwijsnummer", WEL_NIET))
    yield from _kruis((f"{advies}/advies", WEL_NIET), ("/dossier/huidigeschool/soort", ("SO", "so", "BO", None)))
    yield from _kruis(
        (f"{advies}/contactnodig", JA_NEE),
        (f"{advies}/contactpersoon", WEL_NIET),
        (f"{advies}/contacttelefoon", WEL_NIET),
    )
    resultaat = f"{eind}/eindtoetsresultaat"
    yield from _kruis((f"{eind}/deelgenomen", ("true", "false", "1")), (resultaat, WEL_NIET))
    yield from _kruis((f"{eind}/deelgenomen", ("true", "false")), (f"{resultaat}/toets_advies", WEL_NIET))
    for datum in ("2016-07-31", "2016-08-01", "2016-08-01Z", "2017-01-31"):
        for afname in ("2013-07-31", "2013-08-01", "2014-07-31", "2014-08-01", "2015-01-01"):
            yield _samen(
                _zet("/dossier/metadata/datum", datum), _zet(f"{L}/toetslijst/toets/afname/afnamedatum", afname)
            )
    for toets in (f"{L}/toetslijst/toets", f"{L}/toetslijst/toets/toetsonderdeel"):
        inhoud = [f"{toets}/resultaat/{naam}" for naam in ("toetsscore", "referentiescore", "document")]
        yield from (
            _samen(_zet(f"{toets}/resultaat"), *map(_weg, inhoud), *extra)
            for extra in [[], *[[_zet(p)] for p in inhoud]]
        )
        score = f"{toets}/resultaat/toetsscore"
        namen = ("aantalopgaven", "aantalgoed", "aantalfout", "aantalgelezen", "tijd", "vaardigheidsscore")
        leeg = [_zet(score), *(_weg(f"{score}/{naam}") for naam in namen)]
        yield from (_samen(*leeg, *extra) for extra in [[], *[[_zet(f"{score}/{naam}")] for naam in namen]])
    lijst = f"{L}/cijferlijstlijst/cijferlijst/cijferlijstTypelijst"
    for cijfer in (f"{lijst}/score", f"{lijst}/onderdeel/score"):
        yield from _kruis((f"{cijfer}/waarde", WEL_NIET), (f"{cijfer}/kwalificatie", WEL_NIET))
    for veld, waarden in {
        "deeldossier": ("LAS", "LVS", "LASLVS", "TIB", "las", "LAS "),
        "validatieversie": ("2019.1.1", "2019.1", "2019.1.1 "),
        "standaardversie": ("2019.1", "2019.10", "2018.1"),
        "overstap": ("POPO", "POVO", "VOVO", "POSWV", "VOSWV", "VOMBO", "povo", "WECVO"),
    }.items():
        yield from (_zet(f"/dossier/metadata/{veld}", waarde) for waarde in waarden)
    yield from (
        _samen(_zet("/dossier/overdrachtsoort", soort), *([_weg("/dossier/metadata/overstap")] if kaal else []))
        for soort in ("overstapdossier", "overdrachtbinnenbrin", "swv-dossier", "onbekend")
        for kaal in (False, True)
    )
