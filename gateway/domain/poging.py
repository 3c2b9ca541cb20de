"""Each call that we make to another party: when, how long, how it ended. What the peer said is kept as codes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.domain.waarden import SessieId


class Pogingafloop(StrEnum):
    """How one call out ended."""

    BEANTWOORD = "beantwoord"
    """The peer gave a valid answer; `resultaat` says which, where the message has one."""
    FAULT = "fault"
    """The peer gave a SOAP Fault."""
    GEEN_ANTWOORD = "geen-antwoord"
    """Silence, a cut connection, or something that is no valid answer."""
    NIET_GEVRAAGD = "niet-gevraagd"
    """We did not ask: the rate limit or the circuit breaker held the call back."""


@dataclass(frozen=True, slots=True)
class Belpoging:
    """One call out. `partij` is `traffic-center` or the address (host and port) of a peer.

    `oorzaak` is a code for programs (a result, a fault code, or a word of ours), `melding` a Dutch phrase without
    anything the peer sent. `onderwerp` names the work it belongs to, `ophaling/ID` or `sessie/ID`; never a person.
    """

    moment: datetime
    partij: str
    operatie: str
    afloop: Pogingafloop
    duur_ms: int
    oorzaak: str | None = None
    melding: str | None = None
    fout_id: str | None = None
    onderwerp: str | None = None
    id: int = 0

    @property
    def mislukt(self) -> bool:
        """True when the peer was not heard."""
        return self.afloop is not Pogingafloop.BEANTWOORD


def over_sessie(sessie_id: SessieId) -> str:
    """The `onderwerp` of calls about a session, however its id is written."""
    return f"sessie/{sessie_id.waarde.lower()}"


@dataclass(frozen=True, slots=True)
class Pogingengroep:
    """Calls out with the same party, operation, end and cause, counted."""

    partij: str
    operatie: str
    afloop: Pogingafloop
    oorzaak: str | None
    aantal: int
    eerste: datetime
    laatste: datetime
