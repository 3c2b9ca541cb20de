"""What the use cases need of the world, as Protocols. Every port has a fake and a real one that pass the same tests.

A unit of work (`Werk`) is one transaction: `with opslag.werk() as werk:` commits at the end and rolls back on any
exception; `with opslag.lezen() as werk:` reads one consistent state and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.aflevering import Aflevering, AfleveringStatus, Poging
from gateway.domain.beoordeling import Beoordeling, BijlageGegevens, Document
from gateway.domain.bewaren import Grafsteen
from gateway.domain.dossier import Dossier, Quarantaine, Status, Versie, VersieInhoud
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import AuditRegel, Gebeurtenis, HistorieRegel
from gateway.domain.notificatie import NotificatieStatus, Notificatietaak
from gateway.domain.ontvangen import OntvangenBericht
from gateway.domain.ophaling import OpgehaaldDocument, Ophaling, Sectieverschil
from gateway.domain.overdracht import (
    Afmelding,
    Documentantwoord,
    Documentvraag,
    Levering,
    Notificatie,
    Notificatieadres,
    Notificatiemelding,
    Overdrachtantwoord,
    Overdrachtvraag,
    Overzichtantwoord,
    Overzichtvraag,
    Registratieaanvraag,
    Registratieantwoord,
    Sessieantwoord,
    Sessievraag,
    Verzoek,
    Zoeksleutel,
)
from gateway.domain.partij import Partij
from gateway.domain.poging import Belpoging, Pogingengroep
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Bereik, Schakelaar
from gateway.domain.school import School
from gateway.domain.signalen import Bewaking, Herhaling, Verdacht
from gateway.domain.toegang import Abonnement, BewaardAntwoord, Token
from gateway.domain.waarden import (
    Brin,
    ElkNummer,
    Oin,
    Overdrachtsoort,
    Pgn,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)
from gateway.domain.werkproces import Werkproces


class OpslagNietBeschikbaar(Exception):
    """The store does not answer (database away, disk gone): nothing was done; 503."""


class OpslagVol(OpslagNietBeschikbaar):
    """No room is left (disk full) or the disk is read-only: nothing was done; 507."""


class OpslagTegenstrijdig(Exception):
    """What is written contradicts what is stored (a number that is taken, a row that must be there): nothing was done.

    A slip of the caller, or another process that was first.
    """


class TrafficCenterOnbereikbaar(Exception):
    """No valid answer of the Traffic Center: silence, a fault, rubbish, or an answer that does not fit."""


class BronOnbereikbaar(Exception):
    """No valid answer of a bron. The message is Dutch and holds nothing that the peer sent.

    `fout_id` is the number in its fault, for who calls its supplier.
    """

    def __init__(self, melding: str, fout_id: str | None = None) -> None:
        super().__init__(melding)
        self.fout_id = fout_id


# ---------------------------------------------------------------------------------------------------------- store


class Scholen(Protocol):
    """Schools that the gateway serves."""

    def bewaar(self, school: School) -> None:
        """Add or replace one."""

    def school(self, vestiging: Vestiging) -> School | None:
        """Find one."""

    def alle(self) -> Sequence[School]:
        """List all, by vestiging."""


class Aanleverpunten(Protocol):
    """Our own points, one a vestiging."""

    def bewaar(self, punt: Aanleverpunt) -> None:
        """Add or replace one."""

    def punt(self, vestiging: Vestiging, *, vergrendel: bool = False) -> Aanleverpunt | None:
        """Find the one of a vestiging; `vergrendel` holds others off until the transaction ends."""

    def bij_kenmerk(self, brin: Brin, kenmerk: RouteringsKenmerk) -> Aanleverpunt | None:
        """Find the one that a message addresses."""

    def alle(self) -> Sequence[Aanleverpunt]:
        """List all, by vestiging."""


@dataclass(frozen=True, slots=True)
class DossierFilter:
    """What a list of dossiers is limited to; `binnen` None = all vestigingen, empty = none."""

    status: Status | None = None
    brin: Brin | None = None
    vestigingscode: str | None = None
    binnen: frozenset[Vestiging] | None = None


class Dossiers(Protocol):
    """Dossiers and their versions. `dossier()` gives the whole `Dossier`, derived fields included."""

    def dossier(self, elk_nummer: ElkNummer, *, vergrendel: bool = False) -> Dossier | None:
        """Find one; `vergrendel` holds others off until the transaction ends (PostgreSQL: FOR UPDATE)."""

    def bewaar(self, dossier: Dossier) -> None:
        """Store context, klaarzetting, former placements and last refusal; never versions or deliveries."""

    def voeg_versie_toe(self, elk_nummer: ElkNummer, versie: Versie, inhoud: VersieInhoud, pgn: Pgn | None) -> None:
        """Add an immutable version; sets the PGN of the dossier when it had none. The dossier row must exist."""

    def versie(self, elk_nummer: ElkNummer, nr: int) -> Versie | None:
        """Facts of one version."""

    def inhoud(self, elk_nummer: ElkNummer, nr: int) -> VersieInhoud | None:
        """Octets, evidence, report and attachments of one version, decrypted."""

    def octets(self, elk_nummer: ElkNummer, nr: int) -> bytes | None:
        """Only the octets: the hot path of a pull."""

    def bijlagen(self, elk_nummer: ElkNummer, nr: int) -> tuple[BijlageGegevens, ...]:
        """Only the facts of the attachments, without reading the octets: klaarzetten in bulk."""

    def zet_quarantaine(self, elk_nummer: ElkNummer, nr: int, quarantaine: Quarantaine) -> None:
        """Mark a version as suspect."""

    def met_pgn(self, pgn: Pgn, bron: Vestiging) -> Sequence[Dossier]:
        """Dossiers of this pupil that are, or ever were, placed at this vestiging; the one set ready last first."""

    def lijst(self, filter: DossierFilter, na: str | None, aantal: int) -> tuple[Sequence[Dossier], str | None]:
        """One page by elkNummer text, and the cursor of the next or None."""


@dataclass(frozen=True, slots=True)
class LeveringFilter:
    """What the list of outgoing transfers is limited to."""

    brin: Brin | None = None
    sinds: datetime | None = None
    resultaat: Resultaat | None = None
    binnen: frozenset[Vestiging] | None = None


class Leveringen(Protocol):
    """Answers given to documentRequests, deliveries among them."""

    def voeg_toe(self, levering: Levering) -> int:
        """Add one, give its id."""

    def overgedragen(self, levering_id: int, moment: datetime) -> None:
        """Mark as handed over in full; the first moment stays."""

    def levering(self, levering_id: int) -> Levering | None:
        """Find one."""

    def bij_sessie(self, sessie_id: SessieId, bron: Vestiging) -> Sequence[Levering]:
        """Deliveries (not refusals) made in a session by a point of ours, newest first."""

    def van_dossier(self, elk_nummer: ElkNummer) -> Sequence[Levering]:
        """All of one dossier, oldest first."""

    def laatst_overgedragen(self) -> Mapping[Vestiging, datetime]:
        """When each point of ours last handed a dossier over in full."""

    def lijst(self, filter: LeveringFilter, na: int, aantal: int) -> tuple[Sequence[Levering], int | None]:
        """One page, oldest first, and the cursor of the next or None."""


class Verzoeken(Protocol):
    """Requests kept for a later notification (6 months)."""

    def bewaar(self, verzoek: Verzoek) -> None:
        """Keep one; the same sessieId and doel twice is kept once (the newest moment)."""

    def van_pgn(self, pgn: Pgn, bron: Vestiging) -> Sequence[Verzoek]:
        """Kept requests for this pupil at a vestiging of ours, oldest first."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""


@dataclass(frozen=True, slots=True)
class AuditRij:
    """An audit record as stored: `pseudoniem` instead of the person, chained by `vorige` and `hash` (hex)."""

    nr: int
    moment: datetime
    operatie: str
    uitkomst: str
    partij: str | None
    account: str | None
    namens: str | None
    rol: str | None
    pseudoniem: str | None
    versie: int | None
    bijzonderheden: Mapping[str, object]
    vorige: str
    hash: str


@dataclass(frozen=True, slots=True)
class Ketenoordeel:
    """Outcome of checking the audit chain: the first record that does not hold, or None."""

    aantal: int
    eerste_breuk: int | None = None
    melding: str | None = None


class Logboek(Protocol):
    """Audit, events and histories: appended, never changed."""

    def audit(self, regel: AuditRegel) -> None:
        """Append one audit record to the hash chain."""

    def audit_rijen(self, na: int, aantal: int) -> Sequence[AuditRij]:
        """Read the chain, in order."""

    def audit_over(self, elk_nummer: ElkNummer) -> Sequence[AuditRij]:
        """All records about one pupil."""

    def controleer_keten(self) -> Ketenoordeel:
        """Check every hash, number and the sealed head: finds change, gap and truncation."""

    def gebeurtenis(self, gebeurtenis: Gebeurtenis) -> None:
        """Append one event to the feed; becomes visible with the commit, in an order without gaps for readers."""

    def gebeurtenissen(self, na: int, aantal: int) -> Sequence[Gebeurtenis]:
        """Read the feed, oldest first."""

    def historie(self, regel: HistorieRegel) -> None:
        """Append one line to the history of a dossier."""

    def historie_van(self, elk_nummer: ElkNummer, na: int, aantal: int) -> tuple[Sequence[HistorieRegel], int | None]:
        """Read the history of a dossier, oldest first."""


class Toegang(Protocol):
    """REST tokens and answers kept for an Idempotency-Key."""

    def bewaar_token(self, token: Token) -> None:
        """Add or replace one."""

    def token_bij_hash(self, hash_: str) -> Token | None:
        """Find the token of a request."""

    def token(self, token_id: str) -> Token | None:
        """Find one by id."""

    def tokens(self) -> Sequence[Token]:
        """List all, oldest first."""

    def bewaard_antwoord(self, token_id: str, route: str, sleutel: str, sinds: datetime) -> BewaardAntwoord | None:
        """Find an answer given since a moment."""

    def bewaar_antwoord(self, antwoord: BewaardAntwoord) -> None:
        """Keep an answer; one that exists for the same key is replaced."""

    def verwijder_antwoorden_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""


class Klaarzettingen(Protocol):
    """Bulk orders and their rows."""

    def maak(self, opdracht: Klaarzetopdracht, elk_nummers: Sequence[ElkNummer]) -> None:
        """Add an order with its rows, each without an outcome yet."""

    def opdracht(self, opdracht_id: str) -> Klaarzetopdracht | None:
        """Find one, `gereed` up to date."""

    def open_rijen(self, opdracht_id: str, aantal: int) -> Sequence[ElkNummer]:
        """Next pupils without an outcome, in the order given."""

    def zet_resultaat(self, opdracht_id: str, resultaat: Klaarzetresultaat) -> None:
        """Store the outcome of one row."""

    def resultaten(self, opdracht_id: str, na: int = 0, aantal: int | None = None) -> Sequence[Klaarzetresultaat]:
        """Outcomes in the order of the rows; `na` skips that many rows with an outcome."""

    def onafgemaakt(self) -> Sequence[str]:
        """Ids of orders that have rows without an outcome."""


class Abonnementen(Protocol):
    """Webhook subscriptions."""

    def bewaar(self, abonnement: Abonnement) -> None:
        """Add or replace one."""

    def abonnement(self, naam: str) -> Abonnement | None:
        """Find one."""

    def alle(self) -> Sequence[Abonnement]:
        """List all by name."""


@dataclass(frozen=True, slots=True)
class AfleveringFilter:
    """What a list of webhook deliveries is limited to."""

    status: AfleveringStatus | None = None
    abonnement: str | None = None


class Afleveringen(Protocol):
    """Webhook deliveries: one row for each event that a subscription wants."""

    def vul_aan(self, abonnement: Abonnement, nu: datetime, aantal: int) -> int:
        """Make the rows for the next events of the feed; gives how many events were looked at, wanted or not."""

    def eerstvolgende(self, abonnement: str, nu: datetime, aantal: int) -> Sequence[Aflevering]:
        """What may be sent now, in the order of the feed; nothing of a line whose first one must wait still."""

    def te_doen(self, nu: datetime) -> Sequence[str]:
        """Names of subscriptions that have something to send now, or events without a row."""

    def aflevering(self, aflevering_id: int, *, vergrendel: bool = False) -> Aflevering | None:
        """Find one."""

    def bewaar(self, aflevering: Aflevering) -> None:
        """Store what became of one that exists."""

    def lijst(self, filter: AfleveringFilter, na: int, aantal: int) -> tuple[Sequence[Aflevering], int | None]:
        """One page, oldest first, and the cursor of the next or None."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete finished ones from before; gives the number."""


class Werkverdeling(Protocol):
    """Which processes live, and which of them holds what only one may do at a time."""

    def meld(self, proces: Werkproces) -> None:
        """Add a process, or store its heartbeat."""

    def processen(self) -> Sequence[Werkproces]:
        """List all, by id."""

    def verwijder(self, proces_id: str) -> bool:
        """Take a process that is gone off the list, with all that it held; tells whether this call did it."""

    def pak(self, slot: str, proces_id: str, beurt: str) -> bool:
        """Take a slot for one turn; False when someone has it, or when the process is not on the list."""

    def laat(self, slot: str, beurt: str) -> None:
        """Give a slot back; nothing when that turn has it no longer."""


@dataclass(frozen=True, slots=True)
class PogingFilter:
    """What a list of calls out is limited to."""

    partij: str | None = None
    operatie: str | None = None
    oorzaak: str | None = None
    sinds: datetime | None = None
    alleen_mislukt: bool = False


class Pogingen(Protocol):
    """Calls that we made to other parties."""

    def voeg_toe(self, pogingen: Sequence[Belpoging]) -> None:
        """Add some."""

    def groepen(self, sinds: datetime, *, alleen_mislukt: bool) -> Sequence[Pogingengroep]:
        """Counted by party, operation, end and cause; those with most first."""

    def lijst(self, filter: PogingFilter, na: int, aantal: int) -> tuple[Sequence[Belpoging], int | None]:
        """One page, oldest first, and the cursor of the next or None."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""


class Opruiming(Protocol):
    """Retention and the rights of a pupil. What goes leaves a `Grafsteen`."""

    def verlopen_inhoud(
        self, opgehaald_voor: datetime, verzameld_voor: datetime, aantal: int
    ) -> Sequence[tuple[ElkNummer, int]]:
        """Versions with content that was last handed over, or accepted, before these moments."""

    def wis_inhoud(self, elk_nummer: ElkNummer, nr: int, moment: datetime, reden: str) -> None:
        """Remove octets, evidence and report of a version; its facts stay, in quarantine, and equal to no push."""

    def wis_leerling(self, elk_nummer: ElkNummer, moment: datetime, reden: str) -> Mapping[str, int]:
        """Remove everything about a pupil but the audit and anonymous transfers; gives rows removed by kind."""

    def verwijder_gebeurtenissen_voor(self, moment: datetime) -> int:
        """Delete events of the feed from before that no webhook waits for; gives the number."""

    def verwijder_klaarzettingen_voor(self, moment: datetime) -> int:
        """Delete finished bulk orders from before, with their rows; gives the number of orders."""

    def grafstenen(self, elk_nummer: ElkNummer | None = None) -> Sequence[Grafsteen]:
        """What was removed, oldest first; of one pupil, or all."""


class OntvangenBerichten(Protocol):
    """Messages that other systems sent to points of ours."""

    def bewaar(self, bericht: OntvangenBericht) -> tuple[int, datetime | None]:
        """Keep one, the same one once; gives its id and when it came last before this, None for never."""

    def bericht(self, bericht_id: int) -> OntvangenBericht | None:
        """Find one."""

    def lijst(
        self, binnen: frozenset[Vestiging] | None, na: int, aantal: int
    ) -> tuple[Sequence[OntvangenBericht], int | None]:
        """One page, oldest first, and the cursor of the next or None; `binnen` None = all vestigingen."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what came last before; gives the number."""


@dataclass(frozen=True, slots=True)
class OphalingFilter:
    """What a list of fetches is limited to."""

    doel_brin: Brin | None = None
    lijst: str | None = None


class Ophalingen(Protocol):
    """Dossiers that we fetch as doel. PGN, what came in and what we found are encrypted."""

    def maak(self, ophaling: Ophaling, pgn: Pgn) -> None:
        """Add one."""

    def ophaling(self, ophaling_id: str) -> Ophaling | None:
        """Find one."""

    def bewaar(self, ophaling: Ophaling) -> Ophaling:
        """Store a step and give it with its new `revisie`.

        Raises `OpslagTegenstrijdig` when someone else stored a step since it was read: of two that do the same step,
        one goes on.
        """

    def pgn(self, ophaling_id: str) -> Pgn | None:
        """Whose dossier it is, decrypted."""

    def laatst_geslaagd(
        self, pgn: Pgn, doel_brin: Brin, bron: RouteringsKenmerk, soort: Overdrachtsoort
    ) -> Ophaling | None:
        """The newest one of this pupil that took a dossier of this aanleverpunt for this school."""

    def bewaar_document(self, ophaling_id: str, document: OpgehaaldDocument) -> None:
        """Add or replace what an aanleverpunt gave."""

    def document(self, ophaling_id: str, volgnummer: int) -> OpgehaaldDocument | None:
        """What an aanleverpunt gave, decrypted."""

    def oordeel(self, ophaling_id: str, volgnummer: int) -> OpgehaaldDocument | None:
        """The same with empty octets: report and changes only."""

    def lijst(self, filter: OphalingFilter, na: int, aantal: int) -> tuple[Sequence[Ophaling], int | None]:
        """One page, oldest first, and the cursor of the next or None."""

    def te_doen(self, nu: datetime, aantal: int) -> Sequence[str]:
        """Ids of those that are not finished and need not wait, oldest first."""

    def wis_inhoud_voor(self, moment: datetime) -> int:
        """Delete PGN and content of what was finished before; gives the number of fetches. Facts stay."""


@dataclass(frozen=True, slots=True)
class NotificatieFilter:
    """What a list of notifications is limited to; `binnen` None = all vestigingen."""

    status: NotificatieStatus | None = None
    binnen: frozenset[Vestiging] | None = None


class Notificaties(Protocol):
    """LAS systems that are to hear of a version, or heard of it."""

    def kandidaten(self, vanaf: datetime, onderweg_sinds: datetime, aantal: int) -> Sequence[ElkNummer]:
        """Pupils with a servable version that a request kept since `vanaf` has not received and was not told of.

        Of schools that notify by themselves, whose point is on. A delivery not (yet) handed over counts as received
        when it is from after `onderweg_sinds`.
        """

    def voeg_toe(self, taak: Notificatietaak) -> bool:
        """Add one; False when there is one for this version and doel."""

    def bewaar(self, taak: Notificatietaak) -> None:
        """Store what became of one that exists."""

    def taak(self, taak_id: int, *, vergrendel: bool = False) -> Notificatietaak | None:
        """Find one."""

    def van_dossier(self, elk_nummer: ElkNummer) -> Sequence[Notificatietaak]:
        """All about one pupil, oldest first."""

    def te_doen(self, nu: datetime, aantal: int) -> Sequence[int]:
        """Ids of open ones whose time has come, the longest waiting first."""

    def hervat(self, bron: Vestiging | None, nu: datetime) -> int:
        """Let open ones of a point (None: all) that were put off be looked at now; gives the number."""

    def lijst(self, filter: NotificatieFilter, na: int, aantal: int) -> tuple[Sequence[Notificatietaak], int | None]:
        """One page, oldest first, and the cursor of the next or None."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete finished ones from before; gives the number."""


class Schakelaars(Protocol):
    """What is off by hand."""

    def zet(self, schakelaar: Schakelaar) -> None:
        """Add or replace one."""

    def verwijder(self, bereik: Bereik) -> bool:
        """Take one away; tells whether it was there."""

    def alle(self) -> Sequence[Schakelaar]:
        """List all by bereik, those whose time is over too."""


class Rondes(Protocol):
    """Rounds that all processes together make once in a while."""

    def begin(self, naam: str, nu: datetime, elke: timedelta) -> bool:
        """Take the next round of this name; False when it was begun less than `elke` ago."""


class Signalen(Protocol):
    """What in the rows of transfers tells that something is wrong."""

    def verdacht(self, bron: Vestiging) -> Sequence[Verdacht]:
        """Newest versions in quarantine that this point delivered, by elkNummer."""

    def aantal_leveringen(
        self, elk_nummer: ElkNummer, versie: int, doel: RouteringsKenmerk, sinds: datetime, hoogstens: int
    ) -> int:
        """How often a version was given to a doel since a moment; counts no further than `hoogstens`."""

    def herhaald(self, bron: Vestiging, sinds: datetime, vanaf: int) -> Sequence[Herhaling]:
        """Versions that one doel got at least `vanaf` times from this point since a moment."""

    def laatste_leveringen(self, bron: Vestiging, aantal: int) -> Sequence[Levering]:
        """The newest deliveries of a point, newest first."""


class Herhalingen(Protocol):
    """Signed messages that were accepted, so that none is accepted twice."""

    def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
        """Remember a message, at least until `tot`, and tell whether it was new."""


class Werk(Protocol):
    """One transaction over the whole store."""

    @property
    def scholen(self) -> Scholen: ...
    @property
    def aanleverpunten(self) -> Aanleverpunten: ...
    @property
    def dossiers(self) -> Dossiers: ...
    @property
    def leveringen(self) -> Leveringen: ...
    @property
    def verzoeken(self) -> Verzoeken: ...
    @property
    def logboek(self) -> Logboek: ...
    @property
    def toegang(self) -> Toegang: ...
    @property
    def klaarzettingen(self) -> Klaarzettingen: ...
    @property
    def abonnementen(self) -> Abonnementen: ...
    @property
    def afleveringen(self) -> Afleveringen: ...
    @property
    def werkverdeling(self) -> Werkverdeling: ...
    @property
    def opruiming(self) -> Opruiming: ...
    @property
    def pogingen(self) -> Pogingen: ...
    @property
    def ophalingen(self) -> Ophalingen: ...
    @property
    def ontvangen(self) -> OntvangenBerichten: ...
    @property
    def herhalingen(self) -> Herhalingen: ...
    @property
    def notificaties(self) -> Notificaties: ...
    @property
    def schakelaars(self) -> Schakelaars: ...
    @property
    def rondes(self) -> Rondes: ...
    @property
    def signalen(self) -> Signalen: ...


class Opslag(Protocol):
    """The store."""

    def werk(self) -> AbstractContextManager[Werk]:
        """Open a writing transaction; durable when the block ends without exception.

        Raises `OpslagNietBeschikbaar` or `OpslagVol` when that cannot be had; nothing half is left then.
        """

    def lezen(self) -> AbstractContextManager[Werk]:
        """Open a reading transaction: one consistent state."""

    def controleer(self) -> None:
        """Ping for `/readyz`; raises `OpslagNietBeschikbaar`."""


# ------------------------------------------------------------------------------------------------- the other ports


class Klok(Protocol):
    """The time."""

    def nu(self) -> datetime:
        """Now, aware, UTC."""


class Toetser(Protocol):
    """Judges dossiers (gegevensset packs)."""

    def beoordeel(self, octets: bytes, *, documenten: Sequence[Document] = ()) -> Beoordeling:
        """Parse, append documents, check XSD, rules and attachments. Never raises on hostile input.

        Raises `gateway.domain.beoordeling.GeenXml` only when the body is not XML at all.
        """


class Ondertekenaar(Protocol):
    """Makes evidence."""

    def onderteken(self, octets: bytes) -> bytes:
        """Detached XAdES-B-B signature over the octets, as an XML file."""


class Zoeksleutels(Protocol):
    """Derives the zoeksleutel of a PGN (`messages.md`, Zoeksleutel and pgnfrag); costs about 13 ms, never cached."""

    def zoeksleutel(self, pgn: Pgn) -> Zoeksleutel:
        """Deterministic, equal at bron, doel and Traffic Center."""


class TrafficCenter(Protocol):
    """The national Traffic Center. Every call raises `TrafficCenterOnbereikbaar` when there is no valid answer."""

    def registreer(self, aanvraag: Registratieaanvraag) -> Registratieantwoord:
        """Register one of our points."""

    def sessiecontrole(self, vraag: Sessievraag) -> Sessieantwoord:
        """Check a session before anything about a pupil is looked up."""

    def overdracht(self, vraag: Overdrachtvraag) -> Overdrachtantwoord:
        """Open a session as doel."""

    def afmelding(self, melding: Afmelding) -> Resultaat:
        """Close a session with the best result."""

    def ping(self) -> bool:
        """Is it available? False when it says that it is not."""

    def melden_notificatie(self, melding: Notificatiemelding) -> Notificatieadres:
        """Announce a notification and learn where it goes."""

    def overzicht_aanleverpunt(self, vraag: Overzichtvraag) -> Overzichtantwoord:
        """List points; filter, and ask seldom."""


@dataclass(frozen=True, slots=True)
class Bronantwoord:
    """Answer of a bron, decoded, and the message octet for octet as it came in."""

    antwoord: Documentantwoord
    bericht: bytes = field(repr=False)


class Bronnen(Protocol):
    """Other systems that hold a dossier; where they are, the Traffic Center told. Nothing they say is trusted."""

    def vraag(self, url: str, vraag: Documentvraag, *, onderwerp: str | None = None) -> Bronantwoord:
        """Ask for a dossier at a base URL, over mutual TLS; `onderwerp` names the work it belongs to.

        Raises `BronOnbereikbaar`.
        """


class Vergelijker(Protocol):
    """Tells what changed."""

    def verschillen(self, oud: bytes, nieuw: bytes) -> tuple[Sectieverschil, ...]:
        """Sections in which two valid dossiers differ, in document order."""


class DoelOnbereikbaar(Exception):
    """A doel gave no valid answer. `om_ons`: it did answer, with a fault over what we sent: no use to repeat it."""

    def __init__(self, reden: str, *, om_ons: bool = False) -> None:
        super().__init__(reden)
        self.om_ons = om_ons


class Doelen(Protocol):
    """Other systems that are told that a dossier lies ready; where they are, the Traffic Center told."""

    def notificeer(self, url: str, notificatie: Notificatie) -> Resultaat:
        """Tell a doel at a base URL, over mutual TLS, and give its result. Raises `DoelOnbereikbaar`."""


class Webhookbode(Protocol):
    """Carries events to subscribers."""

    def stuur(self, abonnement: Abonnement, aflevering: Aflevering) -> Poging:
        """Send one event once, signed; never raises for what the other side does."""


class Zijwerk(Protocol):
    """Work beside the answers: durable, taken over by another process when this one dies."""

    def klaarzetten(self, opdracht_id: str) -> None:
        """Begin at a bulk order at once; without this call it would be found a moment later."""

    def ophalen(self, ophaling_id: str) -> None:
        """Begin at a fetch at once; as above."""


class Partijen(Protocol):
    """Who may speak for whom."""

    def bij_oin(self, oin: Oin) -> Partij | None:
        """Find a party."""

    def mag_spreken_voor(self, oin: Oin, brin: Brin, kenmerk: RouteringsKenmerk | None) -> bool:
        """May this OIN act for this school and point?"""


@dataclass(frozen=True, slots=True)
class LasOordeel:
    """What the LAS of a school thinks of a dossier: refused with a sentence, or taken, perhaps with a warning."""

    geweigerd: str | None = None
    waarschuwing: str | None = None


class LasProfielen(Protocol):
    """What each LAS takes (adapters)."""

    def oordeel(self, las: str | None, versie: Versie, bijlagen: Sequence[BijlageGegevens]) -> LasOordeel:
        """Judge a version for the LAS named; None = unknown, general budget."""

    def bestaat(self, las: str) -> bool:
        """Is there an adapter of this name?"""

    def namen(self) -> Sequence[str]:
        """Names of all LAS adapters."""


@dataclass(frozen=True, slots=True)
class Contactteksten:
    """Whom to call; texts from configuration that refusals show."""

    servicedesk: str = "OSO Servicedesk van Kennisnet"
    beheer: str = "de beheerder van deze gateway"


@dataclass(frozen=True, slots=True)
class Wereld:
    """All ports together: what a use case gets. `bootstrap` makes it; tests make it of fakes."""

    opslag: Opslag
    klok: Klok
    toetser: Toetser
    ondertekenaar: Ondertekenaar
    zoeksleutels: Zoeksleutels
    traffic_center: TrafficCenter
    partijen: Partijen
    las_profielen: LasProfielen
    soap_basis: str
    """Base URL that we register at the Traffic Center, with the message version, without service and closing slash."""
    contact: Contactteksten = field(default_factory=Contactteksten)
    bewaking: Bewaking = field(default_factory=Bewaking)
