"""Hostile XML at every door: refused within 2 s of its last octet, in 64 MiB, nothing stored, the next one works."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.soapklant import PING, SoapKlant, document, envelop
from tests.hulp.vijandige_berichten import GROOT, XML
from tests.hulp.vijandige_lijn import Gemeten, Meter, http, multipart

_nummers = leerlingen(65, __name__)
PGN = proef_pgn(65_000)
GOED = maak_dossier(PGN, zaad=65_000)
VERZOEK = envelop(document("3b0e1b3e-8f2d-4d0e-9a5c-1e5f8a7b6c5d", PGN.waarde))
ALLE = [pytest.param(naam, id=naam) for naam in XML] + [
    pytest.param(naam, id=naam, marks=pytest.mark.lang) for naam in GROOT
]
VERGIF = XML | GROOT


class Deuren:
    """The doors of a running world that take XML."""

    def __init__(self, wereld: DraaiendeWereld) -> None:
        self.wereld = wereld
        self.meter = Meter(wereld.pid, wereld.map)
        self.las = SoapKlant(wereld.dev)
        self.context = self.las.context()
        self.kop = {"Authorization": f"Bearer {wereld.dev['tokens']['kern']}", "OSO-Account": "proef"}

    def push(self, octets: bytes, **anders: str) -> Gemeten:
        kop = self.kop | {"Content-Type": "application/xml"} | {n.replace("_", "-"): w for n, w in anders.items()}
        return self._rest("PUT", f"/v1/dossiers/{next(_nummers)}", octets, kop)

    def formulier(self, octets: bytes) -> Gemeten:
        deel = 'Content-Disposition: form-data; name="dossier"; filename="d.xml"\r\nContent-Type: application/xml'
        lijf, soort = multipart((deel, octets))
        return self._rest("PUT", f"/v1/dossiers/{next(_nummers)}", lijf, self.kop | {"Content-Type": soort})

    def validatie(self, octets: bytes) -> Gemeten:
        return self._rest("POST", "/v1/validaties", octets, self.kop | {"Content-Type": "application/xml"})

    def soap(self, octets: bytes, **anders: str) -> Gemeten:
        kop = {"Content-Type": "text/xml; charset=utf-8"} | {n.replace("_", "-"): w for n, w in anders.items()}
        return self.meter.stuur(self.las.bron_url, http("POST", "/oso/20200910/bron", octets, kop), self.context)

    def _rest(self, methode: str, pad: str, octets: bytes, kop: dict[str, str]) -> Gemeten:
        return self.meter.stuur(self.wereld.dev["rest"], http(methode, pad, octets, kop))

    def leeft(self) -> None:
        """Good messages work at both ports."""
        assert self.las.post(PING).status == 200
        assert json.loads(self.validatie(GOED).antwoord.octets)["geldig"] is True


@pytest.fixture(scope="module")
def deuren(wereld: DraaiendeWereld) -> Iterator[Deuren]:
    open_ = Deuren(wereld)
    for _ in range(3):  # parsers and caches get their memory before anything is measured
        open_.leeft()
    yield open_
    open_.las.sluit()


def is_goedkoop(gemeten: Gemeten, grootte: int) -> None:
    """At most 2 s and 64 MiB; what the sender chose to send is held once, within that."""
    assert gemeten.seconden < 2, gemeten.seconden
    assert gemeten.mib < 64 + grootte / 1024 / 1024, gemeten.mib
    for verraad in (b"root:", b"Traceback", b"lxml", b"passwd"):
        assert verraad not in gemeten.antwoord.octets


@pytest.mark.parametrize("naam", ALLE)
def test_push(deuren: Deuren, naam: str) -> None:
    octets = VERGIF[naam](GOED)
    voor = deuren.meter.rijen()
    for deur in (deuren.push, deuren.formulier):
        gemeten = deur(octets)
        assert gemeten.antwoord.status in (400, 413, 422), gemeten.antwoord
        assert gemeten.antwoord.koppen["content-type"] == "application/problem+json"
        probleem = json.loads(gemeten.antwoord.octets)
        assert probleem["code"]
        assert probleem["melding"]
        is_goedkoop(gemeten, len(octets))
    assert deuren.meter.rijen() == voor
    deuren.leeft()


@pytest.mark.parametrize("naam", ALLE)
def test_validatie(deuren: Deuren, naam: str) -> None:
    octets = VERGIF[naam](GOED)
    voor = deuren.meter.rijen()
    gemeten = deuren.validatie(octets)
    if gemeten.antwoord.status == 200:
        verslag = json.loads(gemeten.antwoord.octets)
        assert verslag["geldig"] is False
        assert verslag["bevindingen"]
    else:
        assert gemeten.antwoord.status in (400, 413, 422)
    is_goedkoop(gemeten, len(octets))
    assert deuren.meter.rijen() == voor


@pytest.mark.parametrize("naam", ALLE)
def test_soap(deuren: Deuren, naam: str) -> None:
    octets = VERGIF[naam](VERZOEK)
    voor = deuren.meter.rijen()
    gemeten = deuren.soap(octets)
    if gemeten.antwoord.status == 500:
        assert gemeten.antwoord.fout in ("BerichtOngeldig", "TeGroot")
        assert gemeten.antwoord.faultcode == "Client"
    else:
        assert gemeten.antwoord.status in (400, 413, 415)
    is_goedkoop(gemeten, len(octets))
    assert deuren.meter.rijen() == voor
    assert deuren.las.post(PING).status == 200
