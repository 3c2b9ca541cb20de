"""Dossiers that we fetch from other schools."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEKST = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMMER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "ophaling",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("id", TEKST, nullable=False),
        sa.Column("moment", MOMENT, nullable=False),
        sa.Column("account", TEKST, nullable=False),
        sa.Column("namens", TEKST),
        sa.Column("rol", TEKST),
        sa.Column("bron_brin", TEKST, nullable=False),
        sa.Column("bron_kenmerk", TEKST),
        sa.Column("doel_brin", TEKST, nullable=False),
        sa.Column("doel_vestigingscode", TEKST, nullable=False),
        sa.Column("doel_kenmerk", TEKST),
        sa.Column("overdrachtsoort", TEKST, nullable=False),
        sa.Column("opnieuw", sa.Boolean(), nullable=False),
        sa.Column("lijst", TEKST),
        sa.Column("nummer", sa.Integer()),
        sa.Column("fase", TEKST, nullable=False),
        sa.Column("sessie_id", TEKST),
        sa.Column("sessie_moment", MOMENT),
        sa.Column("vragen", TEKST, nullable=False),
        sa.Column("begonnen", MOMENT),
        sa.Column("pogingen", sa.Integer(), nullable=False),
        sa.Column("volgende_poging", MOMENT),
        sa.Column("resultaat", TEKST),
        sa.Column("beste", sa.Integer()),
        sa.Column("geleverd_kenmerk", TEKST),
        sa.Column("afmelding", TEKST),
        sa.Column("code", TEKST),
        sa.Column("melding", TEKST),
        sa.Column("afgerond", MOMENT),
        sa.Column("revisie", NUMMER, nullable=False),
        sa.Column("pgn", sa.LargeBinary()),
        sa.Column("pgn_index", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("nr", name="pk_ophaling"),
        sa.UniqueConstraint("id", name="uq_ophaling_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ophaling_pgn_index", "ophaling", ["pgn_index"])
    op.create_index("ix_ophaling_lijst_nr", "ophaling", ["lijst", "nr"])
    op.create_index("ix_ophaling_afgerond", "ophaling", ["afgerond"])
    open_ = sa.text("afgerond IS NULL")
    op.create_index("ix_ophaling_open", "ophaling", ["nr"], sqlite_where=open_, postgresql_where=open_)
    op.create_table(
        "ophaling_document",
        sa.Column("ophaling_id", TEKST, nullable=False),
        sa.Column("volgnummer", sa.Integer(), nullable=False),
        sa.Column("bericht", sa.LargeBinary(), nullable=False),
        sa.Column("ontvangen", sa.LargeBinary(), nullable=False),
        sa.Column("octets", sa.LargeBinary()),
        sa.Column("rapport", sa.LargeBinary()),
        sa.Column("wijzigingen", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["ophaling_id"], ["ophaling.id"], name="fk_ophaling_document_ophaling"),
        sa.PrimaryKeyConstraint("ophaling_id", "volgnummer", name="pk_ophaling_document"),
    )
