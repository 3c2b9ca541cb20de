"""The table of signed messages that were accepted (`gateway.trust.herhaling`)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from gateway.store.soorten import TEKST, Moment
from gateway.store.tabellen import metadata

aangenomen_bericht = Table(
    "aangenomen_bericht",
    metadata,
    Column("kenmerk", TEKST, primary_key=True),
    Column("tot", Moment, nullable=False),
    Index(None, "tot"),
)
