"""Plant numbers and names, do everything that can be done with them, and find them nowhere (`security.md`, Privacy)."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import requests

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Bijlage, Geweigerd, Push
from gateway.simulators.proefbestanden import pdf
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, DraaiendeWereld, ontwikkelwereld
from tests.hulp.privacysporen import Zoeker, naalden
from tests.hulp.soapklant import BRIN_TP, HIER, TRAJECT, Adres, SoapKlant, document, envelop, verzoek

NAAM, ROEPNAAM, STRAAT = "Qwartzenbloem", "Zvönneké", "Xylofoonpad"
GEHEIM_VAN_EEN_PUNT = "sleutel-00YY-100"
WOORDEN = (NAAM, ROEPNAAM, STRAAT)
PGNS = tuple(proef_pgn(nr) for nr in range(90_001, 90_013))
ELKS = [f"7382910465{nr}" for nr in range(10, 22)]
PLAATSING = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}

ZOEKER = Zoeker(naalden([pgn.waarde for pgn in PGNS], WOORDEN))
IN_LOGBOEK = Zoeker({elk.encode(): f"elkNummer {nr}" for nr, elk in enumerate(ELKS)} | {b"sleutel-00YY": "sleutel"})


def geplant(nr: int, zaad: int = 0) -> bytes:
    """A dossier with the planted number and names."""
    tekst = maak_dossier(PGNS[nr], zaad=zaad, omvang=40_000).decode()
    for naam, waarde in (("achternaam", NAAM), ("roepnaam", ROEPNAAM), ("voornaam", ROEPNAAM), ("straat", STRAAT)):
        delen = tekst.split(f"<{naam}>")
        tekst = f"<{naam}>".join([delen[0], *[waarde + deel[deel.index("<") :] for deel in delen[1:]]])
    assert NAAM in tekst
    return tekst.encode()


def kapot(octets: bytes) -> Iterator[bytes]:
    """Dossiers that are refused near the planted values, each by another judge (a report may name elements)."""
    yield octets.replace(b"<geslacht>1", f"<geslacht>{NAAM}".encode()).replace(b"<geslacht>2", b"<geslacht>Q")
    yield octets.replace(f"<achternaam>{NAAM}".encode(), f"<onbekend>{NAAM}</onbekend><achternaam>{NAAM}".encode())
    yield octets.replace(
        f"<achternaam>{NAAM}".encode(), f'<achternaam onbekend="{NAAM} {PGNS[0].waarde}">{NAAM}'.encode()
    )
    yield octets.replace(f"{NAAM}</achternaam>".encode(), NAAM.encode())
    yield octets.replace(f"{NAAM}</achternaam>".encode(), f"{NAAM}&{NAAM};</achternaam>".encode())
    yield f"<!DOCTYPE x [<!ENTITY a '{NAAM} {PGNS[1].waarde}'>]>".encode() + octets[octets.index(b"?>") + 2 :]
    yield octets.replace(f"<straat>{STRAAT}".encode(), f"<straat>{STRAAT}\x01".encode())
    yield octets.replace(b"<overdrachtsoort>", f"<overdrachtsoort>{NAAM}".encode())
    yield f"<x>{NAAM} {PGNS[2].waarde}</x>".encode()
    yield f"{NAAM} {PGNS[2].waarde}".encode()


def stil(doe: object, *wat: object, **hoe: object) -> None:
    """Call something that is refused."""
    assert callable(doe)
    with contextlib.suppress(Geweigerd, httpx.HTTPError, requests.RequestException, AssertionError):
        doe(*wat, **hoe)


# -------------------------------------------------------------------------------------------------------- scenarios


def rest_goed_en_fout(wereld: DraaiendeWereld) -> list[bytes]:
    """Push and be refused; gives what the gateway answered to what it refused."""
    kern = wereld.kern()
    for nr in range(4):
        oki = Bijlage(f"{NAAM}.pdf", pdf([NAAM, PGNS[nr].waarde]))
        bijlage = Bijlage(f"{ROEPNAAM}.txt", f"{NAAM} {PGNS[nr].waarde}".encode())
        kern.lever_aan(ELKS[nr], Push(geplant(nr), PLAATSING, oki, [bijlage]))
    kern.lever_aan(ELKS[0], Push(geplant(0, 9)))
    stil(kern.lever_aan, ELKS[1], Push(geplant(2)))  # another PGN
    kop = {"Authorization": f"Bearer {wereld.dev['tokens']['kern']}", "OSO-Account": "proef"}
    antwoorden = []
    with httpx.Client(base_url=wereld.dev["rest"], headers=kop, trust_env=False, timeout=20) as http:
        for octets, elk in zip(kapot(geplant(5)), itertools.cycle((ELKS[0], ELKS[5]))):
            xml = {"Content-Type": "application/xml"}
            antwoorden.append(http.put(f"/v1/dossiers/{elk}", content=octets, headers=xml))
            antwoorden.append(http.post("/v1/validaties", content=octets, headers=xml))
            delen = {"dossier": (f"{NAAM}.xml", octets, "application/xml")}
            antwoorden.append(http.put(f"/v1/dossiers/{elk}", files=delen))
        pgn = PGNS[6].waarde
        for pad in (
            f"/v1/dossiers/{NAAM}",
            f"/v1/{pgn}/{NAAM}",
            f"/{NAAM}?pgn={pgn}",
            f"/v1/dossiers?brin={pgn}&status={NAAM}",
            f"/v1/dossiers?na={pgn}",
            f"/v1/overdrachten?sinds={NAAM}",
            f"/v1/scholen/{NAAM}/{pgn}",
            f"/v1/klaarzettingen/{pgn}",
            f"/v1/dossiers/{pgn}{pgn}",
        ):
            antwoorden += [http.get(pad), http.put(pad, json={pgn: NAAM}), http.post(pad, content=pgn.encode())]
        for inhoud in ({pgn: NAAM}, {"tegenhouden": [pgn, NAAM]}, {"plaatsing": {"brin": pgn, "vestigingscode": NAAM}}):
            antwoorden.append(http.put(f"/v1/dossiers/{ELKS[0]}/context", json=inhoud))
            antwoorden.append(http.post("/v1/klaarzettingen", json=inhoud))
            antwoorden.append(http.post("/v1/ophalingen", json=inhoud))
        antwoorden.append(http.put("/v1/dossiers/1/context", content=f'{{"{NAAM}": "{pgn}'.encode()))
        antwoorden.append(http.post("/v1/klaarzettingen", json={"elkNummers": [NAAM, f"x{pgn}"]}))
        http.get("/v1/dossiers", headers={"Authorization": f"Bearer {pgn}{NAAM}"})
        http.get("/v1/dossiers", headers={"User-Agent": f"{NAAM}/{pgn}", "Referer": f"http://{NAAM}/{pgn}"})
        ophaling = {"pgn": pgn, "bronBrin": "00AH", "doelBrin": "00YY", "overdrachtsoort": "overstapdossier"}
        http.post("/v1/ophalingen", json=ophaling)
        antwoorden.append(http.get("/v1/gebeurtenissen"))
        antwoorden.append(http.get("/metrics"))
        for lijst in ("dossiers", "overdrachten"):
            antwoorden.append(http.get(f"/v1/{lijst}", headers={"Accept": "text/csv"}))
        antwoorden.append(http.get(f"/v1/dossiers/{ELKS[0]}/historie"))
        kern.context(ELKS[3], {"tegenhouden": f"gesprek met {NAAM} over {PGNS[3].waarde}"})
    return [antwoord.content for antwoord in antwoorden]


def soap_goed_en_fout(wereld: DraaiendeWereld) -> list[bytes]:
    """Pull and be refused; gives all answers without a dossier."""
    kern = wereld.kern()
    kern.zet_klaar(ELKS[:3])
    las, tp = SoapKlant(wereld.dev), SoapKlant(wereld.dev, "trajectplanner")
    vreemd = SoapKlant(wereld.dev, "vreemde")
    antwoorden = []
    for nr in range(3):
        las.haal(PGNS[nr].waarde)
    pgn, onbekend = PGNS[1].waarde, PGNS[7].waarde
    sessie = las.sessie(pgn)
    for kant, adres in ((las, HIER), (tp, TRAJECT), (vreemd, HIER), (las, TRAJECT), (las, Adres(bron_brin=BRIN_TP))):
        antwoorden.append(kant.vraag(sessie, pgn, adres))
    antwoorden += [las.haal(onbekend), las.haal(PGNS[3].waarde), las.haal(pgn, soort="overdrachtbinnenbrin")]
    goed = document(sessie, pgn)
    for slecht in (
        goed.replace(pgn, pgn + "1"),
        goed.replace("<pgn>", f"<{NAAM}>{pgn}</{NAAM}><pgn>"),
        goed.replace("<pgn>", f'<pgn {NAAM}="{pgn}">'),
        goed.replace("</pgn>", ""),
        goed.replace("overstapdossier", NAAM),
        goed.replace("20200910", f"{pgn}"),
        verzoek(NAAM, f"<pgn>{pgn}</pgn>"),
        f"<!-- {NAAM} {pgn}",
    ):
        antwoorden.append(las.post(envelop(slecht), SOAPAction=f'"{NAAM}{pgn}"'))
    antwoorden.append(las.post(envelop(goed), f"{las.dev['soap']}/oso/{pgn}/{NAAM}?pgn={pgn}"))
    for soort in ("fault", "verbreek", "onzin"):
        wereld.sim("POST", "storingen", {"operatie": "sessiecontrole", "soort": soort, "aantal": 1})
        antwoorden.append(las.vraag(sessie, pgn))
    stil(las.meld_af, sessie, pgn, NAAM)
    las.meld_af(sessie, pgn, "DossierOngeldig")
    wereld.magister().haal_op(PGNS[2], BRIN, bron_kenmerk=ONS_KENMERK)
    for kant in (las, tp, vreemd):
        kant.sluit()
    return [antwoord.octets for antwoord in antwoorden if b"OverdrachtGeslaagd" not in antwoord.octets]


def kill_tijdens_werk(wereld: DraaiendeWereld) -> None:
    """Die while dossiers come in and go out, so that -wal and temporary files stay as they were."""
    kern = wereld.kern()
    gestopt = threading.Event()

    def lever() -> None:
        for nr in itertools.count():
            if gestopt.is_set():
                return
            stil(kern.lever_aan, ELKS[8], Push(geplant(8, nr), PLAATSING))

    draad = threading.Thread(target=lever)
    draad.start()
    draad.join(0.5)
    os.kill(wereld.pid, signal.SIGKILL)
    gestopt.set()
    draad.join(30)
    wereld.stop(0)


def cli(wereld: DraaiendeWereld) -> None:
    """Validate bad files by hand; what it says goes to the same log."""
    for nr, octets in enumerate(kapot(geplant(9))):
        bestand = wereld.map.parent / f"kapot{nr}.xml"
        bestand.write_bytes(octets)
        klaar = subprocess.run(
            [sys.executable, "-m", "gateway", "validate", str(bestand), "--json"],
            capture_output=True,
            timeout=60,
            check=False,
        )
        bestand.unlink()
        assert klaar.returncode in (1, 2)
        with (wereld.map / "cli.log").open("ab") as log:
            log.write(klaar.stderr)


# ------------------------------------------------------------------------------------------------------------ the test


def test_niets_van_een_leerling_blijft_ergens_staan(tmp_path: Path) -> None:
    tijdelijk = tmp_path / "wereld" / "tijdelijk"
    tijdelijk.mkdir(parents=True)
    map_ = tijdelijk.parent
    with ontwikkelwereld(map_, omgeving={"TMPDIR": str(tijdelijk), "PYTHONDEVMODE": "1"}) as wereld:
        antwoorden = rest_goed_en_fout(wereld) + soap_goed_en_fout(wereld)
        sporen = set().union(*(ZOEKER.in_octets("an answer", octets) for octets in antwoorden))
        metingen = httpx.get(f"{wereld.dev['rest']}/metrics", trust_env=False).content
        aanroepen = httpx.get(f"{wereld.dev['control']}/_sim/aanroepen", trust_env=False).content
        for waar, octets in (("metrics", metingen), ("_sim", aanroepen)):
            sporen |= ZOEKER.in_octets(waar, octets) | IN_LOGBOEK.in_octets(waar, octets)
        sporen |= ZOEKER.in_map(map_)  # while it runs: with -wal and what is temporary
        kill_tijdens_werk(wereld)
        sporen |= ZOEKER.in_map(map_)
        wereld.start()
        cli(wereld)
        wereld.stop()
        sporen |= ZOEKER.in_map(map_)
        sporen |= IN_LOGBOEK.in_octets("serve.log", (map_ / "serve.log").read_bytes())
        sporen |= (
            IN_LOGBOEK.in_octets("dev.json", (map_ / "dev.json").read_bytes())
            if (map_ / "dev.json").exists()
            else set()
        )
        assert GEHEIM_VAN_EEN_PUNT.encode() not in (map_ / "oso.sqlite").read_bytes()
    assert sorted(sporen) == []


@pytest.mark.parametrize("waarde", [PGNS[0].waarde, NAAM, ROEPNAAM])
def test_de_zoeker_vindt_elke_vorm(waarde: str, tmp_path: Path) -> None:
    """A search that finds nothing proves something only when it would find it."""
    from base64 import b64encode

    for octets in (
        waarde.encode(),
        waarde.encode("utf-16"),
        waarde.encode().hex().encode(),
        b64encode(b"x" + waarde.encode() + b"yz"),
        b64encode(b"xy" + waarde.encode()),
    ):
        (tmp_path / "x").write_bytes(b"voor" + octets + b"na")
        assert ZOEKER.in_map(tmp_path)
