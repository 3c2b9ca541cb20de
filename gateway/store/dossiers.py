"""Dossiers and their versions: writing, and reading the content of a version. Finding dossiers: `dossierlezer`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, text, update

from gateway.domain.beoordeling import BijlageGegevens
from gateway.domain.dossier import Dossier, Quarantaine, Versie, VersieInhoud
from gateway.domain.waarden import ElkNummer, Pgn, Vestiging
from gateway.ports import DossierFilter, OpslagTegenstrijdig
from gateway.store import dossierlezer
from gateway.store.coderen import bijlagen_octetten, bijlagen_uit, rapport_octetten, rapport_uit
from gateway.store.dossierlezer import PGN, TEGENHOUDEN
from gateway.store.sessie import Sessie, Upsert
from gateway.store.soorten import vestigingen_tekst
from gateway.store.tabellen import dossier as d
from gateway.store.tabellen import versie as v
from gateway.store.tabellen import versie_bewijs as bewijs
from gateway.store.tabellen import versie_octets as octets
from gateway.store.vast import Vast

OCTETS, HANDTEKENING = "versie_octets.octets", "versie_bewijs.handtekening"
RAPPORT, BIJLAGEN = "versie_bewijs.rapport", "versie_bewijs.bijlagen"

# What follows from versions and deliveries is written where those are written.
_AFGELEID = frozenset(
    {"versie", "pgn", "pgn_index", "opgehaald_levering", "opgehaald_moment", "opgehaald_brin", "opgehaald_systeem"}
)
_BEWAAR = Upsert(d, behoud=_AFGELEID)
# An advisory lock, because a row that is not there yet cannot be locked and two first pushes must wait for each other.
_VERGRENDEL = text("SELECT pg_advisory_xact_lock(hashtextextended('dossier:' || :elk, 0))")
_WIJS_AAN = Vast(
    update(d)
    .where(d.c.elk_nummer == bindparam("elk"), or_(d.c.versie.is_(None), d.c.versie < bindparam("nr")))
    .values(
        versie=bindparam("nr"),
        pgn=func.coalesce(d.c.pgn, bindparam("b_pgn", type_=d.c.pgn.type)),
        pgn_index=func.coalesce(d.c.pgn_index, bindparam("b_index", type_=d.c.pgn_index.type)),
    )
)
_VERSIE = Vast(insert(v))
_VOEG_OCTETS = Vast(insert(octets))
_VOEG_BEWIJS = Vast(insert(bewijs))
_QUARANTAINE = (
    update(v)
    .where(v.c.elk_nummer == bindparam("elk"), v.c.versie == bindparam("nr"))
    .values(quarantaine_moment=bindparam("b_moment"), quarantaine_reden=bindparam("b_reden"))
)
_LEES_VERSIE = Vast(select(v).where(v.c.elk_nummer == bindparam("elk"), v.c.versie == bindparam("nr")))
_LEES_OCTETS = Vast(
    select(octets.c.octets).where(octets.c.elk_nummer == bindparam("elk"), octets.c.versie == bindparam("nr"))
)
_LEES_BIJLAGEN = select(bewijs.c.bijlagen).where(
    bewijs.c.elk_nummer == bindparam("elk"), bewijs.c.versie == bindparam("nr")
)
_LEES_INHOUD = (
    select(octets.c.octets, bewijs.c.handtekening, bewijs.c.rapport, bewijs.c.bijlagen)
    .join_from(bewijs, octets, (octets.c.elk_nummer == bewijs.c.elk_nummer) & (octets.c.versie == bewijs.c.versie))
    .where(bewijs.c.elk_nummer == bindparam("elk"), bewijs.c.versie == bindparam("nr"))
)
# No version has a higher number; a larger one from outside would not fit in the column.
_HOOGSTE_VERSIE = 2**31 - 1


class SqlDossiers:
    """Dossiers and their versions."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def dossier(self, elk_nummer: ElkNummer, *, vergrendel: bool = False) -> Dossier | None:
        """Find one; `vergrendel` holds others off until the transaction ends, also when it is not there yet."""
        if vergrendel and self._sessie.postgres and self._sessie.schrijvend:
            self._sessie.lees(_VERGRENDEL, {"elk": elk_nummer.waarde})
        return dossierlezer.een(self._sessie, elk_nummer)

    def bewaar(self, dossier: Dossier) -> None:
        """Store context, klaarzetting, former placements and last refusal; never versions or deliveries."""
        _BEWAAR(self._sessie, self._rij(dossier))

    def _rij(self, dossier: Dossier) -> dict[str, Any]:
        elk, context = dossier.elk_nummer.waarde, dossier.context
        klaar, afgekeurd = dossier.klaarzetting, dossier.laatst_afgekeurd
        return {
            "elk_nummer": elk,
            "plaatsing_brin": context.plaatsing.brin.waarde if context.plaatsing else None,
            "plaatsing_vestigingscode": context.plaatsing.code if context.plaatsing else None,
            "herkomst": context.herkomst.value,
            "oki_doc_vrijgegeven": context.oki_doc_vrijgegeven,
            "tegenhouden": self._sessie.versleutel(context.tegenhouden, TEGENHOUDEN, elk),
            "klaargezet_brin": klaar.plaatsing.brin.waarde if klaar else None,
            "klaargezet_vestigingscode": klaar.plaatsing.code if klaar else None,
            "klaargezet_moment": klaar.moment if klaar else None,
            "klaargezet_account": klaar.account if klaar else None,
            "einde": dossier.einde.value if dossier.einde else None,
            "vorige_plaatsingen": vestigingen_tekst(dossier.vorige_plaatsingen),
            "revisie": dossier.revisie,
            "afgekeurd_moment": afgekeurd.moment if afgekeurd else None,
            "afgekeurd_aantal_fouten": afgekeurd.aantal_fouten if afgekeurd else None,
        }

    def voeg_versie_toe(self, elk_nummer: ElkNummer, versie: Versie, inhoud: VersieInhoud, pgn: Pgn | None) -> None:
        """Add an immutable version; sets the PGN of the dossier when it had none. The dossier row must exist."""
        s, elk, nr = self._sessie, elk_nummer.waarde, versie.versie
        aangewezen = s.schrijf(
            _WIJS_AAN,
            {
                "elk": elk,
                "nr": nr,
                "b_pgn": s.versleutel(pgn.waarde, PGN, elk) if pgn else None,
                "b_index": s.kluis.index(pgn) if pgn else None,
            },
        )
        if aangewezen.rowcount != 1:
            raise OpslagTegenstrijdig("Het dossier ontbreekt of heeft al een versie met dit nummer of een hoger.")
        s.schrijf(_VERSIE, _versierij(elk, versie))
        sleutel: dict[str, Any] = {"elk_nummer": elk, "versie": nr}
        s.schrijf(_VOEG_OCTETS, sleutel | {"octets": s.versleutel(inhoud.octets, OCTETS, elk, nr)})
        s.schrijf(
            _VOEG_BEWIJS,
            sleutel
            | {
                "handtekening": s.versleutel(inhoud.handtekening, HANDTEKENING, elk, nr),
                "rapport": s.versleutel(rapport_octetten(inhoud.rapport), RAPPORT, elk, nr),
                "bijlagen": s.versleutel(bijlagen_octetten(inhoud.bijlagen), BIJLAGEN, elk, nr),
            },
        )

    def versie(self, elk_nummer: ElkNummer, nr: int) -> Versie | None:
        """Facts of one version."""
        rij = self._bij(_LEES_VERSIE, elk_nummer, nr)
        return dossierlezer.versie_uit(rij) if rij is not None else None

    def inhoud(self, elk_nummer: ElkNummer, nr: int) -> VersieInhoud | None:
        """Octets, evidence, report and attachments of one version, decrypted."""
        rij = self._bij(_LEES_INHOUD, elk_nummer, nr)
        if rij is None:
            return None
        s, elk = self._sessie, elk_nummer.waarde
        return VersieInhoud(
            octets=s.ontsleutel(rij.octets, OCTETS, elk, nr),
            handtekening=s.ontsleutel(rij.handtekening, HANDTEKENING, elk, nr),
            rapport=rapport_uit(s.ontsleutel(rij.rapport, RAPPORT, elk, nr)),
            bijlagen=bijlagen_uit(s.ontsleutel(rij.bijlagen, BIJLAGEN, elk, nr)),
        )

    def octets(self, elk_nummer: ElkNummer, nr: int) -> bytes | None:
        """Only the octets: the hot path of a pull."""
        rij = self._bij(_LEES_OCTETS, elk_nummer, nr)
        return self._sessie.ontsleutel(rij.octets, OCTETS, elk_nummer.waarde, nr) if rij is not None else None

    def bijlagen(self, elk_nummer: ElkNummer, nr: int) -> tuple[BijlageGegevens, ...]:
        """Only the facts of the attachments, without reading the octets: klaarzetten in bulk."""
        rij = self._bij(_LEES_BIJLAGEN, elk_nummer, nr)
        if rij is None:
            return ()
        return bijlagen_uit(self._sessie.ontsleutel(rij.bijlagen, BIJLAGEN, elk_nummer.waarde, nr))

    def zet_quarantaine(self, elk_nummer: ElkNummer, nr: int, quarantaine: Quarantaine) -> None:
        """Mark a version as suspect."""
        waarden = {
            "elk": elk_nummer.waarde,
            "nr": nr,
            "b_moment": quarantaine.moment,
            "b_reden": quarantaine.reden,
        }
        if self._sessie.schrijf(_QUARANTAINE, waarden).rowcount != 1:
            raise OpslagTegenstrijdig("De versie die in quarantaine moet, bestaat niet.")

    def met_pgn(self, pgn: Pgn, bron: Vestiging, *, vergrendel: bool = False) -> Sequence[Dossier]:
        """Dossiers of this pupil that are, or ever were, placed at this vestiging; the one set ready last first.

        `vergrendel` holds others off those found until the transaction ends.
        """
        gevonden = dossierlezer.met_pgn(self._sessie, pgn, bron)
        if not (vergrendel and gevonden and self._sessie.postgres and self._sessie.schrijvend):
            return gevonden
        vast = sorted(dossier.elk_nummer.waarde for dossier in gevonden)
        for elk in vast:
            self._sessie.lees(_VERGRENDEL, {"elk": elk})
        nu = dossierlezer.met_pgn(self._sessie, pgn, bron)
        return [dossier for dossier in nu if dossier.elk_nummer.waarde in vast]

    def lijst(self, filter: DossierFilter, na: str | None, aantal: int) -> tuple[Sequence[Dossier], str | None]:
        """One page by elkNummer text, and the cursor of the next or None."""
        return dossierlezer.lijst(self._sessie, filter, na, aantal)

    def _bij(self, opdracht: Any, elk_nummer: ElkNummer, nr: int) -> Any:
        if not 0 < nr <= _HOOGSTE_VERSIE:
            return None
        return self._sessie.lees(opdracht, {"elk": elk_nummer.waarde, "nr": nr}).first()


def _versierij(elk: str, versie: Versie) -> dict[str, Any]:
    quarantaine = versie.quarantaine
    return {
        "elk_nummer": elk,
        "versie": versie.versie,
        "sha256": versie.sha256,
        "vergelijking": versie.vergelijking,
        "verzameldatum": versie.verzameldatum,
        "gegevensset_versie": versie.gegevensset_versie,
        "profiel": versie.profiel,
        "overdrachtsoort": versie.overdrachtsoort.value,
        "grootte": versie.grootte,
        "heeft_pgn": versie.heeft_pgn,
        "inzage_ontbreekt": versie.inzage_ontbreekt,
        "quarantaine_moment": quarantaine.moment if quarantaine else None,
        "quarantaine_reden": quarantaine.reden if quarantaine else None,
    }
