"""What a stylesheet cannot do, even one that the static check never saw: files, network, environment, time, memory."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.gegevensset.saxon import SaxonFout, Saxongrenzen, Saxonproces
from tests.hulp.bundels import dossier, kwaad

pytest.importorskip("saxonche", reason="de extra [saxon] is niet geïnstalleerd")

Maker = Callable[..., Saxonproces]
LUS = "count(for $a in 1 to 2000000000, $b in 1 to 2000000000 return if ({}) then 1 else ())"
GEHEIM = "geheim-van-de-machine"


@pytest.fixture
def maak(tmp_path: Path) -> Iterator[Maker]:
    """Start a child for one stylesheet; all are ended afterwards."""
    processen: list[Saxonproces] = []

    def start(stijlblad: str, grenzen: Saxongrenzen | None = None) -> Saxonproces:
        pad = tmp_path / f"blad-{len(processen)}.xsl"
        pad.write_text(stijlblad, "utf-8")
        processen.append(Saxonproces([pad], grenzen))
        return processen[-1]

    yield start
    for proces in processen:
        proces.sluit()


def _uitkomst(proces: Saxonproces) -> bytes:
    """What came out: the report, or nothing when the child refused."""
    try:
        return proces.vraag(0, dossier())
    except SaxonFout as fout:
        return fout.uitleg.encode()


@pytest.mark.parametrize(
    "uitdrukking",
    [
        "unparsed-text(concat('file://', $pad))",
        "string-join(unparsed-text-lines(concat('file://', $pad)), '')",
        "doc(concat('file://', $pad))",
        "document(concat('file://', $pad))",
        "collection(concat('file://', $map))",
        "uri-collection(concat('file://', $map))",
        "json-doc(concat('file://', $pad))",
        "unparsed-text-available(concat('file://', $pad))",
        "doc-available(concat('file://', $pad))",
        "environment-variable(concat('OSO_', 'GEHEIM'))",
        "string-join(available-environment-variables(), ' ')",
        "parse-xml(concat('&lt;!DOCTYPE a [&lt;!ENTITY e SYSTEM &quot;file://', $pad, "
        "'&quot;&gt;]&gt;&lt;a&gt;&amp;e;&lt;/a&gt;'))",
        "transform(map{'stylesheet-location': concat('file://', $pad), 'source-node': /})?output",
        "function-lookup(QName('http://www.w3.org/2005/xpath-functions', 'unparsed-text'), 1)(concat('file://', $pad))",
    ],
)
def test_leest_geen_bestand_en_geen_omgeving(
    uitdrukking: str, maak: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bestand = tmp_path / "prive" / "geheim.xml"
    bestand.parent.mkdir()
    bestand.write_text(f"<a>{GEHEIM}</a>", "utf-8")
    monkeypatch.setenv("OSO_GEHEIM", GEHEIM)
    # the path is made from the dossier, so that nothing is looked up while compiling
    pad = f'<xsl:variable name="pad" select="concat(\'{bestand}\', substring(string(/), 1, 0))"/>'
    map_ = f'<xsl:variable name="map" select="concat(\'{bestand.parent}\', substring(string(/), 1, 0))"/>'
    uit = _uitkomst(maak(kwaad(f'{pad}{map_}<xsl:copy-of select="{uitdrukking}"/>')))
    assert GEHEIM.encode() not in uit
    assert b"true" not in uit


def test_leest_geen_wachtwoordbestand(maak: Maker) -> None:
    uit = _uitkomst(maak(kwaad("<xsl:value-of select=\"unparsed-text(concat('file:///etc/pass', 'wd'))\"/>")))
    assert b"root:" not in uit


def test_opent_geen_verbinding(maak: Maker) -> None:
    gebeld = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as luisteraar:
        luisteraar.settimeout(0.5)
        poort = luisteraar.getsockname()[1]
        for functie in ("doc", "unparsed-text", "document"):
            inhoud = (
                f"<xsl:copy-of select=\"{functie}(concat('http://127.0.0.1:{poort}/', substring(string(/), 1, 0)))\"/>"
            )
            _uitkomst(maak(kwaad(inhoud)))
        try:
            luisteraar.accept()
            gebeld.set()
        except TimeoutError:
            pass
    assert not gebeld.is_set()


def test_schrijft_geen_bestand(maak: Maker, tmp_path: Path) -> None:
    doel = tmp_path / "geschreven.xml"
    _uitkomst(maak(kwaad(f'<xsl:result-document href="file://{doel}"><a/></xsl:result-document>')))
    assert not doel.exists()


def test_eindeloos_stylesheet_wordt_afgekapt(maak: Maker) -> None:
    lus = LUS.format("string($a * $b + count(//*)) = 'x'")
    proces = maak(
        kwaad(f'<xsl:if test="/*/*[5]"><xsl:value-of select="{lus}"/></xsl:if><xsl:value-of select="{lus}"/>'),
        Saxongrenzen(seconden=1.5),
    )
    with pytest.raises(SaxonFout, match="nog niet klaar"):
        proces.vraag(0, dossier())


def test_te_veel_geheugen_wordt_afgekapt(maak: Maker) -> None:
    vol = "for $i in 1 to 100000000 return concat('een lange tekst die geheugen kost ', $i, string(/))"
    tel = f'<xsl:variable name="v" select="{vol}"/><xsl:value-of select="count(distinct-values($v))"/>'
    inhoud = f'<xsl:if test="/*/*">{tel}</xsl:if>'
    proces = maak(kwaad(inhoud), Saxongrenzen(seconden=60, geheugen=400_000_000))
    with pytest.raises(SaxonFout):
        proces.vraag(0, dossier())


def test_na_een_afgekapt_dossier_werkt_het_volgende(maak: Maker) -> None:
    lus = LUS.format("string($a * $b) = /*/*[1]")
    inhoud = f'<xsl:if test="contains(string(/), \'hangt\')"><xsl:value-of select="{lus}"/></xsl:if>'
    proces = maak(kwaad(inhoud), Saxongrenzen(seconden=10))  # also for starting and compiling, on a busy machine
    assert b"meldingen" in proces.vraag(0, dossier())
    with pytest.raises(SaxonFout):
        proces.vraag(0, dossier(leerling="<voornaam>hangt</voornaam>"))
    assert b"meldingen" in proces.vraag(0, dossier())


def test_stylesheet_dat_niet_te_vertalen_is(maak: Maker) -> None:
    proces = maak(kwaad('<xsl:value-of select="onbekende-functie()"/>'))
    with pytest.raises(SaxonFout, match="niet te vertalen"):
        proces.controleer()


def test_veel_draden_krijgen_elk_hun_eigen_antwoord(maak: Maker) -> None:
    proces = maak(kwaad("<xsl:value-of select=\"//*[local-name() = 'voornaam']\"/>"))
    antwoorden: dict[int, bytes] = {}

    def vraag(nummer: int) -> None:
        antwoorden[nummer] = proces.vraag(0, dossier(leerling=f"<voornaam>n{nummer}n</voornaam>"))

    draden = [threading.Thread(target=vraag, args=(nummer,)) for nummer in range(8)]
    for draad in draden:
        draad.start()
    for draad in draden:
        draad.join()
    assert all(f"n{nummer}n".encode() in antwoorden[nummer] for nummer in range(8))


def test_het_kind_blijft_niet_achter(maak: Maker) -> None:
    proces = maak(kwaad(""))
    proces.controleer()
    kind = proces._kind
    assert kind is not None
    assert kind.stdin is not None
    kind.stdin.close()  # what happens when the gateway dies, however it dies
    assert kind.wait(timeout=20) == 0
