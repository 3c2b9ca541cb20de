"""The SOAP side of the simulators: who calls stands in the certificate; without one good OIN the answer is a Fault."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.berichten.pakket import standaardpakket
from gateway.simulators.soapdienst import Aanroep, Dienst, SoapApp
from gateway.trust.uitgifte import onderwerp
from tests.hulp.pki import Wereld

GOED = "00000003000000020000"
PAKKET = standaardpakket()
PING = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    f'<pingRequest xmlns="{PAKKET.naamruimte}"/></s:Body></s:Envelope>'
).encode()


def vraag(*oins: str) -> tuple[int, bytes]:
    """POST a ping with a certificate whose subject holds these OINs; gives status and body."""
    houder = x509.Name([*onderwerp("las.example"), *(x509.NameAttribute(NameOID.SERIAL_NUMBER, oin) for oin in oins)])
    keten = [Wereld.maak().blad(onderwerp=houder).public_bytes(Encoding.PEM).decode()]
    gezonden: list[dict[str, Any]] = []

    async def behandel(aanroep: Aanroep) -> bytes:
        return aanroep.oin.waarde.encode()

    async def ontvang() -> dict[str, Any]:
        return {"type": "http.request", "body": PING}

    async def zend(bericht: Any) -> None:
        gezonden.append(dict(bericht))

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/bron",
        "query_string": b"",
        "headers": [(b"content-type", b"text/xml")],
        "extensions": {"tls": {"client_cert_chain": keten}},
    }
    asyncio.run(SoapApp({"/bron": Dienst("bron", PAKKET, behandel)})(scope, ontvang, zend))
    return gezonden[0]["status"], gezonden[1]["body"]


def test_wie_belt_staat_in_het_certificaat() -> None:
    assert vraag(GOED) == (200, GOED.encode())


@pytest.mark.parametrize("oins", [(), (GOED, GOED), (GOED[:-1],), (GOED + "0",), (GOED[:-1] + "A",)], ids=str)
def test_zonder_een_goed_oin_is_het_antwoord_een_fault(oins: tuple[str, ...]) -> None:
    status, inhoud = vraag(*oins)
    assert status == 500
    assert b"CertificaatHoortNietBijPartij" in inhoud
