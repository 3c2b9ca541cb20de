"""The tables of dossiers that we fetch as doel (`gateway.domain.ophaling`)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, text

from gateway.store.soorten import GEHEIM, NUMMER, TEKST, Moment
from gateway.store.tabellen import metadata

ophaling = Table(
    "ophaling",
    metadata,
    Column("nr", NUMMER, primary_key=True),
    Column("id", TEKST, nullable=False, unique=True),
    Column("moment", Moment, nullable=False),
    Column("account", TEKST, nullable=False),
    Column("namens", TEKST),
    Column("rol", TEKST),
    Column("bron_brin", TEKST, nullable=False),
    Column("bron_kenmerk", TEKST),
    Column("doel_brin", TEKST, nullable=False),
    Column("doel_vestigingscode", TEKST, nullable=False),
    Column("doel_kenmerk", TEKST),
    Column("overdrachtsoort", TEKST, nullable=False),
    Column("opnieuw", Boolean, nullable=False),
    Column("lijst", TEKST),
    Column("nummer", Integer),
    Column("fase", TEKST, nullable=False),
    Column("sessie_id", TEKST),
    Column("sessie_moment", Moment),
    Column("vragen", TEKST, nullable=False),
    Column("begonnen", Moment),
    Column("pogingen", Integer, nullable=False),
    Column("volgende_poging", Moment),
    Column("resultaat", TEKST),
    Column("beste", Integer),
    Column("geleverd_kenmerk", TEKST),
    Column("afmelding", TEKST),
    Column("code", TEKST),
    Column("melding", TEKST),
    Column("afgerond", Moment),
    Column("revisie", NUMMER, nullable=False),
    Column("pgn", GEHEIM),
    Column("pgn_index", GEHEIM),
    Index(None, "pgn_index"),
    Index(None, "lijst", "nr"),
    Index(None, "afgerond"),
    sqlite_autoincrement=True,
)
# Only what is not finished is in it: the sweeper's question costs the same after a season as on the first day.
Index(
    "ix_ophaling_open",
    ophaling.c.nr,
    sqlite_where=text("afgerond IS NULL"),
    postgresql_where=text("afgerond IS NULL"),
)

ophaling_document = Table(
    "ophaling_document",
    metadata,
    Column("ophaling_id", TEKST, ForeignKey("ophaling.id"), primary_key=True),
    Column("volgnummer", Integer, primary_key=True, autoincrement=False),
    Column("bericht", GEHEIM, nullable=False),
    Column("ontvangen", GEHEIM, nullable=False),
    Column("octets", GEHEIM),
    Column("rapport", GEHEIM),
    Column("wijzigingen", GEHEIM),
)
