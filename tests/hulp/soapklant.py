"""A LAS written with strings, `requests` and raw TLS sockets: it knows the contract, nothing of the gateway's code."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests

from tests.hulp.geduld import GEDULD

NS = "http://xml.kennisnet.nl/schemas/Overstapservice/20200910"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BRIN = "00YY"
ONS = "0000000700000YY00931"
MAGISTER = "0000000700000YY00932"
BRIN_TP, ONS_TP, TRAJECTPLANNER = "12SS", "0000000700012SS00931", "0000000700012SS00933"
OVERSTAP = "overstapdossier"


@dataclass(frozen=True, slots=True)
class Adres:
    """The address block of a message."""

    bron_brin: str = BRIN
    bron: str | None = ONS
    doel_brin: str = BRIN
    doel: str = MAGISTER

    @property
    def xml(self) -> str:
        bron = "" if self.bron is None else _element("bronRouteringsKenmerk", self.bron)
        return (
            _element("bronBrin", self.bron_brin)
            + bron
            + _element("doelBrin", self.doel_brin)
            + _element("doelRouteringsKenmerk", self.doel)
        )


HIER = Adres()
TRAJECT = Adres(BRIN_TP, ONS_TP, BRIN_TP, TRAJECTPLANNER)


def _element(naam: str, tekst: str) -> str:
    return f"<{naam}>{escape(tekst)}</{naam}>"


def zoeksleutel(pgn: str) -> tuple[str, str]:
    """Compute the key of a pupil and its fragment by the development defaults."""
    octets = hashlib.pbkdf2_hmac("sha512", pgn.encode(), b"oso-gateway", 10_000, 128)
    return base64.b64encode(octets).decode(), pgn[-4:]


def sleutel_xml(sleutel: str) -> str:
    """Write the key choice: nine digits are a PGN, anything else a koppelsleutel."""
    if len(sleutel) != 9:
        return _element("koppelsleutel", sleutel)
    zoek, frag = zoeksleutel(sleutel)
    return f"<zoeksleutelPgnfrag>{_element('zoeksleutel', zoek)}{_element('pgnfrag', frag)}</zoeksleutelPgnfrag>"


def envelop(inhoud: str, kop: str = "", ns: str = SOAP, verklaring: str = "") -> bytes:
    """Put a Body child in an envelope."""
    return f'{verklaring}<s:Envelope xmlns:s="{ns}">{kop}<s:Body>{inhoud}</s:Body></s:Envelope>'.encode()


def verzoek(operatie: str, inhoud: str = "", ns: str = NS) -> str:
    """Write a request element."""
    return f'<{operatie}Request xmlns="{ns}">{inhoud}</{operatie}Request>'


PING = envelop(verzoek("ping"))


def document(
    sessie: str,
    sleutel: str,
    adres: Adres = HIER,
    *,
    soort: str = OVERSTAP,
    versies: tuple[str, ...] = (),
    verzameldatum: str | None = None,
) -> str:
    """Write a documentRequest."""
    wie = _element("pgn", sleutel) if len(sleutel) == 9 else _element("koppelsleutel", sleutel)
    return verzoek(
        "document",
        adres.xml
        + wie
        + _element("overdrachtsoort", soort)
        + "".join(_element("dossierVersie", versie) for versie in versies)
        + ("" if verzameldatum is None else _element("dossierVerzameldatum", verzameldatum))
        + _element("sessieId", sessie),
    )


@dataclass(frozen=True, slots=True)
class Antwoord:
    """What came back."""

    status: int
    koppen: Mapping[str, str]
    octets: bytes

    @property
    def lijf(self) -> ElementTree.Element:
        """The one child of the Body."""
        wortel = ElementTree.fromstring(self.octets)  # noqa: S314 - of our own gateway
        assert wortel.tag == f"{{{SOAP}}}Envelope"
        body = wortel.find(f"{{{SOAP}}}Body")
        assert body is not None
        (kind,) = body
        return kind

    def tekst(self, naam: str) -> str | None:
        """Text of a child of the response."""
        return self.lijf.findtext(f"{{{NS}}}{naam}")

    @property
    def resultaat(self) -> str:
        """The result; it must be the first child of a 200."""
        assert self.status == 200, (self.status, self.octets[:600])
        eerste = next(iter(self.lijf))
        assert eerste.tag == f"{{{NS}}}resultaat"
        return eerste.text or ""

    @property
    def dossier(self) -> bytes:
        """The octets between `<document>` and `</document>`, unread."""
        begin = self.octets.index(b"document>") + len(b"document>")
        return self.octets[begin : self.octets.rindex(b"</", 0, self.octets.rindex(b"document>"))]

    @property
    def fout(self) -> str | None:
        """The code of a fault, after looking at all that a fault must be; None for a fault without detail."""
        assert self.status == 500, (self.status, self.octets[:600])
        assert self.koppen["content-type"].lower().replace(" ", "") == "text/xml;charset=utf-8"
        fout = self.lijf
        assert fout.tag == f"{{{SOAP}}}Fault"
        assert (fout.findtext("faultstring") or "").strip()
        detail = fout.find(f"detail/{{{NS}}}fout")
        if detail is None:
            return None
        uuid.UUID(detail.findtext(f"{{{NS}}}foutId") or "")
        return detail.findtext(f"{{{NS}}}code")

    @property
    def faultcode(self) -> str:
        """Local name of the fault code."""
        return (self.lijf.findtext("faultcode") or "").rpartition(":")[2]


class SoapKlant:
    """One party of the development world."""

    def __init__(self, dev: Mapping[str, Any], partij: str = "magister") -> None:
        self.dev = dev
        eigen = dev["parties"][partij]
        self.paar = (eigen["cert"], eigen["key"])
        self.bron_url = f"{dev['soap']}/oso/20200910/bron"
        self.tc_url = f"{dev['trafficCenter']}/trafficcenter/20200910"
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.cert = self.paar
        self.http.verify = dev["ca"]

    def sluit(self) -> None:
        """Give the connections back."""
        self.http.close()

    def post(self, octets: bytes, url: str | None = None, **koppen: str) -> Antwoord:
        """Post octets; header names are given with underscores."""
        kop = {"Content-Type": "text/xml; charset=utf-8"}
        kop.update({naam.replace("_", "-"): waarde for naam, waarde in koppen.items()})
        antwoord = self.http.post(url or self.bron_url, data=octets, headers=kop, timeout=GEDULD)
        return Antwoord(antwoord.status_code, {k.lower(): w for k, w in antwoord.headers.items()}, antwoord.content)

    def tc(self, operatie: str, inhoud: str) -> Antwoord:
        """Ask the Traffic Center."""
        return self.post(envelop(verzoek(operatie, inhoud)), self.tc_url)

    def overdracht(self, sleutel: str, adres: Adres = HIER, soort: str = OVERSTAP) -> Antwoord:
        """Ask for a session."""
        return self.tc("overdracht", adres.xml + sleutel_xml(sleutel) + _element("overdrachtsoort", soort))

    def sessie(self, sleutel: str, adres: Adres = HIER, soort: str = OVERSTAP) -> str:
        """Open a session and give its id."""
        antwoord = self.overdracht(sleutel, adres, soort)
        assert antwoord.resultaat == "OverdrachtGeslaagd", antwoord.octets
        return antwoord.tekst("sessieId") or ""

    def meld_af(
        self, sessie: str, sleutel: str, resultaat: str, adres: Adres = HIER, soort: str = OVERSTAP
    ) -> Antwoord:
        """Sign a session off."""
        inhoud = (
            adres.xml
            + sleutel_xml(sleutel)
            + _element("overdrachtsoort", soort)
            + _element("sessieId", sessie)
            + _element("resultaat", resultaat)
        )
        return self.tc("afmelding", inhoud)

    def vraag(self, sessie: str, sleutel: str, adres: Adres = HIER, **anders: Any) -> Antwoord:
        """Ask the bron for a dossier."""
        return self.post(envelop(document(sessie, sleutel, adres, **anders)))

    def haal(self, sleutel: str, adres: Adres = HIER, **anders: Any) -> Antwoord:
        """Session, document and afmelding; gives the answer of the bron."""
        soort = anders.get("soort", OVERSTAP)
        sessie = self.sessie(sleutel, adres, soort)
        antwoord = self.vraag(sessie, sleutel, adres, **anders)
        resultaat = antwoord.resultaat
        assert self.meld_af(sessie, sleutel, resultaat, adres, soort).resultaat == "OverdrachtGeslaagd"
        return antwoord

    def context(self) -> ssl.SSLContext:
        """TLS settings of this party, for sockets."""
        context = ssl.create_default_context(cafile=self.dev["ca"])
        context.load_cert_chain(*self.paar)
        return context

    @contextmanager
    def lijn(self, context: ssl.SSLContext | None = None) -> Iterator[ssl.SSLSocket]:
        """Open a TLS connection to the SOAP port."""
        adres = urlsplit(self.dev["soap"])
        kaal = socket.create_connection((adres.hostname or "", adres.port or 0), timeout=GEDULD)
        with (context or self.context()).wrap_socket(kaal, server_hostname="localhost") as verbinding:
            yield verbinding


def http_verzoek(lijf: bytes, pad: str = "/oso/20200910/bron", koppen: str = "", lengte: int | None = None) -> bytes:
    """Write a POST as octets."""
    kop = (
        f"POST {pad} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n{koppen}"
        f"Content-Length: {len(lijf) if lengte is None else lengte}\r\n\r\n"
    )
    return kop.encode() + lijf


def lees_antwoord(verbinding: socket.socket) -> Antwoord:
    """Read one response with a Content-Length."""
    gelezen = b""
    while b"\r\n\r\n" not in gelezen:
        deel = verbinding.recv(65_536)
        assert deel, f"the connection ended in the headers: {gelezen!r}"
        gelezen += deel
    kop, _, lijf = gelezen.partition(b"\r\n\r\n")
    regels = kop.decode("latin-1").split("\r\n")
    koppen = {naam.lower(): waarde.strip() for naam, _, waarde in (regel.partition(":") for regel in regels[1:])}
    while len(lijf) < int(koppen.get("content-length", "0")):
        deel = verbinding.recv(65_536)
        assert deel, "the connection ended in the body"
        lijf += deel
    return Antwoord(int(regels[0].split()[1]), koppen, lijf)


def moment(tekst: str) -> datetime:
    """Read a time of a message; it must have a zone."""
    tijd = datetime.fromisoformat(tekst)
    assert tijd.tzinfo is not None
    return tijd
