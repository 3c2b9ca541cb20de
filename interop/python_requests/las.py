#!/usr/bin/env python3
"""Een LAS haalt een dossier op: Python met requests en gewone tekst, zonder SOAP-bibliotheek en zonder WSDL.

Gebruik: python las.py UITBESTAND < pgn.txt   (instellingen: LAS_…, zie docs/interop.md)

Alles wat in een bericht komt, gaat door `escape`; antwoorden worden met de XML-lezer van Python gelezen, niet met een
zoekpatroon.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from xml.sax.saxutils import escape

import requests

RUIMTE = "http://xml.kennisnet.nl/schemas/Overstapservice/20200910"
ENVELOP = "http://schemas.xmlsoap.org/soap/envelope/"
N = {"o": RUIMTE, "soapenv": ENVELOP}
SOORT = "overstapdossier"


class SoapFout(Exception):
    """De ander antwoordde met een Fault; `code` staat in detail/fout/code."""

    def __init__(self, code: str, melding: str) -> None:
        super().__init__(melding)
        self.code = code


def deel(naam: str, *inhoud: str) -> str:
    """Maak een element van wat al XML is."""
    return f"<{naam}>{''.join(inhoud)}</{naam}>"


def tekst(naam: str, waarde: str) -> str:
    """Maak een element van een waarde."""
    return deel(naam, escape(waarde))


def stuur(sessie: requests.Session, url: str, operatie: str, inhoud: str) -> ET.Element:
    """Stuur een verzoek en geef het antwoord, het ene element in de Body."""
    bericht = (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOP}"><soapenv:Body>'
        f'<{operatie}Request xmlns="{RUIMTE}">{inhoud}</{operatie}Request></soapenv:Body></soapenv:Envelope>'
    )
    koppen = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{RUIMTE}/{operatie}"'}
    antwoord = sessie.post(url, data=bericht.encode(), headers=koppen, timeout=60)
    lijf = ET.fromstring(antwoord.content).find("soapenv:Body", N)  # noqa: S314 - expat expands no external entities
    if lijf is None or len(lijf) != 1:
        raise SoapFout("", f"HTTP {antwoord.status_code} zonder SOAP-antwoord")
    fout = lijf.find("soapenv:Fault", N)
    if fout is not None:
        raise SoapFout(fout.findtext("detail/o:fout/o:code", "", N), fout.findtext("faultstring", ""))
    return lijf[0]


def waarde(element: ET.Element, pad: str) -> str:
    """Geef de tekst van een veld, leeg als het er niet is."""
    return element.findtext("/".join(f"o:{stap}" for stap in pad.split("/")), "", N)


def adresblok(bron_brin: str, bron_kenmerk: str, doel_brin: str = "", doel_kenmerk: str = "") -> str:
    """Maak de vier velden waarmee bijna elk verzoek begint, in de vaste volgorde."""
    return (
        tekst("bronBrin", bron_brin)
        + (tekst("bronRouteringsKenmerk", bron_kenmerk) if bron_kenmerk else "")
        + tekst("doelBrin", doel_brin or os.environ["LAS_DOEL_BRIN"])
        + tekst("doelRouteringsKenmerk", doel_kenmerk or os.environ["LAS_DOEL_KENMERK"])
    )


def zoeksleutel(pgn: str) -> str:
    """Maak de vorm waarin het Traffic Center een leerling kent (de strategie voor ontwikkeling)."""
    octets = hashlib.pbkdf2_hmac("sha512", pgn.encode("ascii"), b"oso-gateway", 10_000, dklen=128)
    sleutel = base64.b64encode(octets).decode("ascii")
    return deel("zoeksleutelPgnfrag", tekst("zoeksleutel", sleutel), tekst("pgnfrag", pgn[-4:]))


def meld(naam: str, inhoud: object) -> None:
    """Schrijf een regel van de uitkomst."""
    sys.stdout.write(f"{naam:<13} {inhoud}\n")


def haal_op(sessie: requests.Session, pgn: str, uit: Path) -> None:
    """Open een sessie, vraag de aanleverpunten tot er een slaagt, meld één keer af."""
    tc, bron_brin = os.environ["LAS_TRAFFIC_CENTER"], os.environ["LAS_BRON_BRIN"]
    sleutel = zoeksleutel(pgn) + tekst("overdrachtsoort", SOORT)
    geopend = stuur(sessie, tc, "overdracht", adresblok(bron_brin, "") + sleutel)
    meld("overdracht", waarde(geopend, "resultaat"))
    sessie_id = waarde(geopend, "sessieId")
    if not sessie_id:
        return
    kenmerk, resultaat = "", "BronNietBeschikbaar"
    for punt in geopend.findall("o:aanleverpunt", N):
        kenmerk = waarde(punt, "routeringsKenmerk")
        vraag = adresblok(waarde(punt, "brin"), kenmerk) + tekst("pgn", pgn) + tekst("overdrachtsoort", SOORT)
        vraag += tekst("dossierVersie", "2019.1") + tekst("sessieId", sessie_id)
        antwoord = stuur(sessie, f"{waarde(punt, 'url')}/bron", "document", vraag)
        resultaat = waarde(antwoord, "resultaat")
        meld("aanleverpunt", kenmerk)
        meld("document", resultaat)
        if resultaat == "OverdrachtGeslaagd":
            bewaar(antwoord, uit)
            break
    afmelding = adresblok(bron_brin, kenmerk) + sleutel + tekst("sessieId", sessie_id) + tekst("resultaat", resultaat)
    meld("afmelding", waarde(stuur(sessie, tc, "afmelding", afmelding), "resultaat"))


def bewaar(antwoord: ET.Element, uit: Path) -> None:
    """Schrijf het dossier in canonieke vorm.

    Python zelf kent alleen C14N 2.0; voor een los element geeft die dezelfde octets als exclusieve C14N 1.0, als de
    voorvoegsels bewaard blijven. ElementTree vergeet die, en een dossier heeft er geen: het is de standaardnaamruimte.
    """
    (dossier,) = list(antwoord.find("o:document", N) or ())
    ET.register_namespace("", dossier.tag[1:].partition("}")[0])
    octets = ET.canonicalize(ET.tostring(dossier, encoding="unicode")).encode()
    uit.write_bytes(octets)
    meld("versie", waarde(antwoord, "dossierVersie"))
    meld("octets", len(octets))
    meld("sha256", hashlib.sha256(octets).hexdigest())


def toon_fout(sessie: requests.Session, pgn: str) -> None:
    """Vraag namens een school waarvoor dit certificaat niet mag spreken, en lees de fout."""
    adres = adresblok(os.environ["LAS_BRON_BRIN"], "0000000700000YY00931", "12SS", "0000000700012SS00933")
    vraag = adres + tekst("pgn", pgn) + tekst("overdrachtsoort", SOORT)
    vraag += tekst("sessieId", "00000000-0000-4000-8000-000000000000")
    try:
        stuur(sessie, os.environ["LAS_WSDL"].removesuffix("?wsdl"), "document", vraag)
    except SoapFout as fout:
        meld("fout", fout.code)
        meld("melding", fout)


def main() -> None:
    """Haal op en toon een fout."""
    pgn = sys.stdin.readline().strip()
    with requests.Session() as sessie:
        sessie.cert = (os.environ["LAS_CERT"], os.environ["LAS_KEY"])
        sessie.verify = os.environ["LAS_CA"]
        sessie.trust_env = False
        haal_op(sessie, pgn, Path(sys.argv[1]))
        toon_fout(sessie, pgn)


if __name__ == "__main__":
    main()
