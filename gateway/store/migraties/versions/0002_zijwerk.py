"""Webhook deliveries, processes that do side work, and what retention leaves behind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEKST = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMMER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "webhook_stand",
        sa.Column("abonnement", TEKST, nullable=False),
        sa.Column("tot", NUMMER, nullable=False),
        sa.ForeignKeyConstraint(["abonnement"], ["abonnement.naam"], name="fk_webhook_stand_abonnement"),
        sa.PrimaryKeyConstraint("abonnement", name="pk_webhook_stand"),
    )
    op.create_table(
        "webhook_aflevering",
        sa.Column("id", NUMMER, nullable=False),
        sa.Column("abonnement", TEKST, nullable=False),
        sa.Column("gebeurtenis_nr", NUMMER, nullable=False),
        sa.Column("status", TEKST, nullable=False),
        sa.Column("sinds", MOMENT, nullable=False),
        sa.Column("volgende_poging", MOMENT, nullable=False),
        sa.Column("pogingen", sa.Integer(), nullable=False),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("reden", TEKST),
        sa.ForeignKeyConstraint(["abonnement"], ["abonnement.naam"], name="fk_webhook_aflevering_abonnement"),
        sa.ForeignKeyConstraint(["gebeurtenis_nr"], ["gebeurtenis.nr"], name="fk_webhook_aflevering_gebeurtenis"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_aflevering"),
        sa.UniqueConstraint("abonnement", "gebeurtenis_nr", name="uq_webhook_aflevering_abonnement_gebeurtenis_nr"),
        sqlite_autoincrement=True,
    )
    wacht = sa.text("status = 'wacht'")
    op.create_index(
        "ix_webhook_aflevering_wacht",
        "webhook_aflevering",
        ["abonnement", "apart", "gebeurtenis_nr"],
        sqlite_where=wacht,
        postgresql_where=wacht,
    )
    op.create_index("ix_webhook_aflevering_gebeurtenis_nr", "webhook_aflevering", ["gebeurtenis_nr"])
    op.create_table(
        "werkproces",
        sa.Column("id", TEKST, nullable=False),
        sa.Column("plek", TEKST, nullable=False),
        sa.Column("pid", NUMMER, nullable=False),
        sa.Column("begin", TEKST, nullable=False),
        sa.Column("hartslag", NUMMER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_werkproces"),
    )
    op.create_table(
        "werkslot",
        sa.Column("naam", TEKST, nullable=False),
        sa.Column("werkproces", TEKST, nullable=False),
        sa.Column("beurt", TEKST, nullable=False),
        sa.ForeignKeyConstraint(["werkproces"], ["werkproces.id"], name="fk_werkslot_werkproces"),
        sa.PrimaryKeyConstraint("naam", name="pk_werkslot"),
    )
    op.create_table(
        "grafsteen",
        sa.Column("id", NUMMER, nullable=False),
        sa.Column("moment", MOMENT, nullable=False),
        sa.Column("soort", TEKST, nullable=False),
        sa.Column("reden", TEKST, nullable=False),
        sa.Column("pseudoniem", TEKST),
        sa.Column("versie", sa.Integer()),
        sa.Column("sha256", TEKST),
        sa.PrimaryKeyConstraint("id", name="pk_grafsteen"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_grafsteen_pseudoniem", "grafsteen", ["pseudoniem"])
    # Looked up when a pupil is erased, and for the age of what is kept.
    op.create_index("ix_gebeurtenis_onderwerp", "gebeurtenis", ["onderwerp"])
    op.create_index("ix_versie_verzameldatum", "versie", ["verzameldatum"])
    op.create_index("ix_klaarzetrij_elk_nummer", "klaarzetrij", ["elk_nummer"])
