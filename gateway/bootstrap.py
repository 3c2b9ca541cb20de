"""Wires everything: from settings to a `Wereld` of real ports. The only module that knows all rings.

Heavy libraries are imported where they are first needed, so that the command line starts quickly.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.domain.partij import Partij
from gateway.domain.signalen import Bewaking
from gateway.domain.waarden import Brin, Oin, OngeldigeWaarde, RouteringsKenmerk
from gateway.settings import Instellingen, InstellingOnjuist

if TYPE_CHECKING:
    from adapters.beleefdheid import Omgang, Pogingenboek
    from adapters.kern.bode import Bode
    from adapters.traffic_center.beleefd import BeleefdTrafficCenter
    from gateway.berichten.pakket import Berichtpakket
    from gateway.berichten.verzending import SoapVerzender
    from gateway.gegevensset import Toetser
    from gateway.ports import TrafficCenter, Wereld
    from gateway.store.opslag import SqlOpslag
    from gateway.trust.bewijs import Ondertekenaar
    from gateway.trust.crl import CrlBron
    from gateway.trust.keuring import Certificaatkeuring
    from gateway.trust.kluis import Kluis
    from gateway.trust.kring import Partijen
    from gateway.trust.wssec import Berichttekenaar
    from gateway.usecases.doelsysteem import Doelsysteem
    from gateway.work.naar_buiten import Buitenwerk
    from gateway.work.zijwerk import DuurzaamZijwerk

SLEUTELRING = "sleutelring"
"""File with the key ring of a development world, in its data directory."""


class Systeemklok:
    """The clock of the machine."""

    def nu(self) -> datetime:
        """Now, aware, UTC."""
        return datetime.now(UTC)


def maak_toetser(instellingen: Instellingen) -> Toetser:
    """Make the validator over all installed packs; raises `InstellingOnjuist` when one of them is broken."""
    from gateway.gegevensset import OngeldigPakket, Pakketten, Toetser, Toetsinstellingen
    from gateway.gegevensset.bijlagen import BijlageGrenzen
    from gateway.gegevensset.virusscan import ClamdScanner
    from gateway.xmlio import Grenzen

    try:
        pakketten = Pakketten.laad(gegevenssetmappen(instellingen))
    except OngeldigPakket as fout:
        raise InstellingOnjuist(f"{fout} Kijk het na met `oso-gateway schemas check`.") from None
    return Toetser(
        pakketten,
        Toetsinstellingen(
            grenzen=Grenzen(octetten=instellingen.max_bericht),
            bijlagen=BijlageGrenzen(per_bijlage=instellingen.max_bijlage, per_dossier=instellingen.max_bijlagen),
            regels=instellingen.regels,
        ),
        virusscanner=ClamdScanner(instellingen.clamd) if instellingen.clamd is not None else None,
    )


def gegevenssetmappen(instellingen: Instellingen) -> list[Path]:
    """Give the folders of installed gegevensset packs, beside those of the product."""
    schemas = schemamap_om_te_vullen(instellingen)
    return [schemas / "gegevensset"] if schemas is not None else []


def schemamap_om_te_vullen(instellingen: Instellingen) -> Path | None:
    """Give the folder that packs are installed in: `OSO_SCHEMAS_DIR`, else `schemas` in the data directory."""
    if instellingen.schemas_dir is not None:
        return instellingen.schemas_dir
    return instellingen.data_dir / "schemas" if instellingen.data_dir is not None else None


def maak_kluis(instellingen: Instellingen) -> Kluis:
    """Make the encryption at rest; raises `InstellingOnjuist` without usable keys."""
    from gateway.trust.fouten import SleutelringOngeldig
    from gateway.trust.kluis import Kluis

    try:
        return Kluis(_sleutelring(instellingen))
    except SleutelringOngeldig as fout:
        raise InstellingOnjuist(str(fout)) from None


def _sleutelring(instellingen: Instellingen) -> str:
    """Give the configured key ring; the one that `serve --dev` keeps in its folder serves the other verbs there."""
    ontwikkel = instellingen.data_dir / SLEUTELRING if instellingen.data_dir is not None else None
    if instellingen.encryption_keys is None and ontwikkel is not None and ontwikkel.is_file():
        return ontwikkel.read_text("ascii", errors="replace").strip()
    ring: str = instellingen.eis("encryption_keys").get_secret_value()
    return ring


def open_opslag(instellingen: Instellingen, *, met_sleutels: bool = True) -> SqlOpslag:
    """Open the store; raises `InstellingOnjuist` when its tables are not those of this version.

    Without `met_sleutels` nothing that is encrypted can be read or written: enough for tokens.
    """
    from gateway.store.opslag import SqlOpslag
    from gateway.store.schema import controleer_schema
    from gateway.trust.kluis import GeslotenKluis

    url = instellingen.opslag_url
    if not controleer_schema(url):
        raise InstellingOnjuist(
            "De database is niet bijgewerkt voor deze versie: draai eerst `oso-gateway db upgrade`."
        )
    return SqlOpslag(url, maak_kluis(instellingen) if met_sleutels else GeslotenKluis())


def berichtpakket(instellingen: Instellingen) -> Berichtpakket:
    """Give the message version that we speak by default."""
    from gateway.berichten.pakket import standaardpakket

    pakketten = berichtpakketten(instellingen)
    if instellingen.berichtversie is None:
        return standaardpakket(pakketten)
    if instellingen.berichtversie not in pakketten:
        raise InstellingOnjuist(f"OSO_BERICHTVERSIE is niet geïnstalleerd; wel: {', '.join(pakketten)}.")
    return pakketten[instellingen.berichtversie]


def berichtpakketten(instellingen: Instellingen) -> dict[str, Berichtpakket]:
    """Load all message packs, those of `OSO_SCHEMAS_DIR` included."""
    from gateway.berichten.pakket import laad_pakketten, schemamap

    mappen = [schemamap()]
    if instellingen.schemas_dir is not None:
        mappen.append(instellingen.schemas_dir / "overstapservice")
    return dict(laad_pakketten(*mappen))


def maak_partijen(instellingen: Instellingen) -> Partijen:
    """Make the party table of the configuration."""
    from gateway.trust.kring import Partijen

    try:
        return Partijen(
            Partij(
                oin=Oin(rij.oin),
                naam=rij.naam,
                las=rij.las,
                systeem=rij.systeem or rij.naam,
                brins=frozenset(Brin(brin) for brin in rij.brins),
                kenmerken=frozenset(RouteringsKenmerk(kenmerk) for kenmerk in rij.kenmerken),
                ondertekent=rij.ondertekent,
            )
            for rij in instellingen.partijen
        )
    except (OngeldigeWaarde, ValueError) as fout:
        raise InstellingOnjuist(f"De partijentabel klopt niet: {fout}") from None


def maak_keuring(instellingen: Instellingen) -> Certificaatkeuring:
    """Make the check of client certificates; raises `InstellingOnjuist` when it cannot be made."""
    from gateway.trust.fouten import VertrouwenFout
    from gateway.trust.inlezen import laad_certificaten
    from gateway.trust.intrekking import Intrekkingen
    from gateway.trust.keten import Ankers
    from gateway.trust.keuring import Certificaatkeuring, Verwachting

    try:
        certificaten = laad_certificaten(instellingen.eis_bestand("tls_ca"))
        ankers = Ankers.uit(certificaten)
    except VertrouwenFout as fout:
        raise InstellingOnjuist(f"OSO_TLS_CA: {fout}") from None
    respijt = timedelta(hours=instellingen.tls_crl_respijt_uren)
    intrekkingen = Intrekkingen(crl_bronnen(instellingen), verwacht=certificaten, respijt=respijt)
    return Certificaatkeuring(Verwachting(ankers, intrekkingen), Systeemklok().nu)


def crl_bronnen(instellingen: Instellingen) -> list[CrlBron]:
    """Make the sources of revocation lists: files and URLs."""
    from gateway.trust.crl import BestandBron, UrlBron
    from gateway.trust.crl_ophalen import haal_crl

    return [
        UrlBron(bron, haal_crl) if bron.startswith(("http://", "https://")) else BestandBron(Path(bron))
        for bron in instellingen.tls_crl
    ]


def maak_ondertekenaar(instellingen: Instellingen) -> Ondertekenaar:
    """Make the signer of evidence; raises `InstellingOnjuist`."""
    from gateway.trust.bewijs import Ondertekenaar
    from gateway.trust.fouten import VertrouwenFout
    from gateway.trust.inlezen import laad_certificaten, laad_sleutel

    cert, key = instellingen.eis_bestand("onderteken_cert"), instellingen.eis_bestand("onderteken_key")
    try:
        return Ondertekenaar(laad_sleutel(key), laad_certificaten(cert))
    except VertrouwenFout as fout:
        raise InstellingOnjuist(f"OSO_ONDERTEKEN_CERT/KEY: {fout}") from None


def maak_berichttekenaar(instellingen: Instellingen) -> Berichttekenaar:
    """Make the signer of SOAP answers, for parties that ask it; raises `InstellingOnjuist`.

    The key is that of the evidence; once a party signs, its certificate must be one for digital signatures.
    """
    from gateway.trust.fouten import VertrouwenFout
    from gateway.trust.inlezen import laad_certificaten, laad_sleutel
    from gateway.trust.keten import eis_gebruik
    from gateway.trust.wssec import Berichttekenaar

    cert, key = instellingen.eis_bestand("onderteken_cert"), instellingen.eis_bestand("onderteken_key")
    try:
        blad = laad_certificaten(cert)[0]
        if any(partij.ondertekent for partij in instellingen.partijen):
            eis_gebruik(blad, "digital_signature", waarvoor="het ondertekenen van berichten")
        return Berichttekenaar(laad_sleutel(key), blad)
    except VertrouwenFout as fout:
        raise InstellingOnjuist(f"OSO_ONDERTEKEN_CERT/KEY: {fout}") from None


def maak_traffic_center(
    instellingen: Instellingen, keuring: Certificaatkeuring, omgang: Omgang
) -> BeleefdTrafficCenter:
    """Make the client of the Traffic Center, whose certificate is held to the same roots and revocation lists.

    Raises `InstellingOnjuist`.
    """
    from adapters.traffic_center.beleefd import BeleefdTrafficCenter
    from adapters.traffic_center.klant import TrafficCenterKlant

    url = str(instellingen.eis("traffic_center_url"))
    if not url.startswith("https://"):
        raise InstellingOnjuist("OSO_TRAFFIC_CENTER_URL moet met https:// beginnen.")
    verzender = maak_verzender(instellingen, keuring)
    klant = TrafficCenterKlant(
        url,
        verzender,
        berichtpakket(instellingen),
        andere=berichtpakketten(instellingen).values(),
        termijn=instellingen.traffic_center_termijn,
    )
    return BeleefdTrafficCenter(klant, omgang)


def maak_verzender(instellingen: Instellingen, keuring: Certificaatkeuring) -> SoapVerzender:
    """Make what calls others with our certificate and checks theirs in full; raises `InstellingOnjuist`."""
    from gateway.berichten.verzending import SoapVerzender
    from gateway.trust.fouten import VertrouwenFout
    from gateway.trust.keuring import SERVER, Certificaatkeuring
    from gateway.trust.tls import certificaten_van, ssl_context_klant

    bestanden = [instellingen.eis_bestand(naam) for naam in ("tls_cert", "tls_key", "tls_ca")]
    try:
        tls = ssl_context_klant(*bestanden)
    except VertrouwenFout as fout:
        raise InstellingOnjuist(f"OSO_TLS_CERT/KEY/CA: {fout}") from None
    van_servers = Certificaatkeuring(replace(keuring.verwachting, doel=SERVER), Systeemklok().nu)
    return SoapVerzender(tls, keur=lambda verbinding: van_servers.keur_octets(*certificaten_van(verbinding)))


def maak_omgang(instellingen: Instellingen, boek: Pogingenboek | None = None) -> Omgang:
    """Make the keeper of rates, repeats and circuit breakers; one for a process, for all its calls out."""
    from adapters.beleefdheid import Omgang, Omgangsregels

    return Omgang(Omgangsregels(**instellingen.beleefdheid.model_dump()), boek)


def maak_bode(instellingen: Instellingen, *, dev: bool = False) -> Bode:
    """Make the sender of webhooks; in `dev` it may go anywhere."""
    from adapters.kern.adres import Adresregel
    from adapters.kern.bode import Bode

    if instellingen.webhook_ca is not None:
        instellingen.eis_bestand("webhook_ca")
    try:
        return Bode(Adresregel(frozenset(instellingen.webhook_hosts), dev), ca=instellingen.webhook_ca)
    except OSError:
        raise InstellingOnjuist("OSO_WEBHOOK_CA bevat geen leesbare certificaten (PEM).") from None


def maak_doelsysteem(
    instellingen: Instellingen, wereld: Wereld, keuring: Certificaatkeuring, omgang: Omgang
) -> Doelsysteem:
    """Make what fetching from other schools needs; their certificates are held to the same roots and lists as callers.

    Raises `InstellingOnjuist`.
    """
    from adapters.bron import BronKlant
    from gateway.gegevensset import Toetser
    from gateway.gegevensset.verschil import Dossiervergelijker
    from gateway.usecases.doelsysteem import Doelsysteem
    from gateway.xmlio import Grenzen

    verzender = maak_verzender(instellingen, keuring)
    versies = wereld.toetser.pakketten.versies if isinstance(wereld.toetser, Toetser) else ()
    return Doelsysteem(
        wereld,
        BronKlant(
            verzender,
            berichtpakket(instellingen),
            omgang,
            termijn=instellingen.bron_seconden,
            maximum=instellingen.max_bericht,
        ),
        Dossiervergelijker(Grenzen(octetten=instellingen.max_bericht)),
        tuple(reversed(versies)),
    )


def maak_zijwerk(
    instellingen: Instellingen,
    wereld: Wereld,
    *,
    keuring: Certificaatkeuring,
    omgang: Omgang,
    dev: bool = False,
) -> DuurzaamZijwerk:
    """Make the side work of this process; it does nothing until it is started."""
    from gateway.work.zijwerk import DuurzaamZijwerk

    termijnen = instellingen.bewaartermijnen.als_termijnen()
    return DuurzaamZijwerk(
        wereld,
        maak_bode(instellingen, dev=dev),
        instellingen.werk_url,
        termijnen,
        maak_doelsysteem(instellingen, wereld, keuring, omgang),
        maak_buitenwerk(instellingen, keuring, omgang),
    )


def maak_buitenwerk(instellingen: Instellingen, keuring: Certificaatkeuring, omgang: Omgang) -> Buitenwerk:
    """Make what calls out by itself: notifications, and the look at our points; raises `InstellingOnjuist`."""
    from random import random

    from adapters.doel import DoelKlant
    from gateway.usecases.notificeren import Notificeerder
    from gateway.work.naar_buiten import Buitenwerk

    pakket = berichtpakket(instellingen)
    doelen = DoelKlant(
        maak_verzender(instellingen, keuring),
        berichtpakketten(instellingen),
        pakket,
        omgang,
        termijn=instellingen.notificatie_seconden,
    )
    notificeerder = Notificeerder(doelen, pakket.tabel, random, instellingen.bewaartermijnen.als_termijnen())
    return Buitenwerk(notificeerder, instellingen.notificatie_ronde, timedelta(hours=instellingen.overzicht_uren))


def maak_wereld(instellingen: Instellingen, soap_adres: str, traffic_center: TrafficCenter) -> Wereld:
    """Make all ports. `soap_adres` is `https://host:port` at which LAS systems reach us."""
    from adapters.profielen import Profielen
    from gateway.ports import Contactteksten, Wereld
    from gateway.trust.zoeksleutel import StrategieOngeldig, maak_zoeksleutels

    try:
        zoeksleutels = maak_zoeksleutels(
            instellingen.zoeksleutel_strategie,
            instellingen.zoeksleutel_salt.get_secret_value(),
            instellingen.zoeksleutel_rounds,
        )
    except StrategieOngeldig as fout:
        raise InstellingOnjuist(str(fout)) from None
    pakket = berichtpakket(instellingen)
    return Wereld(
        opslag=open_opslag(instellingen),
        klok=Systeemklok(),
        toetser=maak_toetser(instellingen),
        ondertekenaar=maak_ondertekenaar(instellingen),
        zoeksleutels=zoeksleutels,
        traffic_center=traffic_center,
        partijen=maak_partijen(instellingen),
        las_profielen=Profielen(),
        bewaking=Bewaking(instellingen.herhaald_vanaf),
        contact=Contactteksten(instellingen.contact_servicedesk, instellingen.contact_beheer),
        tabel=pakket.tabel,
        soap_basis=f"{(instellingen.soap_url or soap_adres).rstrip('/')}/oso/{pakket.versie}",
    )
