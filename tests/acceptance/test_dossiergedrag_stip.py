"""How a dossier behaves once a LAS comes for it: the dot, the placement, what holds it back, what was handed over."""

from __future__ import annotations

import hashlib
import itertools
import re
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.hulp.geduld import wacht_tot
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.zwartedoos import Las, LasFout, Rest, dossier, envelop, pdf, pgn, tekstbestand

_nummers = leerlingen(440, __name__)
_HIER = {"brin": "00YY", "vestigingscode": "00"}
_DAAR = {"brin": "12SS", "vestigingscode": "01"}
_GOED = {"plaatsing": _HIER, "okiDocVrijgegeven": True, "herkomst": "regulier", "tegenhouden": None}
_GESLAAGD = "OverdrachtGeslaagd"


@pytest.fixture(scope="module")
def dev(wereld: DraaiendeWereld) -> dict[str, Any]:
    return wereld.dev


@pytest.fixture(scope="module")
def kern(dev: dict[str, Any]) -> Rest:
    return Rest(dev)


@pytest.fixture
def las(dev: dict[str, Any]) -> Iterator[Las]:
    las = Las(dev)
    yield las
    las.sluit()


@pytest.fixture
def trajectplanner(dev: dict[str, Any]) -> Iterator[Las]:
    las = Las(dev, "trajectplanner", brin="12SS", kenmerk="0000000700012SS00933")
    yield las
    las.sluit()


@pytest.fixture
def wie(kern: Rest) -> tuple[str, str]:
    """A pupil whose dossier is set ready at 00YY/00: ELK number and PGN."""
    nummer = next(_nummers)
    elk, persoon = str(nummer), pgn(nummer)
    assert kern.lever(elk, dossier(persoon), context=_GOED, oki_doc=("oki-doc.pdf", pdf())).status_code == 201
    assert kern.zet_klaar(elk)[0]["uitkomst"] == "klaargezet"
    return elk, persoon


def test_wit_blauw_groen_blauw_groen(kern: Rest, las: Las) -> None:
    nummer = next(_nummers)
    elk, persoon = str(nummer), pgn(nummer)
    gemeld = kern.lever(elk, dossier(persoon), context=_GOED, oki_doc=("oki-doc.pdf", pdf())).json()
    assert gemeld["status"] == "wit"
    kern.zet_klaar(elk)
    assert kern.dossier(elk)["status"] == "blauw"
    gekregen = las.haal_op(persoon)
    assert gekregen.resultaat == _GESLAAGD
    assert gekregen.document is not None
    assert hashlib.sha256(gekregen.document).hexdigest() == gemeld["sha256"]
    assert gekregen.document == kern.get(f"/dossiers/{elk}/versies/1").content
    beeld = kern.wacht_op(elk, "groen")
    assert beeld["status"] == "groen"
    assert set(beeld["opgehaald"]) == {"moment", "brin", "systeem"}
    assert beeld["opgehaald"]["brin"] == "00YY"
    assert gekregen.verzameldatum == beeld["verzameldatum"]
    # an equal push turns no dot; new content does, and the date alone is not content
    assert (
        kern.lever(elk, dossier(persoon, datum="2026-05-05"), oki_doc=("oki-doc.pdf", pdf())).json()["status"]
        == "groen"
    )
    assert kern.lever(elk, dossier(persoon, naam="Aangevuld")).json()["status"] == "blauw"
    assert kern.dossier(elk)["ophaalbaar"] is True
    tweede = las.haal_op(persoon)
    assert tweede.document == kern.get(f"/dossiers/{elk}/versies/2").content
    assert kern.wacht_op(elk, "groen")["versie"] == 2


def test_context_draait_geen_stip(kern: Rest, las: Las, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    las.haal_op(persoon)
    assert kern.wacht_op(elk, "groen")["status"] == "groen"
    kern.context(elk, okiDocVrijgegeven=False)
    assert kern.dossier(elk)["status"] == "groen"
    kern.context(elk, okiDocVrijgegeven=True, tegenhouden="x")
    beeld = kern.dossier(elk)
    assert (beeld["status"], beeld["ophaalbaar"], beeld["versie"]) == ("groen", False, 1)


def test_groen_na_intrekken_en_weer_klaarzetten(kern: Rest, las: Las, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    las.haal_op(persoon)
    kern.wacht_op(elk, "groen")
    kern.delete(f"/dossiers/{elk}/klaarzetting")
    assert kern.dossier(elk)["status"] == "wit"
    assert las.haal_op(persoon).resultaat == "LeerlinginfoNietBeschikbaar"
    kern.zet_klaar(elk)
    assert kern.dossier(elk)["status"] == "groen"


def test_elke_ophaling_heeft_een_rij(kern: Rest, las: Las, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    sessie = las.open(persoon)
    for _ in range(3):
        assert las.haal(persoon, sessie).resultaat == _GESLAAGD  # a lost answer may be asked again
    las.meld_af(persoon, sessie, _GESLAAGD)
    assert las.haal(persoon, sessie).resultaat == "SessieReedsAfgemeld"
    kern.wacht_op(elk, "groen")
    las.sluit()
    assert len(wacht_tot(lambda: _overgedragen(kern, elk), lambda rijen: len(rijen) >= 3)) == 3


def _overgedragen(kern: Rest, elk: str) -> list[dict[str, Any]]:
    gevonden: list[dict[str, Any]] = []
    na = ""
    while True:
        bladzijde = kern.get(f"/overdrachten?brin=00YY&resultaat={_GESLAAGD}&aantal=200{na}").json()
        gevonden += [rij for rij in bladzijde["overdrachten"] if rij.get("elkNummer") == elk and rij["overgedragen"]]
        if bladzijde["volgende"] is None:
            return gevonden
        na = f"&na={bladzijde['volgende']}"


@pytest.mark.parametrize(
    ("aan", "uit"),
    [
        ({"okiDocVrijgegeven": False}, {"okiDocVrijgegeven": True}),
        ({"tegenhouden": "ouders maken bezwaar"}, {"tegenhouden": None}),
    ],
    ids=["oki-doc", "tegenhouden"],
)
def test_opgehouden_en_vanzelf_weer_verder(
    kern: Rest, las: Las, wie: tuple[str, str], aan: dict[str, Any], uit: dict[str, Any]
) -> None:
    elk, persoon = wie
    beeld = kern.context(elk, **aan).json()
    assert (beeld["status"], beeld["ophaalbaar"], bool(beeld["reden"])) == ("blauw", False, True)
    assert las.haal_op(persoon).resultaat == "LeerlinginfoNietBeschikbaar"
    assert kern.context(elk, **uit).json()["ophaalbaar"] is True
    assert las.haal_op(persoon).resultaat == _GESLAAGD
    assert kern.wacht_op(elk, "groen")["status"] == "groen"


def test_verplaatst(kern: Rest, las: Las, trajectplanner: Las, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    beeld = kern.context(elk, plaatsing=_DAAR).json()
    assert beeld["status"] == "wit"
    assert las.haal_op(persoon).resultaat == "LeveringGeweigerd"  # the former school, from that moment
    daar = {"bron_brin": "12SS", "bron_kenmerk": "0000000700012SS00931"}
    assert trajectplanner.haal_op(persoon, **daar).resultaat == "LeerlinginfoNietBeschikbaar"
    kern.zet_klaar(elk)
    assert las.haal_op(persoon).resultaat == "LeveringGeweigerd"
    assert trajectplanner.haal_op(persoon, **daar).resultaat == _GESLAAGD
    assert kern.wacht_op(elk, "groen")["opgehaald"]["brin"] == "12SS"


def test_niet_meer_geplaatst(kern: Rest, las: Las, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    kern.context(elk, plaatsing=None)
    assert las.haal_op(persoon).resultaat == "LeveringGeweigerd"


def test_vroegere_plaatsing_die_nooit_klaar_stond(kern: Rest, las: Las) -> None:
    nummer = next(_nummers)
    elk, persoon = str(nummer), pgn(nummer)
    kern.lever(elk, dossier(persoon), context=_GOED)
    assert las.haal_op(persoon).resultaat == "LeerlinginfoNietBeschikbaar"
    kern.context(elk, plaatsing=_DAAR)
    assert las.haal_op(persoon).resultaat == "LeveringGeweigerd"


@pytest.mark.parametrize("herkomst", ["buitenleerling", "particulier"])
def test_herkomst_weigert_het_las(kern: Rest, las: Las, wie: tuple[str, str], herkomst: str) -> None:
    elk, persoon = wie
    assert kern.context(elk, herkomst=herkomst).json()["status"] == "wit"
    assert las.haal_op(persoon).resultaat == "LeveringGeweigerd"


def test_onbekende_leerling(las: Las) -> None:
    assert las.haal_op(pgn(next(_nummers))).resultaat == "LeerlingOnbekend"


def test_andere_school_van_het_doel(trajectplanner: Las, wie: tuple[str, str]) -> None:
    """`doelBrin` must be the placement's."""
    assert trajectplanner.haal_op(wie[1]).resultaat == "LeveringGeweigerd"


def test_overdrachtsoort_van_het_dossier_beslist(las: Las, wie: tuple[str, str]) -> None:
    assert las.haal_op(wie[1], "overdrachtbinnenbrin").resultaat == "LeveringGeweigerd"


@pytest.mark.parametrize(("inzage", "resultaat"), [("false", "LeerlinginfoNietOpvraagbaar"), (None, _GESLAAGD)])
def test_binnen_brin_zonder_inzage(kern: Rest, las: Las, inzage: str | None, resultaat: str) -> None:
    nummer = next(_nummers)
    elk, persoon = str(nummer), pgn(nummer)
    tekst = dossier(persoon, soort="overdrachtbinnenbrin", overstap="", inzage=inzage)
    antwoord = kern.lever(elk, tekst, context=_GOED)
    assert antwoord.status_code == 201, antwoord.text
    assert kern.zet_klaar(elk)[0]["uitkomst"] == "klaargezet"
    assert las.haal_op(persoon, "overdrachtbinnenbrin").resultaat == resultaat


@pytest.mark.parametrize(
    ("versies", "resultaat"),
    [
        (["2019.1"], _GESLAAGD),
        (["2027.1", "2019.1"], _GESLAAGD),
        (["2027.1", "2018.1"], "DossierVersieNietBeschikbaar"),
    ],
)
def test_gevraagde_versies(las: Las, wie: tuple[str, str], versies: list[str], resultaat: str) -> None:
    gevraagd = "".join(f"<dossierVersie>{versie}</dossierVersie>" for versie in versies)
    assert las.haal_op(wie[1], tussen=gevraagd).resultaat == resultaat


def test_niet_gewijzigd_draait_geen_stip(kern: Rest, las: Las, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    moment = kern.dossier(elk)["verzameldatum"]
    vraag = f"<dossierVerzameldatum>{moment}</dossierVerzameldatum>"
    assert las.haal_op(persoon, tussen=vraag).resultaat == "LeerlinginfoNietGewijzigd"
    later = "<dossierVerzameldatum>2999-01-01T00:00:00+02:00</dossierVerzameldatum>"
    assert las.haal_op(persoon, tussen=later).resultaat == "LeerlinginfoNietGewijzigd"
    assert kern.dossier(elk)["status"] == "blauw"
    eerder = "<dossierVerzameldatum>2020-01-01T00:00:00Z</dossierVerzameldatum>"
    assert las.haal_op(persoon, tussen=eerder).resultaat == _GESLAAGD


def test_twee_dossiers_met_een_pgn(kern: Rest, las: Las, wie: tuple[str, str]) -> None:
    """Look-up is by point and PGN; of several, the one that was set ready last."""
    _, persoon = wie
    tweede = str(next(_nummers))
    assert kern.lever(tweede, dossier(persoon, naam="Tweede"), context=_GOED).status_code == 201
    kern.zet_klaar(tweede)
    gekregen = las.haal_op(persoon)
    assert gekregen.document == kern.get(f"/dossiers/{tweede}/versies/1").content


def test_vreemde_partij_krijgt_een_fout(dev: dict[str, Any], wie: tuple[str, str]) -> None:
    vreemde = Las(dev, "vreemde")
    with pytest.raises(LasFout) as gevangen:
        vreemde.haal(wie[1], "11111111-1111-4111-8111-111111111111")
    assert gevangen.value.code == "CertificaatHoortNietBijPartij"
    assert wie[1] not in str(gevangen.value)


def test_sessie_die_er_niet_is(kern: Rest, las: Las, wie: tuple[str, str]) -> None:
    assert las.haal(wie[1], "11111111-1111-4111-8111-111111111111").resultaat == "SessieOnbekend"
    sessie = las.open(wie[1])
    assert las.haal(pgn(next(_nummers)), sessie).resultaat == "SessieAfwijkend"
    assert kern.dossier(wie[0])["status"] == "blauw"


# --------------------------------------------------------------------------------------------------------- handed over


def _leg_klaar(kern: Rest, grootte: int) -> tuple[str, str]:
    nummer = next(_nummers)
    elk, persoon = str(nummer), pgn(nummer)
    # text of hexadecimal digits packs to about half and Base64 adds a third
    bijlage = [("vulling.txt", tekstbestand(int(grootte * 1.25), nummer))]
    assert kern.lever(elk, dossier(persoon), context=_GOED, bijlagen=bijlage).status_code == 201
    kern.zet_klaar(elk)
    return elk, persoon


def _vraag_ruw(dev: dict[str, Any], las: Las, persoon: str) -> ssl.SSLSocket:
    """Send a documentRequest over a bare TLS connection with a small receive buffer; the answer is still unread."""
    adres = urlsplit(dev["soap"])
    context = ssl.create_default_context(cafile=dev["ca"])
    context.load_cert_chain(dev["parties"]["magister"]["cert"], dev["parties"]["magister"]["key"])
    lichaam = envelop("document", las.documentvraag(persoon, las.open(persoon)))
    ruw = socket.socket(socket.AF_INET)
    ruw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ruw.settimeout(15)
    ruw.connect((adres.hostname, adres.port))
    verbinding = context.wrap_socket(ruw, server_hostname=adres.hostname, suppress_ragged_eofs=True)
    kop = f"POST /oso/20200910/bron HTTP/1.1\r\nHost: {adres.netloc}\r\nContent-Type: text/xml\r\n"
    verbinding.sendall(f"{kop}Content-Length: {len(lichaam)}\r\n\r\n".encode() + lichaam)
    return verbinding


def _lees(verbinding: ssl.SSLSocket, genoeg: int | None = None) -> int:
    """Read the answer to its end (by Content-Length), or no more than `genoeg` octets."""
    gelezen = b""
    lengte: int | None = None
    while True:
        if genoeg is not None and len(gelezen) >= genoeg:
            return len(gelezen)
        if lengte is not None and len(gelezen) >= lengte:
            assert b"OverdrachtGeslaagd" in gelezen
            return len(gelezen)
        stuk = verbinding.recv(65536 if genoeg is None else min(65536, genoeg - len(gelezen)))
        assert stuk, "the answer ended early"
        gelezen += stuk
        if lengte is None and (einde := gelezen.find(b"\r\n\r\n")) >= 0:
            gevonden = re.search(rb"(?i)content-length: *(\d+)", gelezen[:einde])
            assert gevonden, gelezen[:einde]
            lengte = einde + 4 + int(gevonden[1])


def _breek(verbinding: ssl.SSLSocket) -> None:
    """End with a reset."""
    verbinding.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    verbinding.close()


def test_niet_goed_gelezen_blijft_blauw(dev: dict[str, Any], kern: Rest, las: Las) -> None:
    """A client that reads one octet, or half, or all but the last TLS record, and then resets or closes."""
    proeven = []
    for grootte, einde in itertools.product((60_000, 178_000), ("reset", "sluit")):
        for deel in ("octet", "helft", "bijna"):
            elk, persoon = _leg_klaar(kern, grootte)
            omvang = len(kern.get(f"/dossiers/{elk}/versies/1").content)
            assert abs(omvang - grootte) < grootte / 4, omvang
            verbinding = _vraag_ruw(dev, las, persoon)
            _lees(verbinding, {"octet": 1, "helft": omvang // 2, "bijna": omvang - 16_000}[deel])
            if einde == "reset":
                _breek(verbinding)
            else:
                verbinding.close()  # unread octets: the kernel answers with a reset by itself
            proeven.append(elk)
    elk, persoon = _leg_klaar(kern, 60_000)
    verbinding = _vraag_ruw(dev, las, persoon)
    _lees(verbinding)
    _breek(verbinding)  # everything was read, and yet reset: in doubt blue
    proeven.append(elk)
    time.sleep(3)
    assert {elk: kern.dossier(elk)["status"] for elk in proeven} == dict.fromkeys(proeven, "blauw")


def test_alles_gelezen_en_gesloten_is_groen(dev: dict[str, Any], kern: Rest, las: Las) -> None:
    for netjes in (True, False):
        elk, persoon = _leg_klaar(kern, 178_000)
        verbinding = _vraag_ruw(dev, las, persoon)
        _lees(verbinding)
        if netjes:
            verbinding.unwrap()
        verbinding.close()
        assert kern.wacht_op(elk, "groen")["status"] == "groen"


def test_alles_gelezen_en_open_gehouden_is_groen(dev: dict[str, Any], kern: Rest, las: Las) -> None:
    elk, persoon = _leg_klaar(kern, 60_000)
    verbinding = _vraag_ruw(dev, las, persoon)
    _lees(verbinding)
    assert kern.wacht_op(elk, "groen")["status"] == "groen"
    verbinding.close()
