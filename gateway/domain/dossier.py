"""A dossier: immutable versions (content), context (placement …), klaarzetting. The dot is derived, never set.

Source of every rule here: `interfaces.md`, "How a dossier behaves".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.beoordeling import BijlageGegevens, Rapport
from gateway.domain.waarden import Brin, ElkNummer, Herkomst, Overdrachtsoort, Pgn, Vestiging


class Status(StrEnum):
    """The dot: white (not set ready), blue (ready, newest version not handed over), green (handed over)."""

    WIT = "wit"
    BLAUW = "blauw"
    GROEN = "groen"


class Einde(StrEnum):
    """Why the last klaarzetting ended."""

    INGETROKKEN = "ingetrokken"
    PLAATSING = "plaatsing"
    HERKOMST = "herkomst"


class Uitkomstcode(StrEnum):
    """Why a pupil was not set ready, in the order in which they are looked at."""

    LEERLING_ONBEKEND = "LeerlingOnbekend"
    BUITENLEERLING = "Buitenleerling"
    PARTICULIERE_SCHOOL = "ParticuliereSchool"
    NIET_GEPLAATST = "NietGeplaatst"
    OKI_DOC_NIET_VRIJGEGEVEN = "OkiDocNietVrijgegeven"
    GEEN_PGN = "GeenPgn"
    GEEN_GELDIG_DOSSIER = "GeenGeldigDossier"
    NIET_GESCHIKT_VOOR_LAS = "NietGeschiktVoorLas"
    AANLEVERPUNT_NIET_GEREGISTREERD = "AanleverpuntNietGeregistreerd"
    AANLEVERPUNT_UITGEZET = "AanleverpuntUitgezet"
    INTERNE_FOUT = "InterneFout"
    """Our own fault; beyond the contract's list, so that one pupil never holds up an order."""


class NietOphaalbaar(StrEnum):
    """`reden` of a dossier that cannot be fetched now."""

    GEEN_GELDIG_DOSSIER = "GeenGeldigDossier"
    NIET_KLAARGEZET = "NietKlaargezet"
    GEEN_PGN = "GeenPgn"
    OKI_DOC_NIET_VRIJGEGEVEN = "OkiDocNietVrijgegeven"
    TEGENGEHOUDEN = "Tegengehouden"
    IN_QUARANTAINE = "InQuarantaine"
    INHOUD_VERWIJDERD = "InhoudVerwijderd"
    AANLEVERPUNT_NIET_GEREGISTREERD = "AanleverpuntNietGeregistreerd"
    AANLEVERPUNT_UITGEZET = "AanleverpuntUitgezet"


@dataclass(frozen=True, slots=True)
class Context:
    """What ELK says about the pupil beside the dossier; taking it makes no version and turns no dot."""

    plaatsing: Vestiging | None = None
    herkomst: Herkomst = Herkomst.REGULIER
    oki_doc_vrijgegeven: bool = False
    tegenhouden: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Klaarzetting:
    """A dossier set ready for one placement, by an account that OSO demands to be traceable."""

    plaatsing: Vestiging
    moment: datetime
    account: str


@dataclass(frozen=True, slots=True)
class Quarantaine:
    """The Traffic Center switched our point off because of this version; ends with a new version."""

    moment: datetime
    reden: str


@dataclass(frozen=True, slots=True)
class Versie:
    """Facts of one accepted version. `sha256` lower-case hex over the octets; `vergelijking` leaves the date out."""

    versie: int
    sha256: str
    vergelijking: bytes
    verzameldatum: datetime
    gegevensset_versie: str
    profiel: str
    overdrachtsoort: Overdrachtsoort
    grootte: int
    heeft_pgn: bool
    inzage_ontbreekt: bool
    """An inzage block is there and says that the parents have not seen the dossier (profile BB only)."""
    quarantaine: Quarantaine | None = None
    verwijderd: datetime | None = None
    """Since when its content is gone (retention); the facts stay."""

    @property
    def uitleverbaar(self) -> bool:
        """True when the content is there and not suspected."""
        return self.quarantaine is None and self.verwijderd is None


@dataclass(frozen=True, slots=True)
class VersieInhoud:
    """What is kept of a version beside its facts, encrypted at rest; immutable."""

    octets: bytes = field(repr=False)
    handtekening: bytes = field(repr=False)
    rapport: Rapport
    bijlagen: tuple[BijlageGegevens, ...]


@dataclass(frozen=True, slots=True)
class Afkeuring:
    """The last push that was refused, cleared by an accepted one."""

    moment: datetime
    aantal_fouten: int


@dataclass(frozen=True, slots=True)
class Opgehaald:
    """The last delivery that was handed over in full."""

    moment: datetime
    brin: Brin
    systeem: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """One pupil in ELK: context, klaarzetting and the newest version, as one consistent whole.

    `revisie` counts changes of context; `overgedragen_aan` names the schools (BRIN) that the newest version was
    handed over to, `opgehaald` the last delivery handed over of any version.
    """

    elk_nummer: ElkNummer
    context: Context = field(default_factory=Context)
    klaarzetting: Klaarzetting | None = None
    einde: Einde | None = None
    vorige_plaatsingen: frozenset[Vestiging] = frozenset()
    nieuwste: Versie | None = None
    pgn: Pgn | None = None
    revisie: int = 0
    laatst_afgekeurd: Afkeuring | None = None
    overgedragen_aan: frozenset[Brin] = frozenset()
    opgehaald: Opgehaald | None = None

    @property
    def status(self) -> Status:
        """The dot."""
        if self.klaarzetting is None:
            return Status.WIT
        return Status.GROEN if self.klaarzetting.plaatsing.brin in self.overgedragen_aan else Status.BLAUW

    @property
    def etag(self) -> str:
        """Strong ETag text (without quotes): changes with every version and every change of context, only then."""
        return f"{self.nieuwste.versie if self.nieuwste else 0}-{self.revisie}"

    @property
    def buitenleerling(self) -> bool:
        """ELK has no oki-doc of this pupil, by number or by context."""
        return self.elk_nummer.buitenleerling or self.context.herkomst is Herkomst.BUITENLEERLING

    def met_context(self, nieuw: Context) -> Dossier:
        """Take a new context; a changed placement or another herkomst ends the klaarzetting."""
        if nieuw == self.context and (self.revisie or self.nieuwste is not None):
            return self
        vorige, klaar, einde = self.vorige_plaatsingen, self.klaarzetting, self.einde
        if self.context.plaatsing is not None and nieuw.plaatsing != self.context.plaatsing:
            vorige = vorige | {self.context.plaatsing}
            klaar, einde = None, Einde.PLAATSING if klaar else einde
        if nieuw.herkomst is not Herkomst.REGULIER and klaar is not None:
            klaar, einde = None, Einde.HERKOMST
        return replace(
            self, context=nieuw, vorige_plaatsingen=vorige, klaarzetting=klaar, einde=einde, revisie=self.revisie + 1
        )

    def klaargezet(self, plaatsing: Vestiging, moment: datetime, account: str) -> Dossier:
        """Set ready for its placement; the caller has looked at `weigering` first. Already ready: unchanged."""
        if self.klaarzetting is not None:
            return self
        return replace(self, klaarzetting=Klaarzetting(plaatsing, moment, account), einde=None)

    def ingetrokken(self) -> Dossier:
        """Back to white by order of ELK or the locatiebeheerder."""
        if self.klaarzetting is None:
            return self
        return replace(self, klaarzetting=None, einde=Einde.INGETROKKEN)

    def weigering(self) -> Uitkomstcode | None:
        """First reason in the pupil and the dossier why it may not be set ready; LAS and aanleverpunt come after."""
        if self.buitenleerling:
            return Uitkomstcode.BUITENLEERLING
        if self.context.herkomst is Herkomst.PARTICULIER:
            return Uitkomstcode.PARTICULIERE_SCHOOL
        if self.context.plaatsing is None:
            return Uitkomstcode.NIET_GEPLAATST
        if not self.context.oki_doc_vrijgegeven:
            return Uitkomstcode.OKI_DOC_NIET_VRIJGEGEVEN
        if self.nieuwste is not None and not self.nieuwste.heeft_pgn:
            return Uitkomstcode.GEEN_PGN
        if self.nieuwste is None or not self.nieuwste.uitleverbaar:
            return Uitkomstcode.GEEN_GELDIG_DOSSIER
        return None

    @staticmethod
    def weigering_punt(punt: Aanleverpunt | None) -> Uitkomstcode | None:
        """Reason why nothing may be set ready at this aanleverpunt."""
        if punt is None or punt.status in (AanleverpuntStatus.NIEUW, AanleverpuntStatus.GEWEIGERD):
            return Uitkomstcode.AANLEVERPUNT_NIET_GEREGISTREERD
        if punt.status is AanleverpuntStatus.UITGEZET:
            return Uitkomstcode.AANLEVERPUNT_UITGEZET
        return None

    def niet_ophaalbaar(self, punt: Aanleverpunt | None) -> NietOphaalbaar | None:
        """Why a LAS would not get it now; None when it would."""
        inhoudelijk = self.tegengehouden()
        if inhoudelijk is not None:
            return inhoudelijk
        code = self.weigering_punt(punt)
        return NietOphaalbaar(code.value) if code is not None else None

    def tegengehouden(self) -> NietOphaalbaar | None:
        """Why it is not to be had, the aanleverpunt aside: the LAS hears that it is not ready."""
        if self.nieuwste is None:
            return NietOphaalbaar.GEEN_GELDIG_DOSSIER
        if self.nieuwste.verwijderd is not None:
            return NietOphaalbaar.INHOUD_VERWIJDERD
        if self.klaarzetting is None:
            return NietOphaalbaar.NIET_KLAARGEZET
        if not self.nieuwste.heeft_pgn:
            # A newer version without the number that a LAS asks for: its receiver would refuse it.
            return NietOphaalbaar.GEEN_PGN
        if not self.context.oki_doc_vrijgegeven:
            return NietOphaalbaar.OKI_DOC_NIET_VRIJGEGEVEN
        if self.context.tegenhouden is not None:
            return NietOphaalbaar.TEGENGEHOUDEN
        if self.nieuwste.quarantaine is not None:
            return NietOphaalbaar.IN_QUARANTAINE
        return None
