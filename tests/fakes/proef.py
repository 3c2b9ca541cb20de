"""What ELK, the contactpersoon and a LAS do, as short verbs on a world of fakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.dossier import Dossier, Quarantaine, Status
from gateway.domain.klaarzetten import Klaarzetresultaat
from gateway.domain.logboek import GebeurtenisType, Opdrachtgever
from gateway.domain.overdracht import Adresblok, Documentvraag, Overdrachtvraag, Sessieantwoord
from gateway.domain.partij import Partij
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Token
from gateway.domain.waarden import (
    ElkNummer,
    Overdrachtsoort,
    Pgn,
    Rol,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)
from gateway.ports import AuditRij, Opslag
from gateway.simulators.ontwikkelwereld import MAGISTER, SCHOLEN, TRAJECTPLANNER
from gateway.usecases import inzien
from gateway.usecases.aanleveren import Aangeleverd, Aanlevering, lever_aan
from gateway.usecases.context import ContextWijziging, wijzig_context
from gateway.usecases.klaarzetten import opdracht_van, plaats_opdracht, trek_in, verwerk_opdracht
from gateway.usecases.uitleveren import Uitlevering, overgedragen, uitleveren
from tests.fakes.klok import VasteKlok
from tests.fakes.opslag import FakeOpslag
from tests.fakes.toetser import PGN, RegelToetser, proefdossier
from tests.fakes.wereld import StuurbaarTrafficCenter, maak_wereld

HIER = Vestiging.van("00YY", "00")
DAAR = Vestiging.van("12SS", "01")
ELK = ElkNummer("910001234567")
KERN = Opdrachtgever("account-1", "iemand", "kern")
ONZE = {HIER: RouteringsKenmerk("0000000700000YY00931"), DAAR: RouteringsKenmerk("0000000700012SS00931")}
LAS = {HIER: RouteringsKenmerk("0000000700000YY00932"), DAAR: RouteringsKenmerk("0000000700012SS00933")}
PARTIJ = {HIER: MAGISTER.als_partij(), DAAR: TRAJECTPLANNER.als_partij()}
SESSIE_GELDIG = Sessieantwoord(Resultaat.OVERDRACHT_GESLAAGD, "VO")


def token(rol: Rol = Rol.KERN, **anders: Any) -> Token:
    """Make a token; its name is its role."""
    kaal = Token(f"t-{rol}", f"hash-{rol}", rol, str(rol), VasteKlok().nu())
    return replace(kaal, **anders)


def documentvraag(bron: Vestiging = HIER, doel: Vestiging | None = None, **anders: Any) -> Documentvraag:
    """Make the request of a LAS; the doel is the LAS of the same school unless told otherwise."""
    doel = doel or bron
    kaal = Documentvraag(
        adres=Adresblok(bron.brin, ONZE[bron], doel.brin, LAS[doel]),
        sleutel=Pgn(PGN),
        overdrachtsoort=Overdrachtsoort.OVERSTAPDOSSIER,
        dossier_versies=(),
        dossier_verzameldatum=None,
        sessie_id=SessieId("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    )
    return replace(kaal, **anders)


class Proef:
    """A world with two schools whose points are on, and sessions that hold unless a test says otherwise."""

    def __init__(self, opslag: Opslag | None = None) -> None:
        self.klok = VasteKlok()
        self.traffic_center = StuurbaarTrafficCenter(self.klok)
        self.traffic_center.sessie = SESSIE_GELDIG
        self.wereld = maak_wereld(opslag or FakeOpslag(), self.klok, self.traffic_center)
        self.opslag = self.wereld.opslag
        toetser = self.wereld.toetser
        assert isinstance(toetser, RegelToetser)
        self.toetser = toetser
        with self.opslag.werk() as werk:
            for school in SCHOLEN:
                werk.scholen.bewaar(replace(school, las="magister"))
                punt = Aanleverpunt(school.vestiging, 100, ONZE[school.vestiging], "sleutel", self.klok.nu())
                werk.aanleverpunten.bewaar(punt.geregistreerd(ONZE[school.vestiging], True, self.klok.nu()))

    # ------------------------------------------------------------------------------------------------------ ELK

    def lever(self, elk: ElkNummer = ELK, *, if_match: str | None = None, **velden: Any) -> Aangeleverd:
        """Push a dossier (`proefdossier`), with `context` a change of context."""
        context = velden.pop("context", None)
        assert context is None or isinstance(context, ContextWijziging)
        aanlevering = Aanlevering(proefdossier(**velden), context=context)
        return lever_aan(self.wereld, elk, aanlevering, KERN, if_match)

    def context(self, elk: ElkNummer = ELK, *, if_match: str | None = None, **velden: Any) -> Dossier:
        """Change the context."""
        return wijzig_context(self.wereld, elk, ContextWijziging(**velden), KERN, if_match)

    def plaats(self, elk: ElkNummer = ELK, plek: Vestiging | None = HIER, **velden: Any) -> Dossier:
        """Place a pupil whose oki-doc is released."""
        return self.context(elk, **{"plaatsing": plek, "oki_doc_vrijgegeven": True} | velden)

    def zet_klaar(self, *elk_nummers: ElkNummer, wie: Token | None = None) -> list[Klaarzetresultaat]:
        """Set ready in bulk and give the outcomes."""
        wie = wie or token()
        nummer = plaats_opdracht(self.wereld, wie, elk_nummers or (ELK,), KERN)
        verwerk_opdracht(self.wereld, nummer)
        return list(opdracht_van(self.wereld, wie, nummer)[1])

    def code(self, elk: ElkNummer = ELK, wie: Token | None = None) -> str | None:
        """Set one ready and give the code of the refusal, None when it went well."""
        return self.zet_klaar(elk, wie=wie)[0].code

    def trek_in(self, elk: ElkNummer = ELK) -> Dossier:
        """Take a klaarzetting back."""
        return trek_in(self.wereld, token(), elk, KERN)

    def klaargezet(self, elk: ElkNummer = ELK, plek: Vestiging = HIER, **velden: Any) -> None:
        """Place, push and set ready."""
        self.plaats(elk, plek)
        self.lever(elk, **velden)
        assert self.code(elk) is None

    # ------------------------------------------------------------------------------------------------------ LAS

    def vraag(
        self, bron: Vestiging = HIER, doel: Vestiging | None = None, partij: Partij | None = None, **anders: Any
    ) -> Uitlevering:
        """Ask for a dossier."""
        return uitleveren(self.wereld, documentvraag(bron, doel, **anders), partij or PARTIJ[doel or bron])

    def resultaat(self, bron: Vestiging = HIER, doel: Vestiging | None = None, **anders: Any) -> Resultaat:
        """Ask for a dossier and give the result."""
        return self.vraag(bron, doel, **anders).resultaat

    def haal(self, bron: Vestiging = HIER, **anders: Any) -> Uitlevering:
        """Ask for a dossier and read it to the end."""
        uitlevering = self.vraag(bron, **anders)
        overgedragen(self.wereld, uitlevering.levering_id)
        return uitlevering

    def open_sessie(self, plek: Vestiging = HIER, pgn: str = PGN) -> SessieId:
        """Let the LAS open a session at the real machine."""
        adres = Adresblok(plek.brin, None, plek.brin, LAS[plek])
        sleutel = self.wereld.zoeksleutels.zoeksleutel(Pgn(pgn))
        vraag = Overdrachtvraag(adres, sleutel, Overdrachtsoort.OVERSTAPDOSSIER)
        antwoord = self.traffic_center.machine.overdracht(PARTIJ[plek].oin, vraag)
        assert antwoord.sessie_id is not None
        return antwoord.sessie_id

    # -------------------------------------------------------------------------------------------------- looking

    def dossier(self, elk: ElkNummer = ELK) -> Dossier:
        """Read one that is there."""
        return inzien.dossier(self.wereld, token(), elk).dossier

    def status(self, elk: ElkNummer = ELK) -> Status:
        """The dot."""
        return self.dossier(elk).status

    def reden(self, elk: ElkNummer = ELK) -> str | None:
        """Why it cannot be fetched now."""
        return inzien.dossier(self.wereld, token(), elk).reden

    def stippen(self) -> list[tuple[object, object]]:
        """From and to of all events of dots so far."""
        return [(g.gegevens["van"], g.gegevens["naar"]) for g in self.gebeurtenissen(GebeurtenisType.STATUS_GEWIJZIGD)]

    def gebeurtenissen(self, soort: GebeurtenisType | None = None) -> list[Any]:
        """The feed."""
        alle = inzien.gebeurtenissen(self.wereld, 0, 1000)[0]
        return [gebeurtenis for gebeurtenis in alle if soort in (None, gebeurtenis.type)]

    def audit(self, operatie: str | None = None) -> list[AuditRij]:
        """The audit, or the records of one operation."""
        with self.opslag.lezen() as werk:
            return [rij for rij in werk.logboek.audit_rijen(0, 10_000) if operatie in (None, rij.operatie)]

    def historie(self, elk: ElkNummer = ELK) -> list[str]:
        """The words of the history of a dossier."""
        return [regel.soort for regel in inzien.historie(self.wereld, elk, 0, 1000)[0]]

    def bewaard(self, pgn: str = PGN, plek: Vestiging = HIER) -> list[SessieId]:
        """Sessions of the kept requests for a pupil."""
        with self.opslag.lezen() as werk:
            return [verzoek.sessie_id for verzoek in werk.verzoeken.van_pgn(Pgn(pgn), plek)]

    # ------------------------------------------------------------------------------------------------- by hand

    def punt(self, plek: Vestiging = HIER) -> Aanleverpunt:
        """Read a point."""
        with self.opslag.lezen() as werk:
            punt = werk.aanleverpunten.punt(plek)
        assert punt is not None
        return punt

    def zet_punt(self, status: AanleverpuntStatus, plek: Vestiging = HIER) -> None:
        """Give a point a status."""
        punt = replace(self.punt(plek), status=status)
        with self.opslag.werk() as werk:
            werk.aanleverpunten.bewaar(punt)

    def quarantaine(self, elk: ElkNummer = ELK) -> None:
        """Put the newest version in quarantine."""
        versie = self.dossier(elk).nieuwste
        assert versie is not None
        with self.opslag.werk() as werk:
            werk.dossiers.zet_quarantaine(elk, versie.versie, Quarantaine(self.klok.nu(), "proef"))


def moment(dossier: Dossier) -> datetime:
    """The verzameldatum of the newest version."""
    assert dossier.nieuwste is not None
    return dossier.nieuwste.verzameldatum
