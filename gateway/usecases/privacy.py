"""The rights of a pupil: give all that is kept about one, or remove it. Both are on record.

Source: `security.md`, Privacy ("Export and erase per pupil"). The audit itself stays, under a pseudonym: it is the
evidence of who saw what, and its term is longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.dossier import Dossier
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.logboek import AuditRegel, HistorieRegel, Opdrachtgever
from gateway.domain.waarden import ElkNummer
from gateway.ports import Wereld, Werk

_BLADZIJDE = 1000
MAX_REDEN = 200


@dataclass(frozen=True, slots=True)
class Uittreksel:
    """All about one pupil: `gegevens` to write as JSON, `bestanden` by name."""

    gegevens: Mapping[str, Any] = field(repr=False)
    bestanden: Mapping[str, bytes] = field(repr=False)


def geef_uittreksel(wereld: Wereld, elk_nummer: ElkNummer, opdrachtgever: Opdrachtgever, reden: str) -> Uittreksel:
    """Collect everything that is kept about a pupil. Raises `Onbekend`, and `Weigering` without a reason."""
    _eis_reden(reden)
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        dossier = werk.dossiers.dossier(elk_nummer)
        audit = werk.logboek.audit_over(elk_nummer)
        stenen = werk.opruiming.grafstenen(elk_nummer)
        if dossier is None and not stenen and not audit:
            raise Onbekend("De leerling")
        gegevens: dict[str, Any] = {
            "elkNummer": elk_nummer.waarde,
            "gemaakt": nu.isoformat(),
            "dossier": _dossier(dossier) if dossier is not None else None,
            "versies": [],
            "historie": [_regel(regel) for regel in _historie(werk, elk_nummer)],
            "overdrachten": _overdrachten(werk, elk_nummer),
            "verzoeken": _verzoeken(werk, dossier),
            "verwijderd": [
                {"moment": steen.moment.isoformat(), "soort": steen.soort, "versie": steen.versie, "reden": steen.reden}
                for steen in stenen
            ],
            "audit": [
                {
                    "nr": rij.nr,
                    "moment": rij.moment.isoformat(),
                    "operatie": rij.operatie,
                    "uitkomst": rij.uitkomst,
                    "partij": rij.partij,
                    "account": rij.account,
                    "namens": rij.namens,
                    "versie": rij.versie,
                }
                for rij in audit
            ],
        }
        bestanden = _versies(werk, dossier, gegevens["versies"]) if dossier is not None else {}
        werk.logboek.audit(
            AuditRegel(
                nu,
                "privacy-uittreksel",
                "gegeven",
                opdrachtgever=opdrachtgever,
                over=elk_nummer,
                bijzonderheden={"reden": reden, "versies": len(gegevens["versies"])},
            )
        )
    return Uittreksel(gegevens, bestanden)


def wis(wereld: Wereld, elk_nummer: ElkNummer, opdrachtgever: Opdrachtgever, reden: str) -> Mapping[str, int]:
    """Remove everything about a pupil and give the rows removed by kind. Raises `Onbekend` when there is nothing."""
    _eis_reden(reden)
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        werk.dossiers.dossier(elk_nummer, vergrendel=True)
        weg = {soort: aantal for soort, aantal in werk.opruiming.wis_leerling(elk_nummer, nu, reden).items() if aantal}
        if not weg:
            raise Onbekend("De leerling")
        werk.logboek.audit(
            AuditRegel(
                nu,
                "privacy-wissen",
                "verwijderd",
                opdrachtgever=opdrachtgever,
                over=elk_nummer,
                bijzonderheden={"reden": reden, "rijen": sum(weg.values())},
            )
        )
    return weg


def _eis_reden(reden: str) -> None:
    if not reden.strip() or len(reden) > MAX_REDEN:
        raise Weigering(
            "RedenOntbreekt",
            f"Er is een reden nodig van 1 tot {MAX_REDEN} tekens.",
            "Schrijf kort op waarom dit gebeurt, bijvoorbeeld het nummer van het verzoek; noem geen persoon.",
        )


def _dossier(dossier: Dossier) -> dict[str, Any]:
    context, klaar = dossier.context, dossier.klaarzetting
    return {
        "status": dossier.status.value,
        "persoonsgebondenNummer": dossier.pgn.waarde if dossier.pgn is not None else None,
        "plaatsing": str(context.plaatsing) if context.plaatsing is not None else None,
        "herkomst": context.herkomst.value,
        "okiDocVrijgegeven": context.oki_doc_vrijgegeven,
        "tegenhouden": context.tegenhouden,
        "klaargezet": {"moment": klaar.moment.isoformat(), "account": klaar.account} if klaar is not None else None,
        "vorigePlaatsingen": sorted(str(plek) for plek in dossier.vorige_plaatsingen),
    }


def _versies(werk: Werk, dossier: Dossier, feiten: list[dict[str, Any]]) -> dict[str, bytes]:
    bestanden: dict[str, bytes] = {}
    for nr in range(1, dossier.nieuwste.versie + 1 if dossier.nieuwste is not None else 1):
        versie = werk.dossiers.versie(dossier.elk_nummer, nr)
        if versie is None:
            continue
        inhoud = werk.dossiers.inhoud(dossier.elk_nummer, nr)
        feiten.append(
            {
                "versie": nr,
                "verzameldatum": versie.verzameldatum.isoformat(),
                "sha256": versie.sha256,
                "profiel": versie.profiel,
                "grootte": versie.grootte,
                "inhoudBewaard": inhoud is not None,
            }
        )
        if inhoud is not None:
            bestanden[f"versie-{nr}.xml"] = inhoud.octets
            bestanden[f"versie-{nr}.handtekening.xml"] = inhoud.handtekening
    return bestanden


def _historie(werk: Werk, elk_nummer: ElkNummer) -> list[HistorieRegel]:
    regels: list[HistorieRegel] = []
    na: int | None = 0
    while na is not None:
        bladzijde, na = werk.logboek.historie_van(elk_nummer, na, _BLADZIJDE)
        regels += bladzijde
    return regels


def _regel(regel: HistorieRegel) -> dict[str, Any]:
    return {"moment": regel.moment.isoformat(), "soort": regel.soort, **regel.gegevens}


def _overdrachten(werk: Werk, elk_nummer: ElkNummer) -> list[dict[str, Any]]:
    return [
        {
            "moment": levering.moment.isoformat(),
            "aan": levering.doel_brin.waarde,
            "systeem": levering.systeem,
            "resultaat": levering.resultaat.value,
            "versie": levering.versie,
            "overgedragen": levering.overgedragen.isoformat() if levering.overgedragen is not None else None,
        }
        for levering in werk.leveringen.van_dossier(elk_nummer)
    ]


def _verzoeken(werk: Werk, dossier: Dossier | None) -> list[dict[str, Any]]:
    if dossier is None or dossier.pgn is None:
        return []
    plekken = {*dossier.vorige_plaatsingen, *([dossier.context.plaatsing] if dossier.context.plaatsing else [])}
    return [
        {"moment": verzoek.moment.isoformat(), "door": verzoek.adres.doel_brin.waarde, "bij": str(plek)}
        for plek in sorted(plekken)
        for verzoek in werk.verzoeken.van_pgn(dossier.pgn, plek)
    ]
