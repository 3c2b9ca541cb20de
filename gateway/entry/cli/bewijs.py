"""`sign`, `verify` and `certs`: evidence and certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.entry.cli.uitvoer import Afloop, stop, toon, toon_json

certs = typer.Typer(help="Certificaten: een ontwikkel-PKI maken, en nakijken wat is ingesteld.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Schrijf het resultaat als JSON.")]


def voeg_toe(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("sign")(sign)
    app.command("verify")(verify)


def _lees(bestand: Path) -> bytes:
    try:
        return bestand.read_bytes()
    except OSError as fout:
        stop(Afloop.GEBRUIK, f"{bestand}: kan het bestand niet lezen ({fout.strerror}).")


def sign(
    bestand: Annotated[Path, typer.Argument(metavar="FILE", help="Het dossier (XML).")],
    uit: Annotated[Path, typer.Option("--out", metavar="FILE", help="Waar de handtekening komt.")],
) -> None:
    """Onderteken een dossier met een losse XAdES-handtekening (OSO_ONDERTEKEN_CERT en _KEY)."""
    from gateway.bootstrap import maak_ondertekenaar
    from gateway.settings import lees_instellingen
    from gateway.trust.fouten import BewijsOngeldig

    octets = _lees(bestand)
    try:
        handtekening = maak_ondertekenaar(lees_instellingen()).onderteken(octets)
    except BewijsOngeldig as fout:
        stop(Afloop.GEBRUIK, f"{bestand}: {fout}")
    uit.write_bytes(handtekening)
    toon(f"De handtekening staat in {uit}.")


def verify(
    bestand: Annotated[Path, typer.Argument(metavar="FILE", help="Het dossier (XML).")],
    handtekening: Annotated[Path, typer.Option("--handtekening", metavar="FILE", help="De XAdES-handtekening.")],
    ca: Annotated[
        Path | None, typer.Option("--ca", metavar="PEM", help="Vertrouwde CA; anders die van OSO_TLS_CA.")
    ] = None,
    als_json: Json = False,
) -> None:
    """Controleer een handtekening: hoort zij bij dit dossier, en is de ondertekenaar te vertrouwen?"""
    from gateway.settings import lees_instellingen
    from gateway.trust.bewijs import Bewijsverwachting, verifieer
    from gateway.trust.fouten import BewijsOngeldig, VertrouwenFout
    from gateway.trust.inlezen import laad_certificaten
    from gateway.trust.keten import Ankers

    octets, bewijs = _lees(bestand), _lees(handtekening)
    try:
        ankers = Ankers.uit(laad_certificaten(ca or lees_instellingen().eis_bestand("tls_ca")))
    except VertrouwenFout as fout:
        stop(Afloop.GEBRUIK, str(fout))
    try:
        gevonden = verifieer(octets, bewijs, Bewijsverwachting(ankers))
    except BewijsOngeldig as fout:
        if als_json:
            toon_json({"geldig": False, "reden": str(fout)})
        stop(Afloop.GEHOUDEN_NIET, f"De handtekening houdt geen stand: {fout}")
    if als_json:
        toon_json(
            {
                "geldig": True,
                "ondertekenaar": gevonden.ondertekenaar,
                "oin": gevonden.oin.waarde if gevonden.oin else None,
                "moment": gevonden.moment.isoformat(),
            }
        )
    else:
        toon(f"De handtekening klopt: gezet door {gevonden.ondertekenaar} op {gevonden.moment.isoformat()}.")


@certs.command("dev")
def dev(
    uit: Annotated[Path, typer.Option("--out", metavar="DIR", help="Map voor de PKI.")] = Path("certs/ontwikkel"),
) -> None:
    """Maak een ontwikkel-PKI in de trant van PKIoverheid (root, domein, uitgever, OIN, CRL)."""
    from gateway.simulators.ontwikkelwereld import PARTIJEN
    from gateway.trust.certificaten import maak_ontwikkel_pki

    pki = maak_ontwikkel_pki(uit, {partij.naam: partij.oin for partij in PARTIJEN}, rsa_ondertekening=True)
    toon(f"De ontwikkel-PKI staat in {pki.map}. Alleen voor ontwikkeling: de sleutels van de CA liggen ernaast.")


@certs.command("check")
def check(als_json: Json = False) -> None:
    """Kijk de ingestelde certificaten na: looptijd, keten, sleutelgebruik, OIN en intrekkingslijst."""
    from datetime import UTC, datetime, timedelta

    from gateway.bootstrap import crl_bronnen
    from gateway.settings import lees_instellingen
    from gateway.trust.controle import Oordeel, Vertrouwensbestanden, controleer

    instellingen = lees_instellingen()
    bestanden = Vertrouwensbestanden(
        ca=instellingen.eis("tls_ca"),
        tls_cert=instellingen.eis("tls_cert"),
        tls_key=instellingen.eis("tls_key"),
        onderteken_cert=instellingen.onderteken_cert,
        onderteken_key=instellingen.onderteken_key,
        crl=crl_bronnen(instellingen),
        respijt=timedelta(hours=instellingen.tls_crl_respijt_uren),
    )
    punten = controleer(bestanden, datetime.now(UTC))
    if als_json:
        toon_json(
            [
                {
                    "instelling": punt.instelling,
                    "bestand": punt.bestand,
                    "oordeel": punt.oordeel.value,
                    "melding": punt.melding,
                    "dagen": punt.dagen,
                }
                for punt in punten
            ]
        )
    else:
        for punt in punten:
            toon(f"{punt.oordeel.value:13} {punt.instelling:20} {punt.bestand:28} {punt.melding}")
    if any(punt.oordeel is Oordeel.FOUT for punt in punten):
        stop(Afloop.GEHOUDEN_NIET)
