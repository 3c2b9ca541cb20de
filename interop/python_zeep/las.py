#!/usr/bin/env python3
"""Een LAS haalt een dossier op: Python met zeep, gemaakt uit niets dan de WSDL.

Gebruik: python las.py UITBESTAND < pgn.txt   (instellingen: LAS_…, zie docs/interop.md)

Het persoonsgebonden nummer komt van standaardinvoer: op de opdrachtregel zou iedereen op de machine het kunnen lezen.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import requests
import zeep
from lxml import etree
from zeep.exceptions import Fault
from zeep.transports import Transport

WERELD = "{http://xml.kennisnet.nl/schemas/Overstapservice/20200910}"
SOORT = "overstapdossier"

# Het beste resultaat wordt afgemeld: het hoogste getal wint, bij gelijke stand het laatst gevraagde aanleverpunt.
RANG = {
    "OverdrachtGeslaagd": 100,
    "LeerlinginfoNietGewijzigd": 60,
    "LeerlinginfoNietBeschikbaar": 50,
    "LeerlinginfoNietOpvraagbaar": 40,
    "DossierVersieNietBeschikbaar": 35,
    "LeveringGeweigerd": 30,
    "DossierOngeldig": 25,
    "LeerlingOnbekend": 20,
    "BronNietBeschikbaar": 0,
}


def zoeksleutel(pgn: str) -> dict[str, str]:
    """Maak de vorm waarin het Traffic Center een leerling kent (die voor ontwikkeling); even geheim als het pgn."""
    octets = hashlib.pbkdf2_hmac("sha512", pgn.encode("ascii"), b"oso-gateway", 10_000, dklen=128)
    return {"zoeksleutel": base64.b64encode(octets).decode("ascii"), "pgnfrag": pgn[-4:]}


def meld(naam: str, waarde: object) -> None:
    """Schrijf een regel van de uitkomst."""
    sys.stdout.write(f"{naam:<13} {waarde}\n")


class Las:
    """Het LAS met zijn certificaat, zijn eigen aanleverpunt en een client uit de WSDL."""

    def __init__(self) -> None:
        sessie = requests.Session()
        sessie.cert = (os.environ["LAS_CERT"], os.environ["LAS_KEY"])
        sessie.verify = os.environ["LAS_CA"]
        sessie.trust_env = False
        transport: Any = Transport(session=sessie, timeout=60)
        self._client: Any = zeep.Client(os.environ["LAS_WSDL"], transport=transport)
        self.doel = {
            "doelBrin": os.environ["LAS_DOEL_BRIN"],
            "doelRouteringsKenmerk": os.environ["LAS_DOEL_KENMERK"],
        }

    def dienst(self, url: str) -> Any:
        """Dezelfde berichten, een ander adres: het Traffic Center of een bron."""
        return self._client.create_service(f"{WERELD}Overstapservice", url)


def haal_op(las: Las, pgn: str, bron_brin: str, uit: Path) -> None:
    """Open een sessie, vraag elk aanleverpunt, meld één keer af."""
    tc = las.dienst(os.environ["LAS_TRAFFIC_CENTER"])
    sleutel = {"zoeksleutelPgnfrag": zoeksleutel(pgn), "overdrachtsoort": SOORT}
    sessie = tc.overdracht(bronBrin=bron_brin, **las.doel, **sleutel)
    meld("overdracht", sessie.resultaat)
    if sessie.sessieId is None:
        return
    beste: tuple[Any, Any] | None = None
    for punt in sessie.aanleverpunt:
        vraag = {"bronBrin": punt.brin, "bronRouteringsKenmerk": punt.routeringsKenmerk, **las.doel}
        antwoord = las.dienst(f"{punt.url}/bron").document(
            **vraag, pgn=pgn, overdrachtsoort=SOORT, dossierVersie=["2019.1"], sessieId=sessie.sessieId
        )
        if beste is None or RANG.get(antwoord.resultaat, 10) >= RANG.get(beste[1].resultaat, 10):
            beste = (punt, antwoord)
    if beste is None:
        return
    punt, antwoord = beste
    meld("aanleverpunt", punt.routeringsKenmerk)
    meld("document", antwoord.resultaat)
    if antwoord.resultaat == "OverdrachtGeslaagd":
        bewaar(antwoord, uit)
    afgemeld = tc.afmelding(  # zeep geeft een antwoord met één veld als dat veld zelf
        bronBrin=punt.brin,
        bronRouteringsKenmerk=punt.routeringsKenmerk,
        **las.doel,
        **sleutel,
        sessieId=sessie.sessieId,
        resultaat=antwoord.resultaat,
    )
    meld("afmelding", afgemeld)


def bewaar(antwoord: Any, uit: Path) -> None:
    """Schrijf het dossier zoals het is ondertekend: in exclusieve canonieke vorm."""
    octets = etree.tostring(antwoord.document._value_1, method="c14n", exclusive=True, with_comments=False)
    uit.write_bytes(octets)
    meld("versie", antwoord.dossierVersie)
    meld("octets", len(octets))
    meld("sha256", hashlib.sha256(octets).hexdigest())


def toon_fout(las: Las, pgn: str, bron_brin: str) -> None:
    """Vraag namens een school waarvoor dit certificaat niet mag spreken, en lees de fout."""
    bron = las.dienst(os.environ["LAS_WSDL"].removesuffix("?wsdl"))
    try:
        bron.document(
            bronBrin=bron_brin,
            bronRouteringsKenmerk="0000000700000YY00931",
            doelBrin="12SS",
            doelRouteringsKenmerk="0000000700012SS00933",
            pgn=pgn,
            overdrachtsoort=SOORT,
            sessieId="00000000-0000-4000-8000-000000000000",
        )
    except Fault as fout:
        meld("fout", fout.detail.findtext(f"{WERELD}fout/{WERELD}code"))
        meld("melding", fout.message)


def main() -> None:
    """Haal op en toon een fout."""
    pgn = sys.stdin.readline().strip()
    las = Las()
    haal_op(las, pgn, os.environ["LAS_BRON_BRIN"], Path(sys.argv[1]))
    toon_fout(las, pgn, os.environ["LAS_BRON_BRIN"])


if __name__ == "__main__":
    main()
