"""Who calls, and may he: 401, then 403, then the account, then the declared size; all before the body is read.

Source: `interfaces.md`, REST, opening paragraphs and the column Rol.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Depends, Request

from gateway.domain.logboek import Opdrachtgever
from gateway.domain.toegang import Token
from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import Vraag
from gateway.entry.rest.omgeving import Omgeving, omgeving_van
from gateway.entry.rest.problemen import RestFout, VeldFout, te_groot
from gateway.entry.rest.ring import aangekondigd
from gateway.entry.rest.velden import Veldprobleem, onbekend, toonbaar
from gateway.trust import tokens

MAX_ACCOUNT: Final = 64


@dataclass(frozen=True, slots=True)
class Aanroeper:
    """Who calls: the token, on whose order, and the text of the token as key for fingerprints."""

    token: Token
    opdrachtgever: Opdrachtgever
    geheim: bytes = field(repr=False)


class GeenVraag(Vraag):
    """No query parameters at all."""


def mag(*rollen: Rol, account: bool = False, vraag: type[Vraag] = GeenVraag) -> Any:
    """Make the dependency that lets these roles in.

    `account`: a call by `kern` must say on whose account (`OSO-Account`). `vraag` names the query parameters.
    """

    return Depends(Poort(rollen, account, vraag))


@dataclass(frozen=True, slots=True)
class Poort:
    """The dependency that lets some roles in; called by FastAPI before anything else of a route."""

    rollen: tuple[Rol, ...]
    account: bool
    vraag: type[Vraag]

    async def __call__(self, verzoek: Request) -> Aanroeper:
        """Let in or refuse. Raises `RestFout`."""
        omgeving = await omgeving_van(verzoek)
        tekst = _bearer(verzoek)
        token = await omgeving.doe_kort(lambda: omgeving.zoek_token(tokens.hash_van(tekst).hex()))
        if token is None:
            raise _niet_aangemeld(ongeldig=True)
        verzoek.scope.setdefault("state", {}).update(tokenId=token.id, rol=token.rol.value)
        _eis_budget(omgeving, token)
        if token.rol not in self.rollen:
            raise RestFout(
                403,
                "NietToegestaan",
                "Met deze rol kan deze aanroep niet.",
                f"Gebruik een token met een van deze rollen: {', '.join(self.rollen)}.",
            )
        opdrachtgever = _opdrachtgever(verzoek, token, verplicht=self.account)
        _eis_grootte(verzoek, omgeving.instellingen.max_bericht)
        _eis_vraag(verzoek, self.vraag)
        return Aanroeper(token, opdrachtgever, tekst.encode())


def _bearer(verzoek: Request) -> str:
    koppen = verzoek.headers.getlist("authorization")
    if not koppen:
        raise _niet_aangemeld(ongeldig=False)
    soort, _, tekst = koppen[0].partition(" ")
    tekst = tekst.strip(" ")
    if len(koppen) > 1 or soort.lower() != "bearer" or not tokens.is_token(tekst):
        raise _niet_aangemeld(ongeldig=True)
    return tekst


def _niet_aangemeld(*, ongeldig: bool) -> RestFout:
    """The same answer for a token that never was, is over, or was revoked."""
    return RestFout(
        401,
        "NietAangemeld",
        "Het token is niet (meer) geldig." if ongeldig else "Deze aanroep heeft geen token.",
        "Stuur een geldig token mee: 'Authorization: Bearer …'. De beheerder van de gateway geeft tokens uit.",
        {"WWW-Authenticate": 'Bearer realm="oso-gateway"' + (', error="invalid_token"' if ongeldig else "")},
    )


def _eis_budget(omgeving: Omgeving, token: Token) -> None:
    wacht = omgeving.snelheid.wacht(token.id)
    if wacht:
        raise RestFout(
            429,
            "TeVeelAanroepen",
            "Dit token doet meer aanroepen dan is toegestaan; deze is niet uitgevoerd.",
            f"Wacht {wacht} seconden en probeer het opnieuw.",
            {"Retry-After": str(wacht)},
        )


def _opdrachtgever(verzoek: Request, token: Token, *, verplicht: bool) -> Opdrachtgever:
    """Only the core application acts for accounts of its own; for other roles the account is the token's."""
    if token.rol is not Rol.KERN:
        return Opdrachtgever(token.naam, rol=token.rol.value)
    account = _kop(verzoek, "OSO-Account")
    namens = _kop(verzoek, "OSO-Namens")
    if account is None and verplicht:
        raise _geen_account("OSO-Account", "De kopregel OSO-Account ontbreekt.")
    return Opdrachtgever(account or token.naam, namens, token.rol.value)


def _kop(verzoek: Request, naam: str) -> str | None:
    waarden = verzoek.headers.getlist(naam)
    if len(waarden) > 1:
        raise _geen_account(naam, f"De kopregel {naam} staat er meer dan eens.")
    tekst = _ontcijfer(waarden[0]).strip() if waarden else ""
    if not tekst:
        return None
    if len(tekst) > MAX_ACCOUNT:
        raise _geen_account(naam, f"De kopregel {naam} is langer dan {MAX_ACCOUNT} tekens.")
    if any(unicodedata.category(teken) == "Cc" for teken in tekst):
        raise _geen_account(naam, f"De kopregel {naam} bevat stuurtekens.")
    return tekst


def _ontcijfer(tekst: str) -> str:
    """Headers come as latin-1; a client that sent UTF-8 meant that."""
    try:
        return tekst.encode("latin-1").decode()
    except UnicodeDecodeError:
        return tekst


def _geen_account(naam: str, melding: str) -> RestFout:
    return RestFout(
        400,
        "AccountOntbreekt",
        melding,
        f"Noem in {naam} het account dat de opdracht gaf, hoogstens {MAX_ACCOUNT} tekens: OSO eist dat dit bekend is.",
    )


def _eis_grootte(verzoek: Request, grens: int) -> None:
    if aangekondigd(verzoek.headers) > grens:
        raise te_groot(grens)


def _eis_vraag(verzoek: Request, vraag: type[Vraag]) -> None:
    namen = [naam for naam, _ in verzoek.query_params.multi_items()]
    bekend = {veld.alias or naam for naam, veld in vraag.model_fields.items()}
    problemen = onbekend((naam for naam in namen if naam not in bekend), "vraagveld")
    dubbel = dict.fromkeys(naam for naam in namen if naam in bekend and namen.count(naam) > 1)
    problemen += [
        Veldprobleem(toonbaar(naam), "VeldOngeldig", f"Het vraagveld {toonbaar(naam)} staat er meer dan eens.")
        for naam in dubbel
    ]
    if problemen:
        raise VeldFout(problemen)
