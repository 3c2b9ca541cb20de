"""Calls out by what they are about, for the line of time of a dossier."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_belpoging_onderwerp", "belpoging", ["onderwerp"])
