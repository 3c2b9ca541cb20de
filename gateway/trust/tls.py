"""TLS contexts for both sides of mutual TLS, and the peer's certificate of a connection.

OpenSSL checks chain, validity and purpose during the handshake; revocation, strength and OIN it does not: who accepts
a connection asks `Certificaatkeuring` about `certificaten_van` before reading a byte of it.

Sessions are not resumed: no tickets in TLS 1.2 and none in 1.3. A resumed session would skip the chain, and so a
revocation, for as long as the peer likes; connections are kept alive instead. (TLS 1.2 resumption by session id remains
in OpenSSL's cache; it brings the same certificate back, and the check above is made for it as for any other.)
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from gateway.trust.fouten import CertificaatGeweigerd, CertificaatOnleesbaar, ZonderClientcertificaten

# ICT-beveiligingsrichtlijnen voor TLS (NCSC), level "goed": forward secrecy and authenticated encryption only.
_CIPHERS_TLS12 = "ECDHE+AESGCM:ECDHE+CHACHA20"


def ssl_context_server(cert: Path, key: Path, ca: Path) -> ssl.SSLContext:
    """Make the context of the SOAP port: TLS 1.2 or 1.3, a client certificate under `ca` demanded.

    Raises `CertificaatOnleesbaar` with a Dutch sentence that names the file at fault.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _stel_in(context, cert, key, ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.num_tickets = 0
    eis_clientcertificaten(context)
    return context


def ssl_context_klant(cert: Path, key: Path, ca: Path) -> ssl.SSLContext:
    """Make the context with which we call others: our certificate, their host name and chain under `ca` checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _stel_in(context, cert, key, ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    return context


def eis_clientcertificaten(context: ssl.SSLContext) -> None:
    """Refuse a server context that does not enforce client certificates under a configured root.

    Call it on the very context that a server starts with; raises `ZonderClientcertificaten`.
    """
    if context.verify_mode is not ssl.CERT_REQUIRED:
        raise ZonderClientcertificaten("De SOAP-poort start niet: clientcertificaten worden niet afgedwongen.")
    if not context.cert_store_stats()["x509_ca"]:
        raise ZonderClientcertificaten("De SOAP-poort start niet: er is geen CA om clientcertificaten aan te toetsen.")


def _stel_in(context: ssl.SSLContext, cert: Path, key: Path, ca: Path) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS_TLS12)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    try:
        context.load_cert_chain(cert, key, password=_geen_wachtwoord)
    except (OSError, ValueError):  # ssl.SSLError is an OSError; its text names OpenSSL internals
        raise CertificaatOnleesbaar(
            f"Certificaat {cert.name!r} en sleutel {key.name!r} zijn niet te laden: een van beide ontbreekt, is geen "
            "PEM, heeft een wachtwoord, of ze horen niet bij elkaar."
        ) from None
    try:
        context.load_verify_locations(cafile=ca)
    except OSError:
        raise CertificaatOnleesbaar(f"CA-bestand {ca.name!r} ontbreekt of bevat geen certificaten in PEM.") from None


def _geen_wachtwoord() -> str:
    """Answer OpenSSL's question for a password, which it would else ask on the terminal and wait for."""
    return ""


def certificaten_van(verbinding: ssl.SSLSocket | ssl.SSLObject) -> tuple[bytes, tuple[bytes, ...]]:
    """Give the peer's certificate and the intermediates it sent, all in DER.

    Raises `CertificaatGeweigerd` when it showed none.
    """
    blad = verbinding.getpeercert(True)
    if not blad:
        raise CertificaatGeweigerd("De beller heeft geen clientcertificaat getoond.")
    return bytes(blad), _tussen(verbinding)


def _tussen(verbinding: Any) -> tuple[bytes, ...]:
    # Public since Python 3.13; the object below has the method since 3.10. Without it the configured intermediates do.
    openbaar = getattr(verbinding, "get_unverified_chain", None)
    if openbaar is not None:
        return tuple(bytes(der) for der in openbaar()[1:])
    binnen = getattr(getattr(verbinding, "_sslobj", None), "get_unverified_chain", None)
    keten = binnen() if binnen is not None else None
    return tuple(ssl.PEM_cert_to_DER_cert(deel.public_bytes()) for deel in (keten or ())[1:])
