"""Configuration: environment `OSO_…`, or a TOML file named by `OSO_CONFIG`; environment wins.

A missing or wrong setting raises `InstellingOnjuist` with one clear Dutch line. No secret is ever printed: secrets are
`SecretStr`, and error texts name the setting, never its value.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from gateway.domain.beoordeling import Regelmodus
from gateway.domain.bewaren import Bewaartermijnen

MB = 1_000_000
MIB = 1 << 20
BRON_TERMIJN = 5.0
"""Seconds within which a bron must have its session checked (`messages.md`, Results)."""
MARGE_BRON = 5.0
"""Seconds that a bron may need beside its session check."""


_DATABASE = re.compile(r"(sqlite(\+pysqlite)?:///|(postgres|postgresql|postgresql\+psycopg)://)")


class InstellingOnjuist(Exception):
    """The configuration does not allow a start; the message is one line for the operator."""


class PartijInstelling(BaseModel):
    """One party (supplier's system) and the schools and points it may speak for; `[[partijen]]` in the TOML file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    oin: str
    naam: str
    las: str | None = None
    systeem: str | None = None
    brins: tuple[str, ...] = ()
    kenmerken: tuple[str, ...] = ()
    ondertekent: bool = False
    """Its messages must be signed, and so are our answers to it (WS-Security, Edukoppeling 2W-be-S)."""


_PER_SECONDE = {
    "sessiecontrole": 400.0,
    "registreerAanleverpunt": 10.0,
    "ping": 20.0,
    "overdracht": 20.0,
    "afmelding": 40.0,
    "meldenNotificatie": 10.0,
    "meldenTerugkoppeling": 5.0,
    "overzichtAanleverpunt": 1.0,
    "document": 20.0,
    "notificatie": 10.0,
    "terugkoppeling": 5.0,
}
_POGINGEN = {
    "afmelding": 3,
    "meldenNotificatie": 3,
    "overzichtAanleverpunt": 3,
}
Positief = Annotated[float, Field(gt=0, le=100_000)]


class BeleefdheidInstelling(BaseModel):
    """How we go about with other parties; `[beleefdheid]` in the TOML file, `OSO_BELEEFDHEID__…` in the environment.

    Rates are calls per second to one party, per process; times are seconds. What is not named in `per_seconde` or
    `pogingen` keeps its default. A session check, and feedback, are always sent once, whatever `pogingen` says.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_seconde: dict[str, Positief] = Field(default_factory=dict, validate_default=True)
    anders_per_seconde: Positief = 10.0
    partij_per_seconde: Positief = 500.0
    ineens: Positief = 2.0
    """Size of a bucket, in seconds of its rate."""
    wachten: float = Field(default=10.0, ge=0, le=300)
    """Longest wait for a turn."""
    wachten_sessiecontrole: float = Field(default=0.2, ge=0, le=1)
    """The same for a session check; part of the 5 seconds that a bron has."""
    pogingen: dict[str, Annotated[int, Field(ge=1, le=10)]] = Field(default_factory=dict, validate_default=True)
    pauze_eerst: Positief = 0.5
    pauze_langst: Positief = 8.0
    herhaaldeel: float = Field(default=0.2, ge=0, le=1)
    herhaalvoorraad: float = Field(default=10.0, ge=0)
    kring_fouten: int = Field(default=10, ge=1)
    kring_open_eerst: Positief = 1.0
    kring_open_langst: Positief = 30.0

    @field_validator("per_seconde")
    @classmethod
    def _tempo(cls, waarde: dict[str, float]) -> dict[str, float]:
        return _aangevuld(waarde, _PER_SECONDE)

    @field_validator("pogingen")
    @classmethod
    def _keren(cls, waarde: dict[str, int]) -> dict[str, int]:
        return _aangevuld(waarde, _POGINGEN)


_W = TypeVar("_W", int, float)


def _aangevuld(waarde: dict[str, _W], standaard: dict[str, _W]) -> dict[str, _W]:
    if not set(waarde) <= set(_PER_SECONDE):
        raise ValueError(f"kent alleen deze aanroepen: {', '.join(_PER_SECONDE)}")
    return {**standaard, **waarde}


class BewaarInstelling(BaseModel):
    """How long what is kept; `[bewaartermijnen]` in the TOML file, `OSO_BEWAARTERMIJNEN__…` in the environment.

    Days, unless the name says otherwise. Six months for requests and a day for answers are demanded and may be
    shortened only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    verzoeken_maanden: int = Field(default=6, ge=1, le=6)
    antwoorden_uren: int = Field(default=24, ge=1, le=24)
    dossiers_na_ophalen: int = Field(default=90, ge=1)
    seizoen_einde: str = Field(default="10-01", pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")
    """Month and day (to 28) on which the dossiers of a season go."""
    afleveringen: int = Field(default=30, ge=1)
    gebeurtenissen: int = Field(default=400, ge=1)
    klaarzettingen: int = Field(default=400, ge=1)
    pogingen: int = Field(default=30, ge=1)

    def als_termijnen(self) -> Bewaartermijnen:
        """The same for the use case."""
        maand, dag = (int(deel) for deel in self.seizoen_einde.split("-"))
        return Bewaartermijnen(**self.model_dump(exclude={"seizoen_einde"}), seizoen_einde=(maand, dag))


def _rij(waarde: object) -> object:
    """Accept a comma-separated text for a list."""
    return tuple(deel.strip() for deel in waarde.split(",") if deel.strip()) if isinstance(waarde, str) else waarde


Rij = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_rij)]


class Instellingen(BaseSettings):
    """All settings, with the defaults of `interfaces.md`. Sizes in bytes, durations in seconds."""

    model_config = SettingsConfigDict(env_prefix="OSO_", env_nested_delimiter="__", extra="ignore", frozen=True)
    toml_bestand: ClassVar[Path | None] = None

    data_dir: Path | None = None
    database_url: SecretStr | None = None
    """SQLAlchemy URL; default the file `oso.sqlite` in `data_dir`."""

    rest_bind: str = "127.0.0.1:8080"
    soap_bind: str = "127.0.0.1:8443"
    soap_url: str | None = None
    """Address at which LAS systems reach the SOAP port, `https://host:port`; default that of `soap_bind`."""

    traffic_center_url: str | None = None
    """Base of the Traffic Center, `https://host:port`; the service path is appended."""
    traffic_center_seconden: float = Field(default=5.0, gt=0, le=60)
    bron_seconden: float = Field(default=30.0, gt=0, le=600)
    """How long we, as doel, wait for a bron: longer than a bron waits for the Traffic Center, so that we hear of it."""
    notificatie_seconden: float = Field(default=10.0, gt=0, le=120)
    """How long we wait for a doel that is told of a new version."""
    notificatie_ronde: float = Field(default=5.0, ge=0.1, le=3600)
    """Seconds between two looks at who is to be notified."""
    overzicht_uren: float = Field(default=12.0, gt=0, le=24 * 7)
    """Hours between two looks, for one BRIN, whether our points are still on at the Traffic Center."""
    herhaald_vanaf: int = Field(default=5, ge=2, le=1000)
    """A LAS that gets the same version so often within an hour is probably refusing it: a warning goes out."""
    beleefdheid: BeleefdheidInstelling = BeleefdheidInstelling()

    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_ca: Path | None = None
    tls_crl: Rij = ()
    tls_crl_respijt_uren: float = Field(default=24.0, ge=0)
    proxy_adressen: Rij = ()
    """Addresses of proxies that end TLS; only from these the header with the client certificate is honoured."""
    proxy_certificaat_kop: str = "X-Client-Cert"

    onderteken_cert: Path | None = None
    onderteken_key: Path | None = None
    encryption_keys: SecretStr | None = None

    zoeksleutel_strategie: str = "pbkdf2-sha512"
    zoeksleutel_salt: SecretStr = SecretStr("oso-gateway")
    zoeksleutel_rounds: int = Field(default=10_000, ge=1)

    schemas_dir: Path | None = None
    berichtversie: str | None = None
    """Version of the messages that we register and speak; default the one that its pack calls the standard."""
    regels: Regelmodus = Regelmodus.GEPUBLICEERD

    max_bericht: int = Field(default=64 * MIB, ge=1024)
    max_bijlage: int = Field(default=5 * MB, ge=1, le=7 * MB)
    max_bijlagen: int = Field(default=20 * MB, ge=1)
    clamd: str | None = None
    """Virus scanner: `host:port` of clamd, or the path of its socket; no attachment passes then that it did not see."""
    rest_per_minuut: int = Field(default=60_000, ge=1)
    """Calls a minute that one REST token may make, in each process; two seconds of it may come at once."""
    webhook_hosts: Rij = ()
    """Hosts that webhooks may go to, over https and outside the own network; empty: none."""
    webhook_ca: Path | None = None
    """Roots (PEM) that the certificates of webhook receivers must lead to; default those of the system."""
    werk_database_url: SecretStr | None = None
    """SQLAlchemy URL of the database of side work; default `werk.sqlite`, or the PostgreSQL of the store."""
    bewaartermijnen: BewaarInstelling = BewaarInstelling()

    contact_servicedesk: str = "OSO Servicedesk van Kennisnet"
    contact_beheer: str = "de beheerder van deze gateway"
    partijen: tuple[PartijInstelling, ...] = ()

    @field_validator("rest_bind", "soap_bind")
    @classmethod
    def _bind(cls, waarde: str) -> str:
        ontleed_bind(waarde)
        return waarde

    @field_validator("database_url", "werk_database_url")
    @classmethod
    def _database(cls, waarde: SecretStr | None) -> SecretStr | None:
        if waarde is not None and _DATABASE.match(waarde.get_secret_value()) is None:
            raise ValueError("verwacht sqlite:///bestand of postgresql+psycopg://naam:wachtwoord@host:poort/database")
        return waarde

    @model_validator(mode="after")
    def _termijnen_passen_in_elkaar(self) -> Instellingen:
        if self.bron_seconden < min(self.traffic_center_seconden, BRON_TERMIJN) + MARGE_BRON:
            raise ValueError(
                f"OSO_BRON_SECONDEN moet minstens {MARGE_BRON:g} s langer zijn dan OSO_TRAFFIC_CENTER_SECONDEN: een "
                "bron vraagt eerst het Traffic Center"
            )
        if self.traffic_center_termijn <= 0.5:
            raise ValueError("OSO_TRAFFIC_CENTER_SECONDEN laat na het wachten op een beurt te weinig tijd over")
        return self

    @property
    def traffic_center_termijn(self) -> float:
        """Seconds for one call to the Traffic Center: with the wait for a turn it fits in what a bron may take."""
        return min(self.traffic_center_seconden, BRON_TERMIJN) - 0.2 - self.beleefdheid.wachten_sessiecontrole

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before the TOML file; no .env files."""
        bronnen: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if cls.toml_bestand is not None:
            bronnen.append(InitSettingsSource(settings_cls, _lees_toml(cls.toml_bestand, set(cls.model_fields))))
        return tuple(bronnen)

    @property
    def opslag_url(self) -> str:
        """Where the store is."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.eis('data_dir') / 'oso.sqlite'}"

    @property
    def werk_url(self) -> str:
        """Where the database of side work is."""
        if self.werk_database_url is not None:
            return self.werk_database_url.get_secret_value()
        if not self.opslag_url.startswith("sqlite"):
            return self.opslag_url
        map_ = self.data_dir or Path(self.opslag_url.partition(":///")[2].partition("?")[0]).parent
        return f"sqlite:///{map_ / 'werk.sqlite'}"

    def eis(self, naam: str) -> Any:
        """Give a setting that this start cannot do without, or raise `InstellingOnjuist`."""
        waarde = getattr(self, naam)
        if waarde is None:
            raise InstellingOnjuist(
                f"De instelling OSO_{naam.upper()} ontbreekt; zet haar in de omgeving of in OSO_CONFIG."
            )
        return waarde

    def eis_bestand(self, naam: str) -> Path:
        """Give a file setting whose file can be read, or raise `InstellingOnjuist`."""
        pad = Path(self.eis(naam))
        if not pad.is_file() or not os.access(pad, os.R_OK):
            raise InstellingOnjuist(f"Het bestand van OSO_{naam.upper()} bestaat niet of is niet leesbaar.")
        return pad

    def eis_schemamap(self) -> None:
        """Raise `InstellingOnjuist` when the folder of extra packs is named and not there."""
        if self.schemas_dir is not None and not self.schemas_dir.is_dir():
            raise InstellingOnjuist("De map van OSO_SCHEMAS_DIR bestaat niet of is niet leesbaar.")

    def maak_datamap(self) -> None:
        """Make the data directory when it is not there, for its owner alone, or raise `InstellingOnjuist`."""
        if self.data_dir is None:
            return
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as fout:
            raise InstellingOnjuist(f"De map van OSO_DATA_DIR is niet te maken ({fout.strerror}).") from None


def ontleed_bind(waarde: str) -> tuple[str, int]:
    """Split `host:port` (IPv6 in brackets); port 0 takes a free one. Raises `ValueError`."""
    host, scheiding, poort = waarde.rpartition(":")
    if not scheiding or not host or not poort.isascii() or not poort.isdigit() or int(poort) > 65535:
        raise ValueError("verwacht adres:poort, zoals 127.0.0.1:8080")
    return host.strip("[]"), int(poort)


def _lees_toml(bestand: Path, bekend: set[str]) -> dict[str, Any]:
    """Read the settings of a TOML file, named as in the environment (`OSO_DATA_DIR`) or as fields (`data_dir`).

    Raises `InstellingOnjuist` for what is no setting or is named twice, and `ValueError` for what is no TOML.
    """
    gelezen: dict[str, Any] = {}
    for sleutel, waarde in tomllib.loads(bestand.read_text("utf-8")).items():
        naam = sleutel.lower().removeprefix("oso_")
        if naam not in bekend:
            raise InstellingOnjuist(f"Het bestand dat OSO_CONFIG noemt, heeft een onbekende instelling: {sleutel!r}.")
        if naam in gelezen:
            raise InstellingOnjuist(f"Het bestand dat OSO_CONFIG noemt, geeft OSO_{naam.upper()} tweemaal.")
        gelezen[naam] = waarde
    return gelezen


def lees_instellingen(**voorrang: Any) -> Instellingen:
    """Read environment and TOML file; `voorrang` (from the command line) wins over both.

    Raises `InstellingOnjuist` with one line that names the wrong settings, never their values.
    """
    config = os.environ.get("OSO_CONFIG")
    if config and not Path(config).is_file():
        raise InstellingOnjuist("Het bestand dat OSO_CONFIG noemt, bestaat niet.")
    soort: type[Instellingen] = type(
        "Instellingen", (Instellingen,), {"toml_bestand": Path(config) if config else None, "__module__": __name__}
    )
    try:
        return soort(**{naam: waarde for naam, waarde in voorrang.items() if waarde is not None})
    except ValidationError as fout:
        delen = "; ".join(_regel(dict(los)) for los in fout.errors(include_url=False, include_input=False))
        raise InstellingOnjuist(f"Onjuiste instelling: {delen}.") from None
    except ValueError:  # tomllib.TOMLDecodeError is one: its text would repeat a line of the file
        raise InstellingOnjuist("Het bestand dat OSO_CONFIG noemt, is geen geldige TOML.") from None


def _regel(los: dict[str, Any]) -> str:
    plek = ".".join(str(deel) for deel in los["loc"]) or "bestand"
    return f"OSO_{plek.upper()} ({los['msg']})"
