"""The first tables.

A migration is history: it names its own types and never imports `tabellen`, which moves on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEKST = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
GEHEIM = sa.LargeBinary()
NUMMER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
BEGIN = "0" * 64


def upgrade() -> None:
    """Make everything."""
    _scholen()
    _dossiers()
    _overdrachten()
    _logboek()
    _toegang()
    _opdrachten()
    op.bulk_insert(
        sa.table("audit_kop", *(sa.column(n) for n in ("id", "nr", "hash", "opgeruimd_tot", "opgeruimd_hash"))),
        [{"id": 1, "nr": 0, "hash": BEGIN, "opgeruimd_tot": 0, "opgeruimd_hash": BEGIN}],
    )
    op.bulk_insert(sa.table("teller", sa.column("naam"), sa.column("waarde")), [{"naam": "gebeurtenis", "waarde": 0}])
    if op.get_bind().dialect.name == "postgresql":
        _alleen_postgresql()
    else:
        _alleen_sqlite()


def _k(naam: str, soort: sa.types.TypeEngine[Any], verplicht: bool = True) -> sa.Column[Any]:
    return sa.Column(naam, soort, nullable=not verplicht)


def _teksten(*namen: str, verplicht: bool = True) -> list[sa.Column[Any]]:
    return [_k(naam, TEKST, verplicht) for naam in namen]


def _scholen() -> None:
    op.create_table(
        "school",
        *_teksten("brin", "vestigingscode", "officiele_naam", "naam", "schooltype", "bestuur"),
        *_teksten("straat", "huisnummer", "postcode", "plaats"),
        *_teksten("telefoon", "las", verplicht=False),
        sa.PrimaryKeyConstraint("brin", "vestigingscode", name="pk_school"),
    )
    op.create_table(
        "aanleverpunt",
        *_teksten("brin", "vestigingscode"),
        _k("aanleverpuntnummer", NUMMER, False),
        _k("routerings_kenmerk", TEKST, False),
        _k("sleutel", GEHEIM),
        _k("naam", TEKST, False),
        *_teksten("doel", "status"),
        _k("mag_overdracht_aanvragen", sa.Boolean()),
        _k("reden", TEKST, False),
        _k("sinds", MOMENT),
        sa.PrimaryKeyConstraint("brin", "vestigingscode", name="pk_aanleverpunt"),
    )
    op.create_index("ix_aanleverpunt_brin_routerings_kenmerk", "aanleverpunt", ["brin", "routerings_kenmerk"])


def _dossiers() -> None:
    op.create_table(
        "dossier",
        _k("elk_nummer", TEKST),
        *_teksten("plaatsing_brin", "plaatsing_vestigingscode", verplicht=False),
        _k("herkomst", TEKST),
        _k("oki_doc_vrijgegeven", sa.Boolean()),
        _k("tegenhouden", GEHEIM, False),
        *_teksten("klaargezet_brin", "klaargezet_vestigingscode", verplicht=False),
        _k("klaargezet_moment", MOMENT, False),
        *_teksten("klaargezet_account", "einde", verplicht=False),
        _k("vorige_plaatsingen", TEKST),
        _k("revisie", NUMMER),
        _k("afgekeurd_moment", MOMENT, False),
        _k("afgekeurd_aantal_fouten", sa.Integer(), False),
        _k("versie", sa.Integer(), False),
        _k("pgn", GEHEIM, False),
        _k("pgn_index", GEHEIM, False),
        _k("opgehaald_levering", NUMMER, False),
        _k("opgehaald_moment", MOMENT, False),
        *_teksten("opgehaald_brin", "opgehaald_systeem", verplicht=False),
        sa.PrimaryKeyConstraint("elk_nummer", name="pk_dossier"),
    )
    op.create_index("ix_dossier_pgn_index", "dossier", ["pgn_index"])
    plaatsing = ["plaatsing_brin", "plaatsing_vestigingscode", "elk_nummer"]
    op.create_index("ix_dossier_" + "_".join(plaatsing), "dossier", plaatsing)
    op.create_table(
        "versie",
        _k("elk_nummer", TEKST),
        _k("versie", sa.Integer()),
        _k("sha256", TEKST),
        _k("vergelijking", GEHEIM),
        _k("verzameldatum", MOMENT),
        *_teksten("gegevensset_versie", "profiel", "overdrachtsoort"),
        _k("grootte", sa.Integer()),
        _k("heeft_pgn", sa.Boolean()),
        _k("inzage_ontbreekt", sa.Boolean()),
        _k("quarantaine_moment", MOMENT, False),
        _k("quarantaine_reden", TEKST, False),
        sa.PrimaryKeyConstraint("elk_nummer", "versie", name="pk_versie"),
        sa.ForeignKeyConstraint(["elk_nummer"], ["dossier.elk_nummer"], name="fk_versie_dossier"),
        sa.CheckConstraint("versie >= 1", name="ck_versie_vanaf_een"),
    )
    _bij_versie("versie_octets", _k("octets", GEHEIM))
    _bij_versie("versie_bewijs", _k("bijlagen", GEHEIM), _k("rapport", GEHEIM), _k("handtekening", GEHEIM))
    _bij_versie("overdracht_per_school", _k("brin", TEKST), _k("moment", MOMENT), sleutel=("brin",))


def _bij_versie(naam: str, *kolommen: sa.Column[Any], sleutel: tuple[str, ...] = ()) -> None:
    op.create_table(
        naam,
        _k("elk_nummer", TEKST),
        _k("versie", sa.Integer()),
        *kolommen,
        sa.PrimaryKeyConstraint("elk_nummer", "versie", *sleutel, name=f"pk_{naam}"),
        sa.ForeignKeyConstraint(
            ["elk_nummer", "versie"], ["versie.elk_nummer", "versie.versie"], name=f"fk_{naam}_versie"
        ),
    )


def _overdrachten() -> None:
    op.create_table(
        "levering",
        sa.Column("id", NUMMER, nullable=False, autoincrement=True),
        _k("moment", MOMENT),
        *_teksten("bron_brin", "bron_vestigingscode", "doel_brin", "doel_kenmerk", "oin", "systeem", "resultaat"),
        _k("sessie_id", TEKST),
        _k("elk_nummer", TEKST, False),
        _k("versie", sa.Integer(), False),
        _k("overgedragen", MOMENT, False),
        _k("via", TEKST, False),
        sa.PrimaryKeyConstraint("id", name="pk_levering"),
        sa.ForeignKeyConstraint(["elk_nummer"], ["dossier.elk_nummer"], name="fk_levering_dossier"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_levering_elk_nummer_id", "levering", ["elk_nummer", "id"])
    bron = ["bron_brin", "bron_vestigingscode", "id"]
    op.create_index("ix_levering_" + "_".join(bron), "levering", bron)
    op.create_index("ix_levering_sessie", "levering", [sa.func.lower(sa.column("sessie_id"))])
    op.create_table(
        "verzoek",
        sa.Column("id", NUMMER, nullable=False, autoincrement=True),
        _k("moment", MOMENT),
        _k("pgn", GEHEIM),
        _k("pgn_index", GEHEIM),
        _k("bron_brin", TEKST),
        _k("bron_kenmerk", TEKST, False),
        *_teksten("doel_brin", "doel_kenmerk", "overdrachtsoort", "sessie_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verzoek"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_verzoek_pgn_index", "verzoek", ["pgn_index"])
    op.create_index("ix_verzoek_moment", "verzoek", ["moment"])
    uniek = [sa.func.lower(sa.column("sessie_id")), sa.column("doel_brin"), sa.column("doel_kenmerk")]
    op.create_index("uq_verzoek_sessie_doel", "verzoek", uniek, unique=True)


def _logboek() -> None:
    op.create_table(
        "audit",
        _k("nr", NUMMER),
        _k("moment", MOMENT),
        *_teksten("operatie", "uitkomst"),
        *_teksten("partij", "account", "namens", "rol", "pseudoniem", verplicht=False),
        _k("versie", sa.Integer(), False),
        *_teksten("bijzonderheden", "vorige", "hash"),
        sa.PrimaryKeyConstraint("nr", name="pk_audit"),
    )
    op.create_index("ix_audit_pseudoniem_nr", "audit", ["pseudoniem", "nr"])
    op.create_table(
        "audit_kop",
        _k("id", sa.Integer()),
        _k("nr", NUMMER),
        _k("hash", TEKST),
        _k("opgeruimd_tot", NUMMER),
        _k("opgeruimd_hash", TEKST),
        _k("sleutel_id", TEKST, False),
        _k("zegel", GEHEIM, False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_kop"),
        sa.CheckConstraint("id = 1", name="ck_audit_kop_een_rij"),
    )
    op.create_table(
        "gebeurtenis",
        _k("nr", NUMMER),
        *_teksten("id", "type"),
        _k("moment", MOMENT),
        *_teksten("onderwerp", "gegevens"),
        sa.PrimaryKeyConstraint("nr", name="pk_gebeurtenis"),
        sa.UniqueConstraint("id", name="uq_gebeurtenis_id"),
    )
    op.create_table(
        "teller", _k("naam", TEKST), _k("waarde", NUMMER), sa.PrimaryKeyConstraint("naam", name="pk_teller")
    )
    op.create_table(
        "historie",
        sa.Column("nr", NUMMER, nullable=False, autoincrement=True),
        _k("elk_nummer", TEKST),
        _k("moment", MOMENT),
        *_teksten("soort", "gegevens"),
        sa.PrimaryKeyConstraint("nr", name="pk_historie"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_historie_elk_nummer_nr", "historie", ["elk_nummer", "nr"])


def _toegang() -> None:
    op.create_table(
        "token",
        *_teksten("id", "hash", "rol", "naam"),
        _k("aangemaakt", MOMENT),
        _k("verloopt", MOMENT, False),
        _k("ingetrokken", MOMENT, False),
        *_teksten("brins", "vestigingen"),
        _k("bestuur", TEKST, False),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
    )
    op.create_table(
        "bewaard_antwoord",
        *_teksten("token_id", "route", "sleutel"),
        _k("vingerafdruk", GEHEIM),
        _k("moment", MOMENT),
        _k("status", sa.Integer()),
        _k("koppen", GEHEIM),
        _k("inhoud", GEHEIM),
        sa.PrimaryKeyConstraint("token_id", "route", "sleutel", name="pk_bewaard_antwoord"),
    )
    op.create_index("ix_bewaard_antwoord_moment", "bewaard_antwoord", ["moment"])


def _opdrachten() -> None:
    op.create_table(
        "klaarzetopdracht",
        _k("id", TEKST),
        _k("moment", MOMENT),
        _k("account", TEKST),
        *_teksten("namens", "rol", verplicht=False),
        _k("token_id", TEKST),
        _k("aantal", sa.Integer()),
        _k("binnen", TEKST, False),
        sa.PrimaryKeyConstraint("id", name="pk_klaarzetopdracht"),
    )
    op.create_table(
        "klaarzetrij",
        _k("opdracht_id", TEKST),
        _k("volgnummer", sa.Integer()),
        _k("elk_nummer", TEKST),
        _k("gereed", sa.Boolean()),
        *_teksten("code", "melding", verplicht=False),
        sa.PrimaryKeyConstraint("opdracht_id", "volgnummer", name="pk_klaarzetrij"),
        sa.UniqueConstraint("opdracht_id", "elk_nummer", name="uq_klaarzetrij_opdracht_id_elk_nummer"),
        sa.ForeignKeyConstraint(["opdracht_id"], ["klaarzetopdracht.id"], name="fk_klaarzetrij_klaarzetopdracht"),
    )
    open_ = sa.text("NOT gereed")
    op.create_index(
        "ix_klaarzetrij_open",
        "klaarzetrij",
        ["opdracht_id", "volgnummer"],
        sqlite_where=open_,
        postgresql_where=open_,
    )
    op.create_table(
        "abonnement",
        *_teksten("naam", "url"),
        _k("geheim", GEHEIM),
        _k("types", TEKST),
        _k("aangemaakt", MOMENT),
        _k("vanaf", NUMMER),
        sa.PrimaryKeyConstraint("naam", name="pk_abonnement"),
    )


def _alleen_sqlite() -> None:
    op.execute(
        """
        CREATE TRIGGER audit_nooit_wijzigen BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'het logboek wordt alleen aangevuld'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER audit_nooit_wissen BEFORE DELETE ON audit
        WHEN OLD.nr > (SELECT opgeruimd_tot FROM audit_kop)
        BEGIN SELECT RAISE(ABORT, 'het logboek wordt alleen aangevuld'); END
        """
    )


def _alleen_postgresql() -> None:
    # Ciphertext does not compress: storing it out of line and as it is saves the attempt.
    op.execute("ALTER TABLE versie_octets ALTER COLUMN octets SET STORAGE EXTERNAL")
    op.execute(
        """
        CREATE FUNCTION audit_alleen_aanvullen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.nr <= (SELECT opgeruimd_tot FROM audit_kop) THEN
                    RETURN OLD;
                END IF;
            END IF;
            RAISE EXCEPTION 'het logboek wordt alleen aangevuld' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER audit_nooit_wijzigen BEFORE UPDATE OR DELETE ON audit
        FOR EACH ROW EXECUTE FUNCTION audit_alleen_aanvullen()
        """
    )
    op.execute(
        """
        CREATE TRIGGER audit_nooit_legen BEFORE TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_alleen_aanvullen()
        """
    )
