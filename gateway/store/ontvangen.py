"""Messages that other systems sent us; what may say something of a child is encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.ontvangen import Berichtsoort, OntvangenBericht
from gateway.domain.overdracht import Adresblok
from gateway.domain.waarden import Brin, Doel, Koppelsleutel, Oin, RouteringsKenmerk, SessieId, Vestiging
from gateway.store.dossierlezer import binnen as binnen_kolommen
from gateway.store.sessie import Sessie
from gateway.store.soorten import cursor_nummer
from gateway.store.tabellen import ontvangen_bericht as t

TEKST = "ontvangen_bericht.tekst"
KOPPELSLEUTEL = "ontvangen_bericht.koppelsleutel"

_VOEG_TOE = {
    "sqlite": sqlite.insert(t).on_conflict_do_nothing().returning(t.c.id),
    "postgresql": postgresql.insert(t).on_conflict_do_nothing().returning(t.c.id),
}
# Found under every live key: a message that came before the keys were changed is still the same one.
_EERDER = (
    select(t.c.id, t.c.laatst, t.c.aantal)
    .where(t.c.vingerafdruk.in_(bindparam("v", expanding=True)))
    .order_by(t.c.id)
    .limit(1)
)
_NOGMAALS = update(t).where(t.c.id == bindparam("i")).values(laatst=bindparam("b_laatst"), aantal=t.c.aantal + 1)
_EEN = select(t).where(t.c.id == bindparam("i"))
_BLADZIJDE = select(t).where(t.c.id > bindparam("na")).order_by(t.c.id).limit(bindparam("aantal"))
_VERWIJDER = delete(t).where(t.c.laatst < bindparam("voor"))


class SqlOntvangenBerichten:
    """Messages that other systems sent to points of ours."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def bewaar(self, bericht: OntvangenBericht) -> tuple[int, datetime | None]:
        """Keep one, the same one once; gives its id and when it came last before this, None for never."""
        self._sessie.eis_schrijvend()
        vingerafdrukken = self._sessie.kluis.pseudoniemen(_herkenning(bericht))
        nogmaals = self._nogmaals(vingerafdrukken, bericht.moment)
        if nogmaals is not None:
            return nogmaals
        rij = self._rij(bericht, vingerafdrukken[0])
        nummer = self._sessie.schrijf(_VOEG_TOE[self._sessie.verbinding.dialect.name], rij).scalar()
        if nummer is not None:
            return int(nummer), None
        # Another process took the same message at the same moment: it waited for the other's commit, and finds it now.
        gevonden = self._nogmaals(vingerafdrukken, bericht.moment)
        if gevonden is None:
            raise AssertionError("a fingerprint that is taken can be found")
        return gevonden

    def _nogmaals(self, vingerafdrukken: Sequence[str], moment: datetime) -> tuple[int, datetime] | None:
        opdracht = _EERDER.with_for_update() if self._sessie.postgres else _EERDER
        eerder = self._sessie.lees(opdracht, {"v": list(vingerafdrukken)}).first()
        if eerder is None:
            return None
        self._sessie.schrijf(_NOGMAALS, {"i": eerder.id, "b_laatst": moment})
        return eerder.id, eerder.laatst

    def _rij(self, bericht: OntvangenBericht, vingerafdruk: str) -> dict[str, Any]:
        adres = bericht.adres
        sleutel = bericht.koppelsleutel
        return {
            "vingerafdruk": vingerafdruk,
            "soort": bericht.soort.value,
            "moment": bericht.moment,
            "laatst": bericht.moment,
            "aantal": 1,
            "brin": bericht.vestiging.brin.waarde,
            "vestigingscode": bericht.vestiging.code,
            "afzender_brin": bericht.afzender_brin.waarde,
            "afzender_kenmerk": bericht.afzender_kenmerk.waarde if bericht.afzender_kenmerk else None,
            "oin": bericht.oin.waarde,
            "systeem": bericht.systeem,
            "bron_brin": adres.bron_brin.waarde,
            "bron_kenmerk": adres.bron_kenmerk.waarde if adres.bron_kenmerk else None,
            "doel_brin": adres.doel_brin.waarde,
            "doel_kenmerk": adres.doel_kenmerk.waarde,
            "doel": bericht.doel.value if bericht.doel else None,
            "sessie_id": bericht.sessie_id.waarde if bericht.sessie_id else None,
            "aanvraagdatum": bericht.aanvraagdatum,
            "koppelsleutel": self._sessie.versleutel(
                sleutel.waarde if sleutel is not None else None, KOPPELSLEUTEL, vingerafdruk
            ),
            "tekst": self._sessie.versleutel(bericht.tekst, TEKST, vingerafdruk),
        }

    def bericht(self, bericht_id: int) -> OntvangenBericht | None:
        """Find one."""
        rij = self._sessie.lees(_EEN, {"i": cursor_nummer(bericht_id)}).first()
        return self._uit(rij) if rij is not None else None

    def lijst(
        self, binnen: frozenset[Vestiging] | None, na: int, aantal: int
    ) -> tuple[Sequence[OntvangenBericht], int | None]:
        """One page, oldest first, and the cursor of the next or None; `binnen` None = all vestigingen."""
        aantal = max(1, aantal)
        opdracht = _BLADZIJDE
        if binnen is not None:
            opdracht = opdracht.where(binnen_kolommen(t.c.brin, t.c.vestigingscode, binnen))
        rijen = self._sessie.lees(opdracht, {"na": cursor_nummer(na), "aantal": aantal + 1}).all()
        bladzijde = [self._uit(rij) for rij in rijen[:aantal]]
        return bladzijde, bladzijde[-1].id if len(rijen) > aantal else None

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what came last before; gives the number."""
        return self._sessie.schrijf(_VERWIJDER, {"voor": moment}).rowcount

    def _uit(self, rij: Any) -> OntvangenBericht:
        return OntvangenBericht(
            soort=Berichtsoort(rij.soort),
            moment=rij.moment,
            vestiging=Vestiging.van(rij.brin, rij.vestigingscode),
            afzender_brin=Brin(rij.afzender_brin),
            afzender_kenmerk=RouteringsKenmerk(rij.afzender_kenmerk) if rij.afzender_kenmerk is not None else None,
            oin=Oin(rij.oin),
            systeem=rij.systeem,
            adres=Adresblok(
                Brin(rij.bron_brin),
                RouteringsKenmerk(rij.bron_kenmerk) if rij.bron_kenmerk is not None else None,
                Brin(rij.doel_brin),
                RouteringsKenmerk(rij.doel_kenmerk),
            ),
            doel=Doel(rij.doel) if rij.doel is not None else None,
            sessie_id=SessieId(rij.sessie_id) if rij.sessie_id is not None else None,
            aanvraagdatum=rij.aanvraagdatum,
            koppelsleutel=Koppelsleutel(sleutel) if (sleutel := self._open(rij, "koppelsleutel")) else None,
            tekst=self._open(rij, "tekst"),
            laatst=rij.laatst,
            aantal=rij.aantal,
            id=rij.id,
        )

    def _open(self, rij: Any, kolom: str) -> str | None:
        geheim = getattr(rij, kolom)
        if geheim is None:
            return None
        return self._sessie.ontsleutel(geheim, f"ontvangen_bericht.{kolom}", rij.vingerafdruk).decode("utf-8")


def _herkenning(bericht: OntvangenBericht) -> str:
    """Text that the kluis makes the fingerprint of; its beginning keeps it apart from pseudonyms of persons."""
    return f"ontvangen-bericht\n{bericht.inhoud()}"
