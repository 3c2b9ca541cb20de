"""What other systems send us unasked: a notificatie at our doel side, a terugkoppeling at our bron side.

Who sends, who receives:

- A **notificatie** goes from bron to doel: the certificate must speak for the bron, the doel is a point of ours.
- A **terugkoppeling** comes from an SWV at the service `/bron`. The wiki is of two minds: the page Initiëren keeps bron
  and doel as in the exchange before (we are the bron), the page Versturen turns them round (we are the doel). Both
  are taken: the side that is a point of ours receives (the bron first, as the service is called), and the certificate
  must speak for the other side. So neither reading lets anyone in who could not come in under the other.

Source: `protocol.md`, 8 and 9 (naming trap); `messages.md`; wiki OSO:2022/Versturen Notificatie.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.logboek import AuditRegel, Gebeurtenis, GebeurtenisType, Gegeven
from gateway.domain.ontvangen import Berichtsoort, OntvangenBericht
from gateway.domain.overdracht import Adresblok, Notificatie, Terugkoppeling
from gateway.domain.partij import Partij
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, RouteringsKenmerk, Vestiging
from gateway.ports import Wereld, Werk
from gateway.usecases.uitleveren import PartijGeweigerd

_SOORTEN = {
    Berichtsoort.NOTIFICATIE: GebeurtenisType.NOTIFICATIE_ONTVANGEN,
    Berichtsoort.TERUGKOPPELING: GebeurtenisType.TERUGKOPPELING_ONTVANGEN,
}


@dataclass(frozen=True, slots=True)
class _Kant:
    """One side of an address block."""

    brin: Brin
    kenmerk: RouteringsKenmerk | None


@dataclass(frozen=True, slots=True)
class _Post:
    """Who sent a message, and which point of ours it is for."""

    afzender: _Kant
    vestiging: Vestiging


def neem_notificatie(wereld: Wereld, bericht: Notificatie, partij: Partij) -> Resultaat:
    """Take a notification: a dossier lies ready at the bron. Raises `PartijGeweigerd`."""
    bron, doel = _kanten(bericht.adres)
    post = _eis_post(wereld, partij, Berichtsoort.NOTIFICATIE, [(bron, doel)])
    nu = wereld.klok.nu()
    _bewaar(
        wereld,
        OntvangenBericht(
            Berichtsoort.NOTIFICATIE,
            nu,
            post.vestiging,
            post.afzender.brin,
            post.afzender.kenmerk,
            partij.oin,
            partij.systeem,
            bericht.adres,
            doel=bericht.doel,
            sessie_id=bericht.sessie_id,
            aanvraagdatum=bericht.aanvraagdatum,
            koppelsleutel=bericht.koppelsleutel,
        ),
        Resultaat.NOTIFICATIE_BEVESTIGD,
    )
    return Resultaat.NOTIFICATIE_BEVESTIGD


def neem_terugkoppeling(wereld: Wereld, bericht: Terugkoppeling, partij: Partij) -> Resultaat:
    """Take feedback of an SWV about a dossier. Raises `PartijGeweigerd`."""
    bron, doel = _kanten(bericht.adres)
    post = _eis_post(wereld, partij, Berichtsoort.TERUGKOPPELING, [(doel, bron), (bron, doel)])
    nu = wereld.klok.nu()
    _bewaar(
        wereld,
        OntvangenBericht(
            Berichtsoort.TERUGKOPPELING,
            nu,
            post.vestiging,
            post.afzender.brin,
            post.afzender.kenmerk,
            partij.oin,
            partij.systeem,
            bericht.adres,
            koppelsleutel=bericht.koppelsleutel,
            tekst=bericht.tekst,
        ),
        Resultaat.TERUGKOPPELING_BEVESTIGD,
    )
    return Resultaat.TERUGKOPPELING_BEVESTIGD


def _kanten(adres: Adresblok) -> tuple[_Kant, _Kant]:
    return _Kant(adres.bron_brin, adres.bron_kenmerk), _Kant(adres.doel_brin, adres.doel_kenmerk)


def _eis_post(wereld: Wereld, partij: Partij, soort: Berichtsoort, lezingen: Sequence[tuple[_Kant, _Kant]]) -> _Post:
    """Find the reading (sender, receiver) that holds; who may speak for no sender never hears which points are ours."""
    with wereld.opslag.lezen() as werk:
        mogelijk = [
            (afzender, ontvanger)
            for afzender, ontvanger in lezingen
            # Of one school several systems have a point each. Ours is never the sender of what comes in.
            if wereld.partijen.mag_spreken_voor(partij.oin, afzender.brin, afzender.kenmerk)
            and _ons_punt(werk, afzender) is None
        ]
        gevonden = [(afzender, _ons_punt(werk, ontvanger)) for afzender, ontvanger in mogelijk]
    for afzender, vestiging in gevonden:
        if vestiging is not None:
            return _Post(afzender, vestiging)
    raise _weiger(wereld, partij, soort, "BronHoortNietBijSysteem" if mogelijk else "CertificaatHoortNietBijPartij")


def _ons_punt(werk: Werk, kant: _Kant) -> Vestiging | None:
    punt = werk.aanleverpunten.bij_kenmerk(kant.brin, kant.kenmerk) if kant.kenmerk is not None else None
    return punt.vestiging if punt is not None else None


def _weiger(wereld: Wereld, partij: Partij, soort: Berichtsoort, code: str) -> PartijGeweigerd:
    with wereld.opslag.werk() as werk:
        werk.logboek.audit(AuditRegel(wereld.klok.nu(), f"{soort}-ontvangen", code, partij=partij.oin))
    if code == "CertificaatHoortNietBijPartij":
        return PartijGeweigerd(
            code,
            "Het certificaat van deze verbinding hoort niet bij de afzender in het bericht.",
            "Controleer BRIN en routeringskenmerk van de afzender, en of dit certificaat daarvoor mag spreken.",
        )
    return PartijGeweigerd(
        code,
        "De ontvanger in het bericht is geen aanleverpunt van dit systeem.",
        "Gebruik het adres en het routeringskenmerk die het Traffic Center bij de melding gaf.",
    )


def _bewaar(wereld: Wereld, bericht: OntvangenBericht, resultaat: Resultaat) -> None:
    """Keep, put on record and pass on, all before the answer."""
    with wereld.opslag.werk() as werk:
        bericht_id, vorige = werk.ontvangen.bewaar(bericht)
        werk.logboek.audit(
            AuditRegel(
                bericht.moment,
                f"{bericht.soort}-ontvangen",
                resultaat.value,
                partij=bericht.oin,
                bijzonderheden={
                    "bericht": bericht_id,
                    "vestiging": str(bericht.vestiging),
                    "afzenderBrin": bericht.afzender_brin.waarde,
                    "sessieId": bericht.sessie_id.waarde if bericht.sessie_id else None,
                    "herhaling": vorige is not None,
                },
            )
        )
        if bericht.is_nieuws(vorige):
            _meld(werk, bericht, bericht_id, bericht.moment)


def _meld(werk: Werk, bericht: OntvangenBericht, bericht_id: int, moment: datetime) -> None:
    """Tell the core application that there is something; what it says, it reads over REST."""
    gegevens: dict[str, Gegeven] = {
        "id": bericht_id,
        "brin": bericht.vestiging.brin.waarde,
        "vestigingscode": bericht.vestiging.code,
        "afzenderBrin": bericht.afzender_brin.waarde,
        "sessieId": bericht.sessie_id.waarde if bericht.sessie_id else None,
    }
    onderwerp = f"ontvangen-bericht/{bericht_id}"
    werk.logboek.gebeurtenis(Gebeurtenis(str(uuid.uuid4()), _SOORTEN[bericht.soort], moment, onderwerp, gegevens))


def lijst(wereld: Wereld, token: Token, na: int, aantal: int) -> tuple[Sequence[OntvangenBericht], int | None]:
    """One page of what came in, oldest first; a locatiebeheerder sees what is for his own vestigingen."""
    with wereld.opslag.lezen() as werk:
        return werk.ontvangen.lijst(token.binnen, na, aantal)
