"""Messages as strings, written without our codec, and strategies that make objects of every message."""

from __future__ import annotations

import base64
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize
from zlib import crc32

from hypothesis import strategies as st

from gateway.berichten.inhoud import Ontvangst, Pingantwoord, Pingvraag
from gateway.berichten.pakket import Berichtpakket
from gateway.domain import overdracht as o
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    Doel,
    Koppelsleutel,
    Overdrachtsoort,
    Pgn,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)

NS = "http://xml.kennisnet.nl/schemas/Overstapservice/20200910"
SESSIE = "3b0e1b3e-8f2d-4d0e-9a5c-1e5f8a7b6c5d"

ADRES = (
    "<bronBrin>00YY</bronBrin><bronRouteringsKenmerk>0000000700000YY00931</bronRouteringsKenmerk>"
    "<doelBrin>00YY</doelBrin><doelRouteringsKenmerk>0000000700000YY00932</doelRouteringsKenmerk>"
)
DOCUMENT = (
    f'<documentRequest xmlns="{NS}">{ADRES}<pgn>101211151</pgn><overdrachtsoort>overstapdossier</overdrachtsoort>'
    f"<sessieId>{SESSIE}</sessieId></documentRequest>"
)


def in_versie(inhoud: Any, pakket: Berichtpakket) -> Any:
    """Give an object of the domain as this version can say it: points by number, no pgnfrag."""
    if not pakket.met_index:
        return inhoud
    if isinstance(inhoud, RouteringsKenmerk):
        return RouteringsKenmerk.van_index(crc32(inhoud.waarde.encode()) % 10**9)
    if isinstance(inhoud, o.Zoeksleutel):
        return replace(inhoud, pgnfrag=None)
    if isinstance(inhoud, tuple):
        return tuple(in_versie(een, pakket) for een in inhoud)
    if is_dataclass(inhoud) and not isinstance(inhoud, type):
        return replace(inhoud, **{veld.name: in_versie(getattr(inhoud, veld.name), pakket) for veld in fields(inhoud)})
    return inhoud


def envelop(inhoud: str, kop: str = "", ns: str = "http://schemas.xmlsoap.org/soap/envelope/") -> bytes:
    """Put a Body child in an envelope."""
    return f'<s:Envelope xmlns:s="{ns}">{kop}<s:Body>{inhoud}</s:Body></s:Envelope>'.encode()


# ------------------------------------------------------------------------------------------------- strategies

brins = st.from_regex(r"[0-9]{2}[A-Z]{2}", fullmatch=True).map(Brin)
kenmerken = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=32).map(
    RouteringsKenmerk
)
guids = st.uuids().map(str) | st.uuids().map(lambda waarde: str(waarde).upper())
sessies, koppelsleutels = guids.map(SessieId), guids.map(Koppelsleutel)
pgns = st.from_regex(r"[0-9]{9}", fullmatch=True).map(Pgn)
soorten, doelen = st.sampled_from(Overdrachtsoort), st.sampled_from(Doel)
resultaten = st.sampled_from(Resultaat)
momenten = st.datetimes(
    datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01"), timezones=st.just(UTC)
)
letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
nfc = st.text(letters, min_size=1, max_size=60).filter(lambda tekst: normalize("NFC", tekst) == tekst)
urls = st.from_regex(r"https://[a-z]{1,9}(:[0-9]{2,4})?(/[a-z0-9]{1,5}){0,3}", fullmatch=True)
versies = st.from_regex(r"20[0-9]{2}\.[0-9]", fullmatch=True)
zoeksleutels = st.builds(
    o.Zoeksleutel,
    st.binary(min_size=1, max_size=128).map(lambda octetten: base64.b64encode(octetten).decode()),
    st.from_regex(r"[0-9]{4}", fullmatch=True),
)
sleutels = zoeksleutels | koppelsleutels
adressen = st.builds(o.Adresblok, brins, kenmerken, brins, kenmerken)
adressen_zonder_bron = st.builds(o.Adresblok, brins, st.none() | kenmerken, brins, kenmerken)


_nummer_of_kenmerk = st.tuples(st.integers(1, 10**9), st.none()) | st.tuples(st.none(), kenmerken)
_registraties = st.builds(
    lambda vestiging, welk, *rest: o.Registratieaanvraag(vestiging, welk[0], welk[1], *rest),
    st.builds(Vestiging, brins, st.from_regex(r"[0-9]{2}", fullmatch=True)),
    _nummer_of_kenmerk,
    nfc,
    doelen,
    urls,
)

VERZOEKEN: dict[str, st.SearchStrategy[object]] = {
    "overdracht": st.builds(o.Overdrachtvraag, adressen_zonder_bron, sleutels, soorten),
    "sessiecontrole": st.builds(o.Sessievraag, adressen, sleutels, soorten, sessies),
    "document": st.builds(
        o.Documentvraag,
        adressen,
        pgns | koppelsleutels,
        soorten,
        st.lists(versies, max_size=3).map(tuple),
        st.none() | momenten,
        sessies,
    ),
    "afmelding": st.builds(o.Afmelding, adressen, sleutels, soorten, sessies, resultaten),
    "meldenNotificatie": st.builds(o.Notificatiemelding, adressen, doelen, st.none() | sessies, st.none() | momenten),
    "notificatie": st.builds(
        o.Notificatie, adressen, doelen, st.none() | koppelsleutels, st.none() | sessies, st.none() | momenten
    ),
    "meldenTerugkoppeling": st.builds(o.Terugkoppelmelding, adressen, koppelsleutels),
    "terugkoppeling": st.builds(o.Terugkoppeling, adressen, koppelsleutels, nfc),
    "overzichtAanleverpunt": st.builds(o.Overzichtvraag, st.none() | brins, st.none() | doelen, st.none() | kenmerken),
    "registreerAanleverpunt": _registraties,
    "ping": st.just(Pingvraag()),
}

_geslaagd = st.just(Resultaat.OVERDRACHT_GESLAAGD)
_geweigerd = resultaten.filter(lambda resultaat: resultaat is not Resultaat.OVERDRACHT_GESLAAGD)
_sectoren = st.sampled_from(["PO", "VO", "SO", "SWV"])

ANTWOORDEN: dict[str, st.SearchStrategy[object]] = {
    "overdracht": st.builds(o.Overdrachtantwoord, _geweigerd)
    | st.builds(
        o.Overdrachtantwoord,
        _geslaagd,
        sessies,
        st.lists(st.builds(o.TeBevragenPunt, brins, kenmerken, urls, st.none() | nfc), max_size=3).map(tuple),
    ),
    "sessiecontrole": st.builds(o.Sessieantwoord, _geslaagd, _sectoren)
    | st.builds(o.Sessieantwoord, _geweigerd, st.none(), st.none() | st.builds(o.Oorzaak, sessies, momenten)),
    "document": st.builds(o.Documentantwoord, _geweigerd)
    | st.builds(
        o.Documentantwoord, _geslaagd, versies, momenten, st.just(b'<dossier xmlns="urn:d"><a>\xc3\xa9</a></dossier>')
    ),
    "afmelding": st.builds(Ontvangst, resultaten),
    "meldenNotificatie": st.builds(o.Notificatieadres, _geweigerd)
    | st.builds(o.Notificatieadres, _geslaagd, urls, st.none() | koppelsleutels),
    "notificatie": st.builds(Ontvangst, resultaten),
    "meldenTerugkoppeling": st.builds(o.Terugkoppeladres, resultaten, st.none() | urls),
    "terugkoppeling": st.builds(Ontvangst, resultaten),
    "overzichtAanleverpunt": st.builds(
        o.Overzichtantwoord,
        resultaten,
        st.lists(
            st.builds(
                o.BekendPunt, brins, kenmerken, st.booleans(), st.none() | nfc, st.none() | doelen, st.none() | urls
            ),
            max_size=3,
        ).map(tuple),
    ),
    "registreerAanleverpunt": st.builds(o.Registratieantwoord, _geweigerd)
    | st.builds(o.Registratieantwoord, _geslaagd, kenmerken, st.booleans()),
    "ping": st.builds(Pingantwoord, st.booleans()),
}
