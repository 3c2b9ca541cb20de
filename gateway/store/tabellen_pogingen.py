"""The table of calls out (`gateway.domain.poging`)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from gateway.store.soorten import NUMMER, TEKST, Moment
from gateway.store.tabellen import metadata

belpoging = Table(
    "belpoging",
    metadata,
    Column("id", NUMMER, primary_key=True),
    Column("moment", Moment, nullable=False),
    Column("partij", TEKST, nullable=False),
    Column("operatie", TEKST, nullable=False),
    Column("afloop", TEKST, nullable=False),
    Column("duur_ms", Integer, nullable=False),
    Column("oorzaak", TEKST),
    Column("melding", TEKST),
    Column("fout_id", TEKST),
    Column("onderwerp", TEKST),
    Index(None, "moment"),
    Index(None, "onderwerp"),
    sqlite_autoincrement=True,
)
