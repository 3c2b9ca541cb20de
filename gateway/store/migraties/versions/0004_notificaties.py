"""Messages received, notifications to send, switches by hand, rounds that one process at a time makes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEKST = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
GEHEIM = sa.LargeBinary()
NUMMER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.add_column("school", sa.Column("notificeren", TEKST))
    _ontvangen()
    _notificaties()
    op.create_table(
        "schakelaar",
        sa.Column("bereik", TEKST, nullable=False),
        sa.Column("reden", TEKST, nullable=False),
        sa.Column("account", TEKST, nullable=False),
        sa.Column("sinds", MOMENT, nullable=False),
        sa.Column("tot", MOMENT),
        sa.PrimaryKeyConstraint("bereik", name="pk_schakelaar"),
    )
    op.create_table(
        "ronde",
        sa.Column("naam", TEKST, nullable=False),
        sa.Column("moment", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("naam", name="pk_ronde"),
    )


def _ontvangen() -> None:
    op.create_table(
        "ontvangen_bericht",
        sa.Column("id", NUMMER, nullable=False),
        sa.Column("vingerafdruk", TEKST, nullable=False),
        sa.Column("soort", TEKST, nullable=False),
        sa.Column("moment", MOMENT, nullable=False),
        sa.Column("laatst", MOMENT, nullable=False),
        sa.Column("aantal", sa.Integer(), nullable=False),
        sa.Column("brin", TEKST, nullable=False),
        sa.Column("vestigingscode", TEKST, nullable=False),
        sa.Column("afzender_brin", TEKST, nullable=False),
        sa.Column("afzender_kenmerk", TEKST),
        sa.Column("oin", TEKST, nullable=False),
        sa.Column("systeem", TEKST, nullable=False),
        sa.Column("bron_brin", TEKST, nullable=False),
        sa.Column("bron_kenmerk", TEKST),
        sa.Column("doel_brin", TEKST, nullable=False),
        sa.Column("doel_kenmerk", TEKST, nullable=False),
        sa.Column("doel", TEKST),
        sa.Column("sessie_id", TEKST),
        sa.Column("aanvraagdatum", MOMENT),
        sa.Column("koppelsleutel", GEHEIM),
        sa.Column("tekst", GEHEIM),
        sa.PrimaryKeyConstraint("id", name="pk_ontvangen_bericht"),
        sa.UniqueConstraint("vingerafdruk", name="uq_ontvangen_bericht_vingerafdruk"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_ontvangen_bericht_brin_vestigingscode_id", "ontvangen_bericht", ["brin", "vestigingscode", "id"]
    )


def _notificaties() -> None:
    op.create_table(
        "notificatie",
        sa.Column("id", NUMMER, nullable=False),
        sa.Column("elk_nummer", TEKST, nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("brin", TEKST, nullable=False),
        sa.Column("vestigingscode", TEKST, nullable=False),
        sa.Column("doel_brin", TEKST, nullable=False),
        sa.Column("doel_kenmerk", TEKST, nullable=False),
        sa.Column("sessie_id", TEKST, nullable=False),
        sa.Column("aanvraagdatum", MOMENT, nullable=False),
        sa.Column("account", TEKST),
        sa.Column("status", TEKST, nullable=False),
        sa.Column("gemaakt", MOMENT, nullable=False),
        sa.Column("sinds", MOMENT, nullable=False),
        sa.Column("volgende_poging", MOMENT, nullable=False),
        sa.Column("pogingen", sa.Integer(), nullable=False),
        sa.Column("url", TEKST),
        sa.Column("verstuurd", MOMENT),
        sa.Column("reden", TEKST),
        sa.PrimaryKeyConstraint("id", name="pk_notificatie"),
        sa.UniqueConstraint(
            "elk_nummer",
            "versie",
            "doel_brin",
            "doel_kenmerk",
            name="uq_notificatie_elk_nummer_versie_doel_brin_doel_kenmerk",
        ),
        sqlite_autoincrement=True,
    )
    te_doen = sa.text("status IN ('te-melden', 'gemeld', 'verstuurd')")
    op.create_index(
        "ix_notificatie_te_doen",
        "notificatie",
        ["volgende_poging", "id"],
        sqlite_where=te_doen,
        postgresql_where=te_doen,
    )
    op.create_index("ix_notificatie_brin_vestigingscode_id", "notificatie", ["brin", "vestigingscode", "id"])
