"""Processes that do side work: who lives, so that the others know whose work is to be taken over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Werkproces:
    """One running process. `hartslag` rises as long as it lives; no clock of another machine is compared with it.

    `plek` names machine, boot and process namespace: within one place `pid` and `begin` tell at once who is gone.
    """

    id: str
    plek: str
    pid: int
    begin: str
    hartslag: int
