"""Pull over real mutual TLS: against nginx serving the same octets, and against a PHP SoapServer and node `soap`.

The pull against nginx runs without a session check (a stand-in agrees at once), because nginx makes none; the exchange
with a real session check to the simulator in another process is a row of its own. The zoeksleutel is set to one round.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from bench.meten import Overgeslagen, Rij, Uitkomst, ms, om_en_om
from gateway.berichten import codec
from gateway.berichten.pakket import standaardpakket
from gateway.domain.overdracht import Adresblok, Documentvraag
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, SessieId
from gateway.entry.demo.podium import Podium
from gateway.entry.demo.verloop import GEPLAATST, MAGISTER_KENMERK, ONS_KENMERK, registreer_00yy
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Push
from gateway.simulators.ontwikkelwereld import MAGISTER
from gateway.simulators.proefpersonen import proef_pgn
from gateway.simulators.wereldproces import maak_las, vrije_poort, wereldpki
from gateway.trust.certificaten import OntwikkelPki
from gateway.trust.tls import ssl_context_klant
from gateway.trust.zoeksleutel import maak_zoeksleutels

GROOTTE = 173_000
KEREN = 300
VERZOEKEN = 1_500
KLANTEN = 8
HIER = Path(__file__).parent / "tegen"
_BRIN = Brin("00YY")
_CURL = [
    *("curl", "-sS", "--http1.1", "--parallel", "--parallel-immediate", "--parallel-max", str(KLANTEN)),
    *("-o", os.devnull, "-w", "%{http_code} %{size_download}\n", "-H", "Content-Type: text/xml; charset=utf-8"),
]


class Verbinding:
    """One kept connection with Magister's certificate."""

    def __init__(self, pki: OntwikkelPki, poort: int, methode: str, pad: str, lijf: bytes | None) -> None:
        paar = pki.partijen["magister"]
        context = ssl_context_klant(paar.cert, paar.key, pki.ca)
        self._http = http.client.HTTPSConnection("127.0.0.1", poort, context=context, timeout=30)
        self._vraag = (methode, pad, lijf, {"Content-Type": "text/xml; charset=utf-8"} if lijf else {})

    def haal(self, _beurt: int = 0) -> bytes:
        """One exchange; the whole answer."""
        methode, pad, lijf, koppen = self._vraag
        self._http.request(methode, pad, lijf, koppen)
        antwoord = self._http.getresponse()
        octets = antwoord.read()
        if antwoord.status != 200:
            raise RuntimeError(f"status {antwoord.status}")
        return octets


def documentvraag(pgn: Pgn, sessie_id: SessieId) -> bytes:
    """A documentRequest of Magister at our point of 00YY."""
    adres = Adresblok(_BRIN, ONS_KENMERK, _BRIN, MAGISTER_KENMERK)
    vraag = Documentvraag(adres, pgn, Overdrachtsoort.OVERSTAPDOSSIER, (), None, sessie_id)
    return codec.schrijf_verzoek("document", vraag, standaardpakket())


@contextmanager
def nginx(pki: OntwikkelPki, octets: bytes, map_: Path) -> Iterator[int]:
    """Serve octets statically over mutual TLS."""
    poort = vrije_poort()
    wortel = map_ / "nginx"
    wortel.mkdir()
    (wortel / "antwoord.xml").write_bytes(octets)
    paar = pki.partijen["gateway"]
    (wortel / "nginx.conf").write_text(
        f"""daemon off; user {_wie()} {_groep()}; pid {wortel}/pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 256; }}
http {{ access_log off; sendfile on; keepalive_requests 100000; default_type text/xml;
  server {{ listen 127.0.0.1:{poort} ssl; root {wortel}; ssl_certificate {paar.cert}; ssl_certificate_key {paar.key};
    ssl_client_certificate {pki.ca}; ssl_verify_client on; ssl_verify_depth 4; ssl_protocols TLSv1.2 TLSv1.3; }} }}
"""
    )
    with _draaiend([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(wortel / "nginx.conf")], poort):
        yield poort


@contextmanager
def _draaiend(opdracht: Sequence[str], poort: int, omgeving: dict[str, str] | None = None) -> Iterator[None]:
    proces = subprocess.Popen(opdracht, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=omgeving)
    try:
        _wacht_op(poort, proces)
        yield
    finally:
        proces.send_signal(signal.SIGTERM)
        try:
            proces.wait(10)
        except subprocess.TimeoutExpired:
            proces.kill()
            proces.wait()
        if proces.stderr is not None:
            proces.stderr.close()


def _wacht_op(poort: int, proces: subprocess.Popen[bytes]) -> None:
    einde = time.monotonic() + 15
    while time.monotonic() < einde:
        with socket.socket() as proef:
            if proef.connect_ex(("127.0.0.1", poort)) == 0:
                return
        if proces.poll() is not None:
            fout = proces.stderr.read().decode(errors="replace") if proces.stderr else ""
            raise RuntimeError(f"stopped at once: {fout[:500]}")
        time.sleep(0.05)
    raise RuntimeError("does not listen")


@contextmanager
def _php(pki: OntwikkelPki, dossier: Path, map_: Path) -> Iterator[int]:
    """A PHP SoapServer behind nginx that ends mutual TLS, two workers of php-fpm."""
    fpm = next((pad for pad in sorted(Path("/usr/sbin").glob("php-fpm*"))), None)
    if fpm is None:
        raise FileNotFoundError("php-fpm is er niet (Debian: php-fpm, php-soap)")
    wortel = map_ / "php"
    wortel.mkdir()
    poort, binnen = vrije_poort(), wortel / "fpm.sock"
    paar = pki.partijen["gateway"]
    (wortel / "fpm.conf").write_text(
        f"[global]\nerror_log = {wortel}/fpm.log\ndaemonize = no\n[www]\nuser = {_wie()}\ngroup = {_groep()}\n"
        f"listen = {binnen}\npm = static\npm.max_children = 4\nclear_env = no\n"
        f"env[DOSSIER] = {dossier}\nenv[WSDL] = {wortel}/dienst.wsdl\n"
    )
    (wortel / "dienst.wsdl").write_bytes(standaardpakket().wsdl(f"https://127.0.0.1:{poort}/"))
    (wortel / "nginx.conf").write_text(
        f"""daemon off; user {_wie()} {_groep()}; pid {wortel}/pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 256; }}
http {{ access_log off; keepalive_requests 100000; client_body_temp_path {wortel}/lijf; fastcgi_temp_path {wortel}/fcgi;
  server {{ listen 127.0.0.1:{poort} ssl; ssl_certificate {paar.cert}; ssl_certificate_key {paar.key};
    ssl_client_certificate {pki.ca}; ssl_verify_client on; ssl_verify_depth 4;
    location / {{ fastcgi_pass unix:{binnen}; fastcgi_buffers 32 16k; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param HTTP_SOAPACTION $http_soapaction; fastcgi_param SCRIPT_FILENAME {HIER}/php/server.php; }} }} }}
"""
    )
    with ExitStack() as stapel:
        proces = subprocess.Popen([str(fpm), "-R", "-F", "-y", str(wortel / "fpm.conf")], stderr=subprocess.DEVNULL)
        stapel.callback(proces.wait)
        stapel.callback(proces.terminate)
        einde = time.monotonic() + 10
        while not binnen.exists() and time.monotonic() < einde:
            time.sleep(0.05)
        stapel.enter_context(
            _draaiend([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(wortel / "nginx.conf")], poort)
        )
        yield poort


def _wie() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def _groep() -> str:
    import grp

    return grp.getgrgid(os.getgid()).gr_name


@contextmanager
def _node(pki: OntwikkelPki, dossier: Path, map_: Path) -> Iterator[int]:
    """A node `soap` server with mutual TLS."""
    modules = Path(__file__).parent.parent / "interop" / "node" / "node_modules"
    if not (modules / "soap").is_dir():
        raise FileNotFoundError("het npm-pakket soap is er niet (tests/benodigdheden.py --bench)")
    poort = vrije_poort()
    paar = pki.partijen["gateway"]
    wsdl = map_ / "node.wsdl"
    wsdl.write_bytes(standaardpakket().wsdl(f"https://127.0.0.1:{poort}/oso"))
    omgeving = {
        **os.environ,
        "NODE_PATH": str(modules),
        "POORT": str(poort),
        "CERT": str(paar.cert),
        "KEY": str(paar.key),
        "CA": str(pki.ca),
        "DOSSIER": str(dossier),
        "WSDL": str(wsdl),
    }
    with _draaiend(["node", str(HIER / "node" / "server.js")], poort, omgeving):
        yield poort


def _per_seconde(pki: OntwikkelPki, poort: int, pad: str, lijf: Path) -> float:
    """Requests a second with eight clients on kept connections; raises when one failed or came without the dossier."""
    paar = pki.partijen["magister"]
    opdracht = [*_CURL, "--cert", str(paar.cert), "--key", str(paar.key), "--cacert", str(pki.ca)]
    opdracht += ["--data-binary", f"@{lijf}", f"https://127.0.0.1:{poort}{pad}?nr=[1-{VERZOEKEN}]"]
    begin = time.perf_counter()
    uitvoer = subprocess.run(opdracht, capture_output=True, text=True, timeout=120, check=True).stdout.split("\n")
    duur = time.perf_counter() - begin
    goed = [regel for regel in uitvoer if regel.startswith("200 ") and int(regel[4:]) > GROOTTE - 2000]
    if len(goed) != VERZOEKEN:
        raise RuntimeError(f"{VERZOEKEN - len(goed)} of {VERZOEKEN} answers were not the dossier")
    return VERZOEKEN / duur


class _Opstelling:
    """The running world with one pupil set ready, and a session for it."""

    def __init__(self, podium: Podium, map_: Path) -> None:
        self.map = map_
        registreer_00yy(podium)
        self.pki = wereldpki(podium.map)
        self.pgn = proef_pgn(4321)
        with podium.kern() as kern:
            kern.lever_aan("81001", Push(maak_dossier(self.pgn, zaad=11, omvang=GROOTTE), dict(GEPLAATST)))
            kern.zet_klaar(["81001"])
            self.dossier = map_ / "dossier.xml"
            self.dossier.write_bytes(kern.versie("81001", 1))
        tc = f"{podium.dev['trafficCenter']}/trafficcenter/{standaardpakket().versie}"
        las = maak_las(MAGISTER, self.pki, tc, maak_zoeksleutels(rondes=1))
        ontvangst = las.haal_op(self.pgn, _BRIN, bron_kenmerk=ONS_KENMERK, af_te_melden=False)
        if ontvangst.sessie_id is None:
            raise RuntimeError("no session")
        self.vraag = documentvraag(self.pgn, ontvangst.sessie_id)
        self.vraagbestand = map_ / "vraag.xml"
        self.vraagbestand.write_bytes(self.vraag)
        self.poort = int(podium.dev["soap"].rpartition(":")[2])
        self.pad = f"/oso/{standaardpakket().versie}/bron"

    def verbinding(self, poort: int | None = None) -> Verbinding:
        """A kept connection to the gateway."""
        return Verbinding(self.pki, poort or self.poort, "POST", self.pad, self.vraag)


def meet() -> list[Uitkomst]:
    """Measure all rows of the pull."""
    os.environ["OSO_ZOEKSLEUTEL_ROUNDS"] = "1"
    os.environ["OSO_REST_PER_MINUUT"] = "1000000"
    with tempfile.TemporaryDirectory(prefix="oso-bench-") as tekst:
        map_ = Path(tekst)
        with Podium(map_ / "wereld") as podium:
            begin = time.perf_counter()
            podium.start()
            gestart = time.perf_counter() - begin
            opstelling = _Opstelling(podium, map_)
            rijen: list[Uitkomst] = [
                Rij("start van serve --dev tot gereed (simulatoren erbij)", gestart, 2.0, "s"),
                *_tegen_nginx(opstelling),
            ]
            rijen.extend(_doorvoer(opstelling))
    return rijen


def _tegen_nginx(opstelling: _Opstelling) -> list[Uitkomst]:
    met_sessie = opstelling.verbinding()
    antwoord = met_sessie.haal()
    with ExitStack() as stapel:
        try:
            poort = stapel.enter_context(nginx(opstelling.pki, antwoord, opstelling.map))
        except (FileNotFoundError, RuntimeError) as fout:
            return [Overgeslagen("pull tegen nginx", str(fout))]
        zonder_poort = stapel.enter_context(_zonder_sessiecontrole(opstelling))
        statisch = Verbinding(opstelling.pki, poort, "GET", "/antwoord.xml", None)
        zonder = opstelling.verbinding(zonder_poort)
        if len(statisch.haal()) != len(zonder.haal()):
            raise RuntimeError("the two do not serve the same octets")
        vloer, kaal, heel = om_en_om(KEREN, (statisch.haal, zonder.haal, met_sessie.haal))
    return [
        Rij(
            "pull zonder sessiecontrole, tegen nginx statisch",
            kaal / vloer,
            2.0,
            toelichting=f"{ms(kaal)}; nginx {ms(vloer)}",
        ),
        Rij(
            "pull met echte sessiecontrole, mediaan",
            heel * 1000,
            3.0,
            "ms",
            toelichting=f"waarvan een commit: {ms(_schijf(opstelling.map))} voor deze schijf alleen",
        ),
    ]


def _schijf(map_: Path) -> float:
    """Median seconds until this disk has a page: every pull waits for it once, whatever the program costs."""
    bestand = os.open(map_ / "schijf", os.O_CREAT | os.O_WRONLY)
    pagina = b"x" * 4096

    def schrijf(beurt: int) -> None:
        os.pwrite(bestand, pagina, beurt * len(pagina))
        os.fdatasync(bestand)

    try:
        (seconden,) = om_en_om(100, (schrijf,))
    finally:
        os.close(bestand)
    return seconden


@contextmanager
def _zonder_sessiecontrole(opstelling: _Opstelling) -> Iterator[int]:
    """The same SOAP port in a process of its own, whose Traffic Center agrees at once."""
    poort = vrije_poort()
    opdracht = [sys.executable, "-m", "bench.zonder_tc", str(opstelling.pki.map), str(poort), str(opstelling.dossier)]
    omgeving = {**os.environ, "BENCH_PGN": opstelling.pgn.waarde}
    with _draaiend(opdracht, poort, omgeving):
        yield poort


def _doorvoer(opstelling: _Opstelling) -> list[Uitkomst]:
    if shutil.which("curl") is None:
        return [Overgeslagen("doorvoer met acht klanten", "curl is er niet")]
    eigen = _per_seconde(opstelling.pki, opstelling.poort, opstelling.pad, opstelling.vraagbestand)
    rijen: list[Uitkomst] = []
    tegenstanders: tuple[tuple[str, Callable[..., AbstractContextManager[int]], str, float], ...] = (
        ("een PHP SoapServer", _php, "/", 1.0),
        ("node soap", _node, "/oso", 3.0),
    )
    for naam, opzet, pad, doel in tegenstanders:
        label = f"doorvoer met acht klanten, tegen {naam}"
        try:
            with opzet(opstelling.pki, opstelling.dossier, opstelling.map) as poort:
                ander = _per_seconde(opstelling.pki, poort, pad, opstelling.vraagbestand)
        except (FileNotFoundError, RuntimeError, subprocess.CalledProcessError) as fout:
            rijen.append(Overgeslagen(label, str(fout)))
            continue
        tekst = f"{eigen:.0f}/s met sessiecontrole; {naam} {ander:.0f}/s zonder"
        rijen.append(Rij(label, eigen / ander, doel, minstens=True, toelichting=tekst))
    return rijen


if __name__ == "__main__":
    sys.stdout.write(json.dumps([rij.als_json() for rij in meet()], ensure_ascii=False, indent=1) + "\n")
