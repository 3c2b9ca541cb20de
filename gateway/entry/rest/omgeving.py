"""What every route needs: the world, the settings, threads for the synchronous use cases, budgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Request

from gateway.domain.toegang import Token
from gateway.entry.rest.instellingen import RestInstellingen
from gateway.entry.rest.metrieken import Metrieken
from gateway.entry.rest.snelheid import Snelheidslimiet
from gateway.ports import Wereld

T = TypeVar("T")


class Omgeving:
    """One a running application; keeps no state of a request."""

    def __init__(self, wereld: Wereld, instellingen: RestInstellingen) -> None:
        self.wereld = wereld
        self.instellingen = instellingen
        self.metrieken = Metrieken()
        self.snelheid = Snelheidslimiet(instellingen.aanroepen_per_seconde, instellingen.aanroepen_ineens)
        self.stromen = 0
        self.sloten: dict[tuple[str, str, str], tuple[asyncio.Lock, int]] = {}
        """Locks of idempotency keys in use with the number of users; touched on the event loop only."""
        self.grote_berichten = asyncio.Semaphore(instellingen.grote_berichten)
        self._werk = ThreadPoolExecutor(instellingen.draden, thread_name_prefix="rest")
        # Looking up a token and following progress must not wait behind use cases that push large dossiers.
        self._kort = ThreadPoolExecutor(max(2, instellingen.draden // 4), thread_name_prefix="rest-kort")

    async def doe(self, werk: Callable[[], T]) -> T:
        """Run a use case in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._werk, werk)

    async def doe_kort(self, werk: Callable[[], T]) -> T:
        """Run a short read in a thread of its own pool."""
        return await asyncio.get_running_loop().run_in_executor(self._kort, werk)

    def zoek_token(self, hash_: str) -> Token | None:
        """Look a token up in the store: every time, because a revocation holds at once."""
        with self.wereld.opslag.lezen() as werk:
            token = werk.toegang.token_bij_hash(hash_)
        return token if token is not None and token.geldig_op(self.wereld.klok.nu()) else None


async def omgeving_van(verzoek: Request) -> Omgeving:
    """Find the environment of the application that got this request."""
    return cast("Omgeving", verzoek.app.state.omgeving)


EigenOmgeving = Annotated[Omgeving, Depends(omgeving_van)]
