"""Read from a valid dossier what use cases decide on, and its octets."""

from __future__ import annotations

import hashlib
import secrets

from lxml import etree

from gateway.domain.beoordeling import DossierKop
from gateway.domain.waarden import OngeldigeWaarde, Overdrachtsoort, Pgn
from gateway.gegevensset.pakket import Pakket
from gateway.xmlio import canoniek

_SOORTEN = frozenset(soort.value for soort in Overdrachtsoort)
_WAAR = frozenset({"true", "1"})


def lees_kop(wortel: etree._Element, pakket: Pakket) -> DossierKop:
    """The facts of a dossier that passed the XSD of the pack."""

    def veld(plaats: str) -> str | None:
        return wortel.findtext(pakket.plek(plaats))

    soort = veld("overdrachtsoort")
    nummers = [tekst for pad in pakket.plaatsen["pgn"] if (tekst := wortel.findtext(pakket.zoekpad(pad))) is not None]
    pgn = _pgn(nummers[0]) if nummers else None
    return DossierKop(
        gegevensset_versie=pakket.versie,
        profiel=pakket.profiel(soort, veld("overstap")),
        overdrachtsoort=Overdrachtsoort(soort) if soort in _SOORTEN else None,
        pgn=pgn,
        pgn_onbruikbaar=bool(nummers) and pgn is None,
        inzage_aanwezig=wortel.find(pakket.plek("inzageblok")) is not None,
        inzage_gegeven=(veld("inzage") or "").strip() in _WAAR,
        akkoord=veld("akkoord"),
        toestemming=veld("toestemming"),
        brin_huidige_school=veld("brincode"),
        vestigingscode_huidige_school=veld("vestigingscode"),
    )


def _pgn(tekst: str) -> Pgn | None:
    try:
        return Pgn(tekst.strip())
    except OngeldigeWaarde:
        return None


def octets_en_vergelijking(wortel: etree._Element, pakket: Pakket) -> tuple[bytes, bytes]:
    """The exclusive canonical octets, and the SHA-256 of the same without the text of the creation date.

    A mark that cannot occur in the dossier stands in for the date while canonicalising, so that once is enough.
    """
    datum = wortel.find(pakket.plek("datum"))
    if datum is None or not datum.text:
        geheel = canoniek(wortel)
        return geheel, hashlib.sha256(geheel).digest()
    tekst, merk = datum.text, secrets.token_hex(16)
    datum.text = merk
    try:
        voor, _, na = canoniek(wortel).partition(merk.encode())
    finally:
        datum.text = tekst
    vergelijking = hashlib.sha256(voor)
    vergelijking.update(na)
    return b"".join((voor, _als_tekst(tekst), na)), vergelijking.digest()


def _als_tekst(tekst: str) -> bytes:
    """Text of an element as canonical XML writes it."""
    for teken, vervanging in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#xD;")):
        tekst = tekst.replace(teken, vervanging)
    return tekst.encode("utf-8")
