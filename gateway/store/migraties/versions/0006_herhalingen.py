"""Signed messages that were accepted: a register against replay that all processes share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEKST = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "aangenomen_bericht",
        sa.Column("kenmerk", TEKST, nullable=False),
        sa.Column("tot", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kenmerk", name="pk_aangenomen_bericht"),
    )
    op.create_index("ix_aangenomen_bericht_tot", "aangenomen_bericht", ["tot"])
