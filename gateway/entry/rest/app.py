"""The REST application: routes put together, every answer the same in form."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from gateway.entry.rest import (
    aanleverpunten,
    aanleverpunten_beheer,
    aanleverpuntproblemen,
    afleveringen,
    dossiers,
    gebeurtenissen,
    gezondheid,
    klaarzettingen,
    notificaties,
    ontvangen_berichten,
    ophalingen,
    overdrachten,
    overzicht,
    schakelaars,
    scholen,
    validaties,
    verantwoording,
    versies,
    weergave,
)
from gateway.entry.rest.aanlevering import ContextInvoer
from gateway.entry.rest.instellingen import RestInstellingen
from gateway.entry.rest.omgeving import Omgeving
from gateway.entry.rest.openapi import richt_openapi_in
from gateway.entry.rest.problemen import richt_problemen_in
from gateway.entry.rest.ring import Ring
from gateway.entry.rest.toegang import Poort
from gateway.ports import Wereld

_ROUTES = (
    scholen,
    aanleverpunten,
    dossiers,
    versies,
    weergave,
    klaarzettingen,
    overdrachten,
    validaties,
    gebeurtenissen,
    afleveringen,
    ontvangen_berichten,
    aanleverpuntproblemen,
    notificaties,
    schakelaars,
    ophalingen,
    aanleverpunten_beheer,
    overzicht,
    verantwoording,
)


def maak_rest_app(wereld: Wereld, instellingen: RestInstellingen) -> FastAPI:
    """Make the application. Serve it with `gateway.entry.rest.bediening`, which sees to errors of HTTP itself."""
    niets: dict[str, Any] = {"openapi_url": None, "docs_url": None, "redoc_url": None}
    app = FastAPI(redirect_slashes=False, generate_unique_id_function=_aanroepnaam, **niets)
    omgeving = Omgeving(wereld, instellingen)
    app.state.omgeving = omgeving
    app.state.gereedheid = gezondheid.Gereedheid()
    app.include_router(gezondheid.router)
    for module in _ROUTES:
        app.include_router(module.router)
    richt_problemen_in(app)
    richt_openapi_in(
        app,
        wereld.contact,
        (
            scholen.SchoolInvoer,
            aanleverpunten.AanleverpuntInvoer,
            aanleverpunten_beheer.BestuurInvoer,
            ContextInvoer,
            klaarzettingen.KlaarzettingInvoer,
            gebeurtenissen.AbonnementInvoer,
            afleveringen.RedenInvoer,
            versies.VersieUit,
            ophalingen.OphalingInvoer,
            ophalingen.OphaallijstInvoer,
            schakelaars.SchakelaarInvoer,
        ),
        _rollen(),
    )
    app.add_middleware(Ring, omgeving=omgeving)
    return app


def _aanroepnaam(route: APIRoute) -> str:
    """Name of an operation in the description, such as `dossiersLever`."""
    return to_camel(f"{route.tags[0] if route.tags else 'dienst'}_{route.name}")


def _rollen() -> dict[str, tuple[str, ...]]:
    """Tell per operation which roles may call it, as its dependency `mag` has it."""
    gevonden: dict[str, tuple[str, ...]] = {}
    for module in _ROUTES:
        for route in module.router.routes:
            if isinstance(route, APIRoute):
                poorten = [afhankelijk.call for afhankelijk in route.dependant.dependencies]
                gevonden[_aanroepnaam(route)] = next(p.rollen for p in poorten if isinstance(p, Poort))
    return gevonden
