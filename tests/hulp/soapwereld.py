"""The SOAP port with a dossier behind it: real mutual TLS in front, fakes behind."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from gateway.berichten.pakket import laad_pakketten, standaardpakket
from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.beoordeling import Rapport
from gateway.domain.dossier import Context, Dossier, Klaarzetting, Status, Versie, VersieInhoud
from gateway.domain.overdracht import Sessieantwoord, Sessievraag, Zoeksleutel
from gateway.domain.partij import Partij
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, ElkNummer, Oin, Overdrachtsoort, Pgn, RouteringsKenmerk, Vestiging
from gateway.entry.servers import Adres, Poort, Stopknop, draai, open_deur
from gateway.entry.soap.app import SoapApp
from gateway.entry.soap.behandeling import OPERATIES, Operatie
from gateway.entry.soap.beller import Proxy
from gateway.entry.soap.beveiliging import Beveiliging, HerhalingenInOpslag
from gateway.entry.soap.overdragen import Overdrachten
from gateway.entry.verbinding import Ingang, Melder, protocolklasse
from gateway.ports import Wereld
from gateway.trust.certificaten import OntwikkelPki
from gateway.trust.crl import BestandBron
from gateway.trust.herhaling import Herhalingen
from gateway.trust.inlezen import certificaten_uit, laad_certificaten, laad_sleutel, lees_oin
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.keuring import Certificaatkeuring, Verwachting
from gateway.trust.kring import Partijen
from gateway.trust.wssec import Berichttekenaar
from gateway.trust.wssec_keuring import Berichtkeuring
from tests.fakes.opslag import FakeOpslag
from tests.hulp.berichtvoorbeelden import DOCUMENT, envelop
from tests.hulp.poort import MAGISTER, server_context

ELK = ElkNummer("12345")
SCHOOL = Vestiging.van("00YY", "00")
MOMENT = datetime(2026, 11, 22, 9, tzinfo=UTC)
VRAAG = envelop(DOCUMENT)
PING = envelop('<pingRequest xmlns="http://xml.kennisnet.nl/schemas/Overstapservice/20200910"/>')


class Klok:
    def nu(self) -> datetime:
        return MOMENT


class Sessies:
    """Answers every sessiecontrole with `antwoord`."""

    def __init__(self) -> None:
        self.antwoord = Sessieantwoord(Resultaat.OVERDRACHT_GESLAAGD, sector=None)

    def sessiecontrole(self, _vraag: Sessievraag) -> Sessieantwoord:
        return self.antwoord


class Zoeksleutels:
    def zoeksleutel(self, _pgn: Pgn) -> Zoeksleutel:
        return Zoeksleutel("c2xldXRlbA==", "1151")


def dossieroctets(grootte: int) -> bytes:
    """Make a dossier element of about this size; what is in it does not matter here."""
    return b'<dossier xmlns="urn:proef"><vulling>' + b"z" * grootte + b"</vulling></dossier>"


@dataclass
class Soapwereld:
    """What a test needs of the running port."""

    adres: Adres
    opslag: FakeOpslag
    sessies: Sessies
    stopknop: Stopknop
    gemeld: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def zet_klaar(self, grootte: int) -> bytes:
        """Add a version of this size and set it ready; gives its octets."""
        octets = dossieroctets(grootte)
        with self.opslag.werk() as werk:
            oud = werk.dossiers.dossier(ELK)
            if oud is None:
                context = Context(SCHOOL, oki_doc_vrijgegeven=True)
                werk.dossiers.bewaar(Dossier(ELK, context, Klaarzetting(SCHOOL, MOMENT, "account-7")))
            nummer = oud.nieuwste.versie + 1 if oud is not None and oud.nieuwste is not None else 1
            versie = Versie(
                nummer,
                "0" * 64,
                b"",
                MOMENT,
                "2019.1",
                "POVO",
                Overdrachtsoort.OVERSTAPDOSSIER,
                len(octets),
                True,
                False,
            )
            inhoud = VersieInhoud(octets, b"<Signature/>", Rapport("2019.1", "POVO"), ())
            werk.dossiers.voeg_versie_toe(ELK, versie, inhoud, Pgn("101211151"))
        return octets

    def status(self) -> Status:
        with self.opslag.lezen() as werk:
            dossier = werk.dossiers.dossier(ELK)
        assert dossier is not None
        return dossier.status


def oin_uit(keten: Sequence[str]) -> Oin:
    """Take the OIN without any check: the real one is tested elsewhere."""
    return lees_oin(certificaten_uit("".join(keten).encode())[0])


@contextmanager
def soapwereld(
    pki: OntwikkelPki,
    *,
    keur: Callable[[Sequence[str]], Oin] = oin_uit,
    proxy: Proxy | None = None,
    maximum: int = 1_000_000,
    operaties: Mapping[str, Operatie] = OPERATIES,
    ondertekent: bool = False,
    herhalingen: Herhalingen | None = None,
) -> Iterator[Soapwereld]:
    """Run the SOAP port with one registered point of 00YY/00 and Magister as its LAS, which perhaps signs."""
    opslag, sessies = FakeOpslag(), Sessies()
    with opslag.werk() as werk:
        kenmerk = RouteringsKenmerk("0000000700000YY00931")
        punt = Aanleverpunt(SCHOOL, 100, kenmerk, "sleutel", MOMENT, status=AanleverpuntStatus.GEREGISTREERD)
        werk.aanleverpunten.bewaar(punt)
    magister = Partij(
        MAGISTER, "Magister", "magister", "Magister", frozenset({Brin("00YY")}),
        frozenset({RouteringsKenmerk("0000000700000YY00932")}), ondertekent,
    )  # fmt: skip
    niets = cast(Any, None)
    wereld = Wereld(
        opslag=opslag,
        klok=Klok(),
        toetser=niets,
        ondertekenaar=niets,
        zoeksleutels=Zoeksleutels(),
        traffic_center=cast(Any, sessies),
        partijen=Partijen([magister]),
        las_profielen=niets,
        tabel=standaardpakket().tabel,
        soap_basis="https://localhost/oso/20200910",
    )
    register = herhalingen or HerhalingenInOpslag(opslag)
    with _draaiend(pki, wereld, keur, proxy, maximum, operaties, register) as (adres, knop, gemeld):
        yield Soapwereld(adres, opslag, sessies, knop, gemeld)


def _beveiliging(pki: OntwikkelPki, herhalingen: Herhalingen, meld: Melder) -> Beveiliging:
    """As the service makes it; certificates are of today, so the clock is that of the machine."""

    def nu() -> datetime:
        return datetime.now(UTC)

    verwachting = Verwachting(Ankers.uit(laad_certificaten(pki.ca)), Intrekkingen([BestandBron(pki.crl)]))
    keuring = Berichtkeuring(Certificaatkeuring(verwachting, nu), herhalingen, nu)
    paar = pki.ondertekening
    tekenaar = Berichttekenaar(laad_sleutel(paar.key), laad_certificaten(paar.cert)[0])
    return Beveiliging(keuring, tekenaar, nu, meld)


@contextmanager
def _draaiend(
    pki: OntwikkelPki,
    wereld: Wereld,
    keur: Callable[[Sequence[str]], Oin],
    proxy: Proxy | None,
    maximum: int,
    operaties: Mapping[str, Operatie],
    herhalingen: Herhalingen,
) -> Iterator[tuple[Adres, Stopknop, list[tuple[str, dict[str, Any]]]]]:
    gemeld: list[tuple[str, dict[str, Any]]] = []

    def meld(naam: str, **velden: Any) -> None:
        gemeld.append((naam, velden))

    overdrachten, knop = Overdrachten(), Stopknop()
    klaar: queue.Queue[Any] = queue.Queue()
    deur = open_deur("SOAP", "127.0.0.1", 0)
    basis = f"https://127.0.0.1:{deur.getsockname()[1]}"
    app = SoapApp(
        wereld,
        laad_pakketten(),
        overdrachten,
        _beveiliging(pki, herhalingen, meld),
        basis=basis,
        maximum=maximum,
        proxy=proxy,
        meld=meld,
        operaties=operaties,
    )
    protocol = protocolklasse(Ingang(server_context(pki), keur, meld=meld))
    poort = Poort("SOAP", app, "127.0.0.1", 0, protocol, tls=True, deur=deur)

    async def serveer() -> None:
        await draai([poort], klaar.put, leegmaken=overdrachten.leeg, stopknop=knop)

    draad = threading.Thread(target=asyncio.run, args=(serveer(),))
    draad.start()
    try:
        yield klaar.get(timeout=60)["SOAP"], knop, gemeld
    finally:
        knop.druk()
        draad.join(20)
        assert not draad.is_alive()
