"""The tables. Names are those of the domain and the REST interface; the migrations make exactly these (a test says so).

What identifies a child or is content of a dossier stands in `GEHEIM` columns, encrypted by the kluis with the name of
table, column and row as bond. Octets have a table of their own, so that facts are read without them.

Truth and what follows from it: `levering.overgedragen` is the truth about a hand-over. `overdracht_per_school` and
`dossier.opgehaald_…` follow from it and are written in the same transaction, so that a dot is read in one query.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    func,
    text,
)

from gateway.store.soorten import GEHEIM, NUMMER, TEKST, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

school = Table(
    "school",
    metadata,
    Column("brin", TEKST, primary_key=True),
    Column("vestigingscode", TEKST, primary_key=True),
    Column("officiele_naam", TEKST, nullable=False),
    Column("naam", TEKST, nullable=False),
    Column("schooltype", TEKST, nullable=False),
    Column("bestuur", TEKST, nullable=False),
    Column("straat", TEKST, nullable=False),
    Column("huisnummer", TEKST, nullable=False),
    Column("postcode", TEKST, nullable=False),
    Column("plaats", TEKST, nullable=False),
    Column("telefoon", TEKST),
    Column("las", TEKST),
    Column("notificeren", TEKST),
)

aanleverpunt = Table(
    "aanleverpunt",
    metadata,
    Column("brin", TEKST, primary_key=True),
    Column("vestigingscode", TEKST, primary_key=True),
    Column("aanleverpuntnummer", NUMMER),
    Column("routerings_kenmerk", TEKST),
    Column("sleutel", GEHEIM, nullable=False),
    Column("naam", TEKST),
    Column("doel", TEKST, nullable=False),
    Column("status", TEKST, nullable=False),
    Column("mag_overdracht_aanvragen", Boolean, nullable=False),
    Column("reden", TEKST),
    Column("sinds", Moment, nullable=False),
    Index(None, "brin", "routerings_kenmerk"),
)

dossier = Table(
    "dossier",
    metadata,
    Column("elk_nummer", TEKST, primary_key=True),
    Column("plaatsing_brin", TEKST),
    Column("plaatsing_vestigingscode", TEKST),
    Column("herkomst", TEKST, nullable=False),
    Column("oki_doc_vrijgegeven", Boolean, nullable=False),
    Column("tegenhouden", GEHEIM),
    Column("klaargezet_brin", TEKST),
    Column("klaargezet_vestigingscode", TEKST),
    Column("klaargezet_moment", Moment),
    Column("klaargezet_account", TEKST),
    Column("einde", TEKST),
    Column("vorige_plaatsingen", TEKST, nullable=False),
    Column("revisie", NUMMER, nullable=False),
    Column("afgekeurd_moment", Moment),
    Column("afgekeurd_aantal_fouten", Integer),
    Column("versie", Integer),
    Column("pgn", GEHEIM),
    Column("pgn_index", GEHEIM),
    Column("opgehaald_levering", NUMMER),
    Column("opgehaald_moment", Moment),
    Column("opgehaald_brin", TEKST),
    Column("opgehaald_systeem", TEKST),
    Index(None, "pgn_index"),
    Index(None, "plaatsing_brin", "plaatsing_vestigingscode", "elk_nummer"),
)

versie = Table(
    "versie",
    metadata,
    Column("elk_nummer", TEKST, ForeignKey("dossier.elk_nummer"), primary_key=True),
    Column("versie", Integer, primary_key=True, autoincrement=False),
    Column("sha256", TEKST, nullable=False),
    Column("vergelijking", GEHEIM, nullable=False),
    Column("verzameldatum", Moment, nullable=False),
    Column("gegevensset_versie", TEKST, nullable=False),
    Column("profiel", TEKST, nullable=False),
    Column("overdrachtsoort", TEKST, nullable=False),
    Column("grootte", Integer, nullable=False),
    Column("heeft_pgn", Boolean, nullable=False),
    Column("inzage_ontbreekt", Boolean, nullable=False),
    Column("quarantaine_moment", Moment),
    Column("quarantaine_reden", TEKST),
    Column("verwijderd", Moment),
    CheckConstraint("versie >= 1", name="vanaf_een"),
)

versie_octets = Table(
    "versie_octets",
    metadata,
    Column("elk_nummer", TEKST, primary_key=True),
    Column("versie", Integer, primary_key=True, autoincrement=False),
    Column("octets", GEHEIM, nullable=False),
    ForeignKeyConstraint(["elk_nummer", "versie"], ["versie.elk_nummer", "versie.versie"]),
)

versie_bewijs = Table(
    "versie_bewijs",
    metadata,
    Column("elk_nummer", TEKST, primary_key=True),
    Column("versie", Integer, primary_key=True, autoincrement=False),
    Column("bijlagen", GEHEIM, nullable=False),
    Column("rapport", GEHEIM, nullable=False),
    Column("handtekening", GEHEIM, nullable=False),
    ForeignKeyConstraint(["elk_nummer", "versie"], ["versie.elk_nummer", "versie.versie"]),
)

overdracht_per_school = Table(
    "overdracht_per_school",
    metadata,
    Column("elk_nummer", TEKST, primary_key=True),
    Column("versie", Integer, primary_key=True, autoincrement=False),
    Column("brin", TEKST, primary_key=True),
    Column("moment", Moment, nullable=False),
    ForeignKeyConstraint(["elk_nummer", "versie"], ["versie.elk_nummer", "versie.versie"]),
)

levering = Table(
    "levering",
    metadata,
    Column("id", NUMMER, primary_key=True),
    Column("moment", Moment, nullable=False),
    Column("bron_brin", TEKST, nullable=False),
    Column("bron_vestigingscode", TEKST, nullable=False),
    Column("doel_brin", TEKST, nullable=False),
    Column("doel_kenmerk", TEKST, nullable=False),
    Column("oin", TEKST, nullable=False),
    Column("systeem", TEKST, nullable=False),
    Column("resultaat", TEKST, nullable=False),
    Column("sessie_id", TEKST, nullable=False),
    Column("elk_nummer", TEKST, ForeignKey("dossier.elk_nummer")),
    Column("versie", Integer),
    Column("overgedragen", Moment),
    Column("via", TEKST),
    Index(None, "elk_nummer", "id"),
    Index(None, "bron_brin", "bron_vestigingscode", "id"),
    # A number that was given never comes back, also when the last row is purged: it is a cursor.
    sqlite_autoincrement=True,
)
Index("ix_levering_sessie", func.lower(levering.c.sessie_id))

verzoek = Table(
    "verzoek",
    metadata,
    Column("id", NUMMER, primary_key=True),
    Column("moment", Moment, nullable=False),
    Column("pgn", GEHEIM, nullable=False),
    Column("pgn_index", GEHEIM, nullable=False),
    Column("bron_brin", TEKST, nullable=False),
    Column("bron_kenmerk", TEKST),
    Column("doel_brin", TEKST, nullable=False),
    Column("doel_kenmerk", TEKST, nullable=False),
    Column("overdrachtsoort", TEKST, nullable=False),
    Column("sessie_id", TEKST, nullable=False),
    Index(None, "pgn_index"),
    Index(None, "moment"),
    sqlite_autoincrement=True,
)
Index(
    "uq_verzoek_sessie_doel", func.lower(verzoek.c.sessie_id), verzoek.c.doel_brin, verzoek.c.doel_kenmerk, unique=True
)

audit = Table(
    "audit",
    metadata,
    Column("nr", NUMMER, primary_key=True, autoincrement=False),
    Column("moment", Moment, nullable=False),
    Column("operatie", TEKST, nullable=False),
    Column("uitkomst", TEKST, nullable=False),
    Column("partij", TEKST),
    Column("account", TEKST),
    Column("namens", TEKST),
    Column("rol", TEKST),
    Column("pseudoniem", TEKST),
    Column("versie", Integer),
    Column("bijzonderheden", TEKST, nullable=False),
    Column("vorige", TEKST, nullable=False),
    Column("hash", TEKST, nullable=False),
    Index(None, "pseudoniem", "nr"),
)

audit_kop = Table(
    "audit_kop",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("nr", NUMMER, nullable=False),
    Column("hash", TEKST, nullable=False),
    Column("opgeruimd_tot", NUMMER, nullable=False),
    Column("opgeruimd_hash", TEKST, nullable=False),
    Column("sleutel_id", TEKST),
    Column("zegel", GEHEIM),
    CheckConstraint("id = 1", name="een_rij"),
)
"""The head of the chain: last number and hash, sealed together with the place up to which retention removed records.

`opgeruimd_tot` is the door for retention: the triggers let a record be deleted only when its `nr` is not above it. Who
purges sets it, with the hash of that record, and seals the head, in the transaction that deletes.
"""

gebeurtenis = Table(
    "gebeurtenis",
    metadata,
    Column("nr", NUMMER, primary_key=True, autoincrement=False),
    Column("id", TEKST, nullable=False, unique=True),
    Column("type", TEKST, nullable=False),
    Column("moment", Moment, nullable=False),
    Column("onderwerp", TEKST, nullable=False),
    Column("gegevens", TEKST, nullable=False),
)

teller = Table(
    "teller",
    metadata,
    Column("naam", TEKST, primary_key=True),
    Column("waarde", NUMMER, nullable=False),
)
"""The last number of the event feed; its row is locked until the commit, so that no number becomes visible late."""

historie = Table(
    "historie",
    metadata,
    Column("nr", NUMMER, primary_key=True),
    Column("elk_nummer", TEKST, nullable=False),
    Column("moment", Moment, nullable=False),
    Column("soort", TEKST, nullable=False),
    Column("gegevens", TEKST, nullable=False),
    Index(None, "elk_nummer", "nr"),
    sqlite_autoincrement=True,
)

token = Table(
    "token",
    metadata,
    Column("id", TEKST, primary_key=True),
    Column("hash", TEKST, nullable=False, unique=True),
    Column("rol", TEKST, nullable=False),
    Column("naam", TEKST, nullable=False),
    Column("aangemaakt", Moment, nullable=False),
    Column("verloopt", Moment),
    Column("ingetrokken", Moment),
    Column("brins", TEKST, nullable=False),
    Column("vestigingen", TEKST, nullable=False),
    Column("bestuur", TEKST),
)

bewaard_antwoord = Table(
    "bewaard_antwoord",
    metadata,
    Column("token_id", TEKST, primary_key=True),
    Column("route", TEKST, primary_key=True),
    Column("sleutel", TEKST, primary_key=True),
    Column("vingerafdruk", GEHEIM, nullable=False),
    Column("moment", Moment, nullable=False),
    Column("status", Integer, nullable=False),
    Column("koppen", GEHEIM, nullable=False),
    Column("inhoud", GEHEIM, nullable=False),
    Index(None, "moment"),
)

klaarzetopdracht = Table(
    "klaarzetopdracht",
    metadata,
    Column("id", TEKST, primary_key=True),
    Column("moment", Moment, nullable=False),
    Column("account", TEKST, nullable=False),
    Column("namens", TEKST),
    Column("rol", TEKST),
    Column("token_id", TEKST, nullable=False),
    Column("aantal", Integer, nullable=False),
    Column("binnen", TEKST),
)

klaarzetrij = Table(
    "klaarzetrij",
    metadata,
    Column("opdracht_id", TEKST, ForeignKey("klaarzetopdracht.id"), primary_key=True),
    Column("volgnummer", Integer, primary_key=True, autoincrement=False),
    Column("elk_nummer", TEKST, nullable=False),
    Column("gereed", Boolean, nullable=False),
    Column("code", TEKST),
    Column("melding", TEKST),
    UniqueConstraint("opdracht_id", "elk_nummer"),
)
# Only rows still to do are in it, so that finding the next ones costs the same at 100 rows as at 10 000.
Index(
    "ix_klaarzetrij_open",
    klaarzetrij.c.opdracht_id,
    klaarzetrij.c.volgnummer,
    sqlite_where=text("NOT gereed"),
    postgresql_where=text("NOT gereed"),
)

abonnement = Table(
    "abonnement",
    metadata,
    Column("naam", TEKST, primary_key=True),
    Column("url", TEKST, nullable=False),
    Column("geheim", GEHEIM, nullable=False),
    Column("types", TEKST, nullable=False),
    Column("aangemaakt", Moment, nullable=False),
    Column("vanaf", NUMMER, nullable=False),
)

webhook_stand = Table(
    "webhook_stand",
    metadata,
    Column("abonnement", TEKST, ForeignKey("abonnement.naam"), primary_key=True),
    Column("tot", NUMMER, nullable=False),
)
"""How far in the feed rows were made for a subscription."""

webhook_aflevering = Table(
    "webhook_aflevering",
    metadata,
    Column("id", NUMMER, primary_key=True),
    Column("abonnement", TEKST, ForeignKey("abonnement.naam"), nullable=False),
    Column("gebeurtenis_nr", NUMMER, ForeignKey("gebeurtenis.nr"), nullable=False, index=True),
    Column("status", TEKST, nullable=False),
    Column("sinds", Moment, nullable=False),
    Column("volgende_poging", Moment, nullable=False),
    Column("pogingen", Integer, nullable=False),
    Column("apart", Boolean, nullable=False),
    Column("reden", TEKST),
    UniqueConstraint("abonnement", "gebeurtenis_nr"),
    sqlite_autoincrement=True,
)
# Only rows that wait are in it: finding the next ones costs the same after a season as on the first day.
Index(
    "ix_webhook_aflevering_wacht",
    webhook_aflevering.c.abonnement,
    webhook_aflevering.c.apart,
    webhook_aflevering.c.gebeurtenis_nr,
    sqlite_where=text("status = 'wacht'"),
    postgresql_where=text("status = 'wacht'"),
)

werkproces = Table(
    "werkproces",
    metadata,
    Column("id", TEKST, primary_key=True),
    Column("plek", TEKST, nullable=False),
    Column("pid", NUMMER, nullable=False),
    Column("begin", TEKST, nullable=False),
    Column("hartslag", NUMMER, nullable=False),
)

werkslot = Table(
    "werkslot",
    metadata,
    Column("naam", TEKST, primary_key=True),
    Column("werkproces", TEKST, ForeignKey("werkproces.id"), nullable=False),
    Column("beurt", TEKST, nullable=False),
)
"""What one process at a time may do. Without an end in time: it is free when its process is gone, by whatever clock."""

grafsteen = Table(
    "grafsteen",
    metadata,
    Column("id", NUMMER, primary_key=True),
    Column("moment", Moment, nullable=False),
    Column("soort", TEKST, nullable=False),
    Column("reden", TEKST, nullable=False),
    Column("pseudoniem", TEKST, index=True),
    Column("versie", Integer),
    Column("sha256", TEKST),
    sqlite_autoincrement=True,
)

ontvangen_bericht = Table(
    "ontvangen_bericht",
    metadata,
    Column("id", NUMMER, primary_key=True),
    Column("vingerafdruk", TEKST, nullable=False, unique=True),
    Column("soort", TEKST, nullable=False),
    Column("moment", Moment, nullable=False),
    Column("laatst", Moment, nullable=False),
    Column("aantal", Integer, nullable=False),
    Column("brin", TEKST, nullable=False),
    Column("vestigingscode", TEKST, nullable=False),
    Column("afzender_brin", TEKST, nullable=False),
    Column("afzender_kenmerk", TEKST),
    Column("oin", TEKST, nullable=False),
    Column("systeem", TEKST, nullable=False),
    Column("bron_brin", TEKST, nullable=False),
    Column("bron_kenmerk", TEKST),
    Column("doel_brin", TEKST, nullable=False),
    Column("doel_kenmerk", TEKST, nullable=False),
    Column("doel", TEKST),
    Column("sessie_id", TEKST),
    Column("aanvraagdatum", Moment),
    Column("koppelsleutel", GEHEIM),
    Column("tekst", GEHEIM),
    Index(None, "brin", "vestigingscode", "id"),
    sqlite_autoincrement=True,
)
"""Messages that others sent us. `vingerafdruk` is keyed, so that it tells nothing of the text it is made of."""

notificatie = Table(
    "notificatie",
    metadata,
    Column("id", NUMMER, primary_key=True),
    Column("elk_nummer", TEKST, nullable=False),
    Column("versie", Integer, nullable=False),
    Column("brin", TEKST, nullable=False),
    Column("vestigingscode", TEKST, nullable=False),
    Column("doel_brin", TEKST, nullable=False),
    Column("doel_kenmerk", TEKST, nullable=False),
    Column("sessie_id", TEKST, nullable=False),
    Column("aanvraagdatum", Moment, nullable=False),
    Column("account", TEKST),
    Column("status", TEKST, nullable=False),
    Column("gemaakt", Moment, nullable=False),
    Column("sinds", Moment, nullable=False),
    Column("volgende_poging", Moment, nullable=False),
    Column("pogingen", Integer, nullable=False),
    Column("url", TEKST),
    Column("verstuurd", Moment),
    Column("reden", TEKST),
    UniqueConstraint(
        "elk_nummer",
        "versie",
        "doel_brin",
        "doel_kenmerk",
        name="uq_notificatie_elk_nummer_versie_doel_brin_doel_kenmerk",
    ),
    Index(None, "brin", "vestigingscode", "id"),
    sqlite_autoincrement=True,
)
_TE_DOEN = text("status IN ('te-melden', 'gemeld', 'verstuurd')")
Index(
    "ix_notificatie_te_doen",
    notificatie.c.volgende_poging,
    notificatie.c.id,
    sqlite_where=_TE_DOEN,
    postgresql_where=_TE_DOEN,
)

schakelaar = Table(
    "schakelaar",
    metadata,
    Column("bereik", TEKST, primary_key=True),
    Column("reden", TEKST, nullable=False),
    Column("account", TEKST, nullable=False),
    Column("sinds", Moment, nullable=False),
    Column("tot", Moment),
)

ronde = Table(
    "ronde",
    metadata,
    Column("naam", TEKST, primary_key=True),
    Column("moment", Moment, nullable=False),
)
"""When a round that only one process at a time makes was begun last."""

Index(None, gebeurtenis.c.onderwerp)
Index(None, versie.c.verzameldatum)
Index(None, klaarzetrij.c.elk_nummer)
