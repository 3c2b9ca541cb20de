"""A world of fakes behind the REST port, with one token a role, and a client that speaks to it in process."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from gateway.berichten.pakket import standaardpakket
from gateway.domain.beoordeling import (
    Beoordeling,
    Bevinding,
    BijlageGegevens,
    Document,
    DossierKop,
    Ernst,
    GeenXml,
    Rapport,
)
from gateway.domain.dossier import Versie
from gateway.domain.overdracht import Levering, Zoeksleutel
from gateway.domain.partij import Partij
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Token
from gateway.domain.waarden import (
    Brin,
    ElkNummer,
    Oin,
    Overdrachtsoort,
    Pgn,
    Rol,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)
from gateway.entry.rest.app import maak_rest_app
from gateway.entry.rest.instellingen import RestInstellingen
from gateway.ports import LasOordeel, Wereld
from gateway.trust.kring import Partijen
from gateway.trust.tokens import maak_token
from gateway.usecases.klaarzetten import verwerk_opdracht
from tests.fakes.opslag import FakeOpslag
from tests.fakes.traffic_center import NepTrafficCenter

DOSSIER = b'<dossier pgn="101211151"><metadata/></dossier>'
SCHOOL = {
    "officieleNaam": "Openbare Scholengemeenschap De Proef",
    "naam": "De Proef",
    "schooltype": "VO",
    "bestuur": "Bestuur Een",
    "straat": "Proefstraat",
    "huisnummer": "1a",
    "postcode": "1000 AA",
    "plaats": "Amsterdam",
}
PUNT = {"aanleverpuntnummer": 100, "sleutel": "sleutel-00YY-100"}
TABEL = standaardpakket().tabel
ACCOUNT = {"OSO-Account": "account-7"}
XML = {"Content-Type": "application/xml"}


@dataclass
class Klok:
    """A clock that goes on one second with every look."""

    moment: datetime = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def nu(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass
class NepToetser:
    """Takes `<dossier …>`: `fout` in it is a fout, `let-op` a warning; `gezien` keeps what came in."""

    gezien: list[tuple[bytes, tuple[Document, ...]]] = field(default_factory=list)
    klapt: Exception | None = None

    def beoordeel(self, octets: bytes, *, documenten: Sequence[Document] = ()) -> Beoordeling:
        if self.klapt is not None:
            raise self.klapt
        self.gezien.append((octets, tuple(documenten)))
        if not octets.lstrip().startswith(b"<"):
            raise GeenXml(Rapport(None, None, (_bevinding("XML", Ernst.FOUT),)))
        if b"<!DOCTYPE" in octets:
            return Beoordeling(Rapport(None, None, (_bevinding("XML", Ernst.FOUT),)))
        if b"fout" in octets:
            return Beoordeling(Rapport("2019.1", None, (_bevinding("OS.proef", Ernst.FOUT),)))
        bevindingen = (_bevinding("OS.letop", Ernst.WAARSCHUWING),) if b"let-op" in octets else ()
        geheel = octets + b"".join(document.inhoud for document in documenten)
        gevonden = re.search(rb'pgn="([0-9]{9})"', octets)
        pgn = Pgn(gevonden[1].decode()) if gevonden else None
        kop = DossierKop("2019.1", "POVO", Overdrachtsoort.OVERSTAPDOSSIER, pgn)
        bijlagen = tuple(
            BijlageGegevens(document.bestandsnaam, len(document.inhoud), 0, "/dossier[1]") for document in documenten
        )
        rapport = Rapport("2019.1", "POVO", bevindingen)
        return Beoordeling(rapport, geheel, hashlib.sha256(geheel).digest(), kop, bijlagen)


def _bevinding(regel: str, ernst: Ernst) -> Bevinding:
    return Bevinding(regel, ernst, "/dossier[1]", 1, "Dit klopt niet.")


class NepOndertekenaar:
    def onderteken(self, octets: bytes) -> bytes:
        return b"<Signature>" + hashlib.sha256(octets).hexdigest().encode() + b"</Signature>"


class NepProfielen:
    def oordeel(self, las: str | None, versie: Versie, bijlagen: Sequence[BijlageGegevens]) -> LasOordeel:
        return LasOordeel(waarschuwing=None if las else "Het LAS van deze school is niet bekend.")

    def bestaat(self, las: str) -> bool:
        return las in self.namen()

    def namen(self) -> Sequence[str]:
        return ("magister", "trajectplanner")


class GeenZoeksleutels:
    """REST never derives one."""

    def zoeksleutel(self, pgn: Pgn) -> Zoeksleutel:
        raise AssertionError("REST derives no zoeksleutel")


@dataclass
class RestWereld:
    """The application with everything around it that a test looks at."""

    opslag: FakeOpslag
    klok: Klok
    toetser: NepToetser
    traffic_center: NepTrafficCenter
    wereld: Wereld
    app: FastAPI
    tokens: dict[str, str]
    doorgegeven: list[str]

    def roep(self, methode: str, pad: str, als: str | None = "kern", **anders: Any) -> httpx.Response:
        """Call the application in process, once."""
        koppen = dict(anders.pop("headers", {}))
        if als is not None:
            koppen.setdefault("Authorization", f"Bearer {self.tokens[als]}")
            if als == "kern" and methode != "GET":
                koppen = {**ACCOUNT, **koppen}
        koppen = {naam: waarde for naam, waarde in koppen.items() if waarde is not None}

        async def doe() -> httpx.Response:
            vervoer = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=vervoer, base_url="http://gateway") as klant:
                return await klant.request(methode, pad, headers=koppen, **anders)

        return asyncio.run(doe())

    def push(self, elk: str = "12345", dossier: bytes = DOSSIER, **anders: Any) -> httpx.Response:
        """Push a dossier as XML."""
        koppen = {**XML, **anders.pop("headers", {})}
        return self.roep("PUT", f"/v1/dossiers/{elk}", content=dossier, headers=koppen, **anders)

    def context(self, elk: str = "12345", **velden: Any) -> httpx.Response:
        """Change the context."""
        return self.roep("PUT", f"/v1/dossiers/{elk}/context", json=velden)

    def school_met_punt(self, vestiging: str = "00YY/00", *, geregistreerd: bool = True) -> None:
        """Fill in a school and its point, and register it."""
        assert self.roep("PUT", f"/v1/scholen/{vestiging}", als="beheer", json=SCHOOL).status_code in (200, 201)
        assert self.roep("PUT", f"/v1/aanleverpunten/{vestiging}", als="beheer", json=PUNT).status_code in (200, 201)
        if geregistreerd:
            antwoord = self.roep("POST", f"/v1/aanleverpunten/{vestiging}/registratie", als="beheer")
            assert antwoord.status_code == 200, antwoord.text

    def zet_klaar(self, elk: str = "12345", als: str = "kern") -> dict[str, Any]:
        """Set one pupil ready and give the outcome."""
        antwoord = self.roep("POST", "/v1/klaarzettingen", als=als, json={"elkNummers": [elk]})
        assert antwoord.status_code == 202, antwoord.text
        resultaat: dict[str, Any] = self.roep("GET", f"/v1/klaarzettingen/{antwoord.json()['id']}", als=als).json()
        return resultaat

    def blauw(self, elk: str = "12345") -> None:
        """Bring a dossier so far that it is set ready at 00YY/00."""
        self.school_met_punt()
        assert self.push(elk).status_code == 201
        plaatsing = {"brin": "00YY", "vestigingscode": "00"}
        assert self.context(elk, plaatsing=plaatsing, okiDocVrijgegeven=True).status_code == 200
        assert self.zet_klaar(elk)["resultaten"][0]["uitkomst"] == "klaargezet"

    def levering(self, elk: str = "12345", **anders: Any) -> int:
        """Add a delivery of a dossier as the SOAP side would."""
        levering = Levering(
            moment=self.klok.nu(),
            bron=Vestiging.van("00YY", "00"),
            doel_brin=Brin("00YY"),
            doel_kenmerk=RouteringsKenmerk("0000000700000YY00932"),
            oin=Oin("00000003000000020000"),
            systeem="Magister",
            resultaat=Resultaat.OVERDRACHT_GESLAAGD,
            sessie_id=SessieId.nieuw(),
            elk_nummer=ElkNummer(elk),
            versie=1,
        )
        with self.opslag.werk() as werk:
            return werk.leveringen.voeg_toe(replace(levering, **anders))

    def trek_token_in(self, naam: str) -> None:
        """Revoke a token."""
        with self.opslag.werk() as werk:
            token = werk.toegang.token(naam)
            assert token is not None
            werk.toegang.bewaar_token(replace(token, ingetrokken=self.klok.nu()))


_TOKENS: Mapping[str, Mapping[str, Any]] = {
    "kern": {"rol": Rol.KERN},
    "beheer": {"rol": Rol.BEHEER},
    "contactpersoon": {"rol": Rol.CONTACTPERSOON, "brins": frozenset({Brin("00YY")})},
    "bestuur": {"rol": Rol.CONTACTPERSOON, "bestuur": "Bestuur Een"},
    "locatiebeheerder": {"rol": Rol.LOCATIEBEHEERDER, "vestigingen": frozenset({Vestiging.van("00YY", "00")})},
    "ander": {"rol": Rol.LOCATIEBEHEERDER, "vestigingen": frozenset({Vestiging.van("12SS", "01")})},
}


def maak_restwereld(werker: Callable[[str], None] | None = None, **instellingen: Any) -> RestWereld:
    """Make a world with an application over it; a klaarzetting is worked through at once unless `werker` is given."""
    opslag, klok, toetser, tc = FakeOpslag(), Klok(), NepToetser(), NepTrafficCenter()
    wereld = Wereld(
        opslag=opslag,
        klok=klok,
        toetser=toetser,
        ondertekenaar=NepOndertekenaar(),
        zoeksleutels=GeenZoeksleutels(),
        traffic_center=tc,
        partijen=Partijen(
            [Partij(Oin("00000003000000020000"), "Magister", "magister", "Magister", frozenset({Brin("00YY")}))]
        ),
        las_profielen=NepProfielen(),
        tabel=TABEL,
        soap_basis="https://127.0.0.1:8443/oso/20200910",
    )
    doorgegeven: list[str] = []

    def direct(opdracht_id: str) -> None:
        doorgegeven.append(opdracht_id)
        verwerk_opdracht(wereld, opdracht_id)

    tokens = {}
    with opslag.werk() as werk:
        for naam, velden in _TOKENS.items():
            nieuw = maak_token()
            tokens[naam] = nieuw.tekst
            werk.toegang.bewaar_token(
                Token(id=naam, hash=nieuw.hash.hex(), naam=f"token-{naam}", aangemaakt=klok.nu(), **velden)
            )
    app = maak_rest_app(wereld, RestInstellingen(werker=werker or direct, **instellingen))
    return RestWereld(opslag, klok, toetser, tc, wereld, app, tokens, doorgegeven)
