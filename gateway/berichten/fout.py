"""Technical errors of messages, as a tree; each becomes a SOAP Fault with HTTP 500 (`messages.md`, Technical errors).

    BerichtFout
    ├─ BerichtOngeldig, OperatieOnbekend, VersieOnbekend, TeGroot     soapenv:Client
    ├─ CertificaatHoortNietBijPartij, BronHoortNietBijSysteem         soapenv:Client
    ├─ TijdelijkeStoring, InterneFout                                 soapenv:Server
    └─ KopNietBegrepen, SoapVersieAnders                              MustUnderstand, VersionMismatch; no detail

The text of a fault is a Dutch sentence that never repeats anything of the request.
"""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from lxml import etree

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


class Foutcode(StrEnum):
    """Value of `code` in the detail of a fault."""

    BERICHT_ONGELDIG = "BerichtOngeldig"
    OPERATIE_ONBEKEND = "OperatieOnbekend"
    VERSIE_ONBEKEND = "VersieOnbekend"
    CERTIFICAAT_HOORT_NIET_BIJ_PARTIJ = "CertificaatHoortNietBijPartij"
    BRON_HOORT_NIET_BIJ_SYSTEEM = "BronHoortNietBijSysteem"
    TE_GROOT = "TeGroot"
    TIJDELIJKE_STORING = "TijdelijkeStoring"
    INTERNE_FOUT = "InterneFout"


class BerichtFout(Exception):
    """A message cannot be handled. `melding` is shown to the sender, `fout_id` also stands in our log."""

    soapcode: ClassVar[str] = "Client"
    code: ClassVar[Foutcode | None] = None
    standaard: ClassVar[str] = "Het bericht kan niet worden verwerkt."

    def __init__(self, melding: str | None = None) -> None:
        self.melding = melding or self.standaard
        self.fout_id = str(uuid.uuid4())
        super().__init__(self.melding)


class BerichtOngeldig(BerichtFout):
    """Not XML, not SOAP 1.1, or not as the XSD says."""

    code = Foutcode.BERICHT_ONGELDIG
    standaard = "Het bericht voldoet niet aan het berichtenschema. Controleer het met de XSD van deze versie."


class OperatieOnbekend(BerichtFout):
    """The Body holds something that this service does not take."""

    code = Foutcode.OPERATIE_ONBEKEND
    standaard = "Deze dienst kent dit verzoek niet. Controleer het adres en het verzoek aan de hand van de WSDL."


class VersieOnbekend(BerichtFout):
    """The Body is of another version than the address."""

    code = Foutcode.VERSIE_ONBEKEND
    standaard = "Het bericht heeft de naamruimte van een andere versie dan dit adres. Gebruik het adres van die versie."


class CertificaatHoortNietBijPartij(BerichtFout):
    """The client certificate is of a party that may not speak for the one in the message."""

    code = Foutcode.CERTIFICAAT_HOORT_NIET_BIJ_PARTIJ
    standaard = (
        "De partij van dit certificaat mag niet namens dit aanleverpunt spreken. "
        "Controleer BRIN, routeringskenmerk en certificaat."
    )


class BronHoortNietBijSysteem(BerichtFout):
    """The bron of the message is not a point of this system."""

    code = Foutcode.BRON_HOORT_NIET_BIJ_SYSTEEM
    standaard = (
        "Het aanleverpunt van de bron hoort niet bij dit systeem. Vraag het adres opnieuw aan het Traffic Center."
    )


class TeGroot(BerichtFout):
    """More octets than we take."""

    code = Foutcode.TE_GROOT
    standaard = "Het bericht is groter dan deze dienst aanneemt."


class TijdelijkeStoring(BerichtFout):
    """Something that we need is away; later may help."""

    soapcode = "Server"
    code = Foutcode.TIJDELIJKE_STORING
    standaard = "Het verzoek kan nu niet worden verwerkt. Probeer het later opnieuw."


class InterneFout(BerichtFout):
    """A fault of ours."""

    soapcode = "Server"
    code = Foutcode.INTERNE_FOUT
    standaard = "Er ging bij ons iets mis. Neem met het foutnummer contact op met de beheerder van deze dienst."


class KopNietBegrepen(BerichtFout):
    """A header block with mustUnderstand that we do not know."""

    soapcode = "MustUnderstand"
    standaard = "Het bericht heeft een kop met mustUnderstand die deze dienst niet kent. Laat die kop weg."


class SoapVersieAnders(BerichtFout):
    """An envelope of another SOAP version."""

    soapcode = "VersionMismatch"
    standaard = "Deze dienst neemt alleen SOAP 1.1 aan. Verstuur het bericht in een envelop van SOAP 1.1."


def schrijf_fout(fout: BerichtFout, naamruimte: str) -> bytes:
    """Write the SOAP Fault that tells the sender; `naamruimte` is that of the messages of the service."""
    envelop = etree.Element(f"{{{SOAP11}}}Envelope", nsmap={"soapenv": SOAP11})
    element = etree.SubElement(etree.SubElement(envelop, f"{{{SOAP11}}}Body"), f"{{{SOAP11}}}Fault")
    etree.SubElement(element, "faultcode").text = f"soapenv:{fout.soapcode}"
    tekst = etree.SubElement(element, "faultstring")
    tekst.text = fout.melding
    tekst.set("{http://www.w3.org/XML/1998/namespace}lang", "nl")
    if fout.code is not None:
        inhoud = etree.SubElement(etree.SubElement(element, "detail"), f"{{{naamruimte}}}fout", nsmap={"o": naamruimte})
        etree.SubElement(inhoud, f"{{{naamruimte}}}foutId").text = fout.fout_id
        etree.SubElement(inhoud, f"{{{naamruimte}}}code").text = fout.code.value
    return etree.tostring(envelop, encoding="UTF-8", xml_declaration=True)
