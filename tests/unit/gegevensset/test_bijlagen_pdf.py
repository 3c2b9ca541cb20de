"""PDFs are cleared only when nothing dangerous can be in them, packed or not."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.gegevensset import pdf_controle
from gateway.gegevensset.pdf_controle import Oordeel, grondig, snel

Bouw = Callable[[Any], None]


def _pdf(bouw: Bouw | None = None, **opties: Any) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    if bouw is not None:
        bouw(pdf)
    doel = io.BytesIO()
    pdf.save(doel, **opties)
    return doel.getvalue()


def _javascript(pdf: Any) -> None:
    pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1")))


def _start(pdf: Any) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("x"))


def _ingesloten(pdf: Any) -> None:
    pdf.attachments["x.txt"] = b"tekst"


def _xfa(pdf: Any) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pdf.make_stream(b"<xdp/>"))


STROMEN: dict[str, Any] = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
GEOPEND: dict[str, Any] = {"encryption": pikepdf.Encryption(owner="a", user="")}
GESLOTEN: dict[str, Any] = {"encryption": pikepdf.Encryption(owner="a", user="b")}


def _oordeel(inhoud: bytes) -> Oordeel:
    return snel(inhoud) or grondig([inhoud], seconden=20)[0]


@pytest.mark.parametrize("opties", [{}, STROMEN, GEOPEND])
def test_gewone_pdf_is_veilig(opties: dict[str, Any]) -> None:
    assert _oordeel(_pdf(**opties)) is Oordeel.VEILIG


def test_gewone_pdf_hoeft_niet_naar_de_lezer() -> None:
    assert snel(_pdf()) is Oordeel.VEILIG
    assert snel(_pdf(**STROMEN)) is Oordeel.VEILIG


@pytest.mark.parametrize("opties", [{}, STROMEN, GEOPEND, STROMEN | GEOPEND])
@pytest.mark.parametrize("bouw", [_javascript, _start, _ingesloten, _xfa])
def test_gevaar_wordt_overal_gevonden(bouw: Bouw, opties: dict[str, Any]) -> None:
    inhoud = _pdf(bouw, **opties)
    assert snel(inhoud) is None
    assert grondig([inhoud], seconden=20) == [Oordeel.GEVAARLIJK]


def test_namen_met_ontsnapte_tekens() -> None:
    inhoud = _pdf(_javascript).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/J#53")
    assert _oordeel(inhoud) is Oordeel.GEVAARLIJK
    verborgen = _pdf(_javascript, **STROMEN).replace(b"/ObjStm", b"/Obj#53tm").replace(b"/XRef", b"/XR#65f")
    assert snel(verborgen) is None


def test_lettertype_met_spatie_in_de_naam_is_gewoon() -> None:
    assert snel(_pdf().replace(b"/MediaBox", b"/X/Times#20New#20Roman/MediaBox")) is Oordeel.VEILIG


def test_gevaarlijk_woord_dat_niets_doet_is_veilig() -> None:
    def bouw(pdf: Any) -> None:
        pdf.pages[0].Contents = pdf.make_stream(b"BT (/JS /Launch ) Tj ET")

    inhoud = _pdf(bouw, compress_streams=False)
    assert snel(inhoud) is None
    assert grondig([inhoud], seconden=20) == [Oordeel.VEILIG]


def test_wachtwoord() -> None:
    assert _oordeel(_pdf(**GESLOTEN)) is Oordeel.WACHTWOORD


def test_beschadigd_maar_doorzichtig() -> None:
    assert snel(b"%PDF-1.4\nniets") is Oordeel.BESCHADIGD


def test_niet_te_lezen_en_niet_doorzichtig() -> None:
    assert _oordeel(b"%PDF-1.5 /ObjStm\nstream\n" + b"\x48rommel") is Oordeel.ONCONTROLEERBAAR


def _bom(aantal: int) -> bytes:
    pakker = zlib.compressobj(9)
    vol = b"".join([*(pakker.compress(b" " * 1_000_000) for _ in range(aantal)), pakker.flush()])
    return (
        b"%PDF-1.5\n1 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + vol + b"\nendstream /Root /XRef"
    )


def test_bom_in_een_stroom_wordt_niet_uitgepakt() -> None:
    assert snel(_bom(200)) is None


def test_veel_stromen_gaan_naar_de_lezer() -> None:
    assert snel(b"%PDF-1.5 /Root /ObjStm " + b"stream\nx" * 20_000) is None
    assert snel(b"%PDF-1.5 /Root " + b"/a#41" * 20_000) is None


def test_tijd_is_op() -> None:
    assert grondig([_pdf(), _pdf()], seconden=0.001) == [Oordeel.ONCONTROLEERBAAR] * 2
    assert grondig([], seconden=1) == []


def test_een_drukke_machine_verandert_het_oordeel_niet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The reader gets no turn for longer than it may compute."""
    traag = tmp_path / "traag.py"
    traag.write_text(
        "import runpy, sys, time\ntime.sleep(2.5)\n"
        f"runpy.run_path({str(pdf_controle.__file__).replace('controle', 'kindproces')!r}, run_name='__main__')\n"
    )
    monkeypatch.setattr(pdf_controle, "_KINDPROCES", traag)
    assert grondig([_pdf()], seconden=2.0) == [Oordeel.VEILIG]


def test_een_slechte_bederft_de_andere_niet() -> None:
    goed, fout = _pdf(), b"%PDF-1.5 stream"
    assert grondig([goed, fout, goed], seconden=20) == [Oordeel.VEILIG, Oordeel.ONCONTROLEERBAAR, Oordeel.VEILIG]


@given(st.binary(max_size=300))
def test_snel_gooit_nooit(ruis: bytes) -> None:
    assert snel(b"%PDF-1.5 /ObjStm stream\nx\x9c" + ruis) in (None, *Oordeel)
