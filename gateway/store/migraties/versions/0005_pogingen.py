"""Calls out, for who looks why something did not work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEKST = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMMER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "belpoging",
        sa.Column("id", NUMMER, nullable=False),
        sa.Column("moment", MOMENT, nullable=False),
        sa.Column("partij", TEKST, nullable=False),
        sa.Column("operatie", TEKST, nullable=False),
        sa.Column("afloop", TEKST, nullable=False),
        sa.Column("duur_ms", sa.Integer(), nullable=False),
        sa.Column("oorzaak", TEKST),
        sa.Column("melding", TEKST),
        sa.Column("fout_id", TEKST),
        sa.Column("onderwerp", TEKST),
        sa.PrimaryKeyConstraint("id", name="pk_belpoging"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_belpoging_moment", "belpoging", ["moment"])
