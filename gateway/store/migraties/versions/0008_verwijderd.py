"""Content that retention removed says so itself; it stood as a quarantine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
REDEN = "De inhoud is verwijderd omdat de bewaartermijn voorbij is."
"""As retention wrote it until now."""


def upgrade() -> None:
    """Add the column, and fill it for what has been removed: a version without content has no octets."""
    op.add_column("versie", sa.Column("verwijderd", MOMENT))
    op.execute(
        sa.text(
            "UPDATE versie SET verwijderd = quarantaine_moment WHERE NOT EXISTS (SELECT 1 FROM versie_octets o"
            " WHERE o.elk_nummer = versie.elk_nummer AND o.versie = versie.versie)"
        )
    )
    op.execute(
        sa.text(
            "UPDATE versie SET quarantaine_moment = NULL, quarantaine_reden = NULL"
            " WHERE verwijderd IS NOT NULL AND quarantaine_reden = :reden"
        ).bindparams(reden=REDEN)
    )
