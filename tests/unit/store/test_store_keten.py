"""The audit chain as pure functions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ports import AuditRij, Ketenoordeel
from gateway.store.keten import BEGIN, Kop, controleer, hash_van
from tests.hulp.opslagen import NU

KAAL = AuditRij(1, NU, "op", "ok", "oin", "a", "n", "kern", "p", 2, {"b": 1, "a": "é"}, BEGIN, "")
ANDERS: dict[str, Any] = {
    "nr": 9,
    "moment": NU + timedelta(microseconds=1),
    "versie": None,
    "bijzonderheden": {"b": 1},
}


def _keten(aantal: int) -> list[AuditRij]:
    rijen: list[AuditRij] = []
    for nr in range(1, aantal + 1):
        rij = replace(KAAL, nr=nr, vorige=rijen[-1].hash if rijen else BEGIN)
        rijen.append(replace(rij, hash=hash_van(rij)))
    return rijen


def test_de_hash_is_na_te_rekenen_zonder_ons() -> None:
    velden = {
        "nr": 1,
        "moment": "2026-06-01T10:00:00.123456+00:00",
        "operatie": "op",
        "uitkomst": "ok",
        "partij": "oin",
        "account": "a",
        "namens": "n",
        "rol": "kern",
        "pseudoniem": "p",
        "versie": 2,
        "bijzonderheden": {"a": "é", "b": 1},
        "vorige": "0" * 64,
    }
    tekst = json.dumps(velden, sort_keys=True, separators=(",", ":"))
    assert hash_van(KAAL) == hashlib.sha256(tekst.encode()).hexdigest()


@pytest.mark.parametrize("veld", [veld.name for veld in fields(AuditRij) if veld.name != "hash"])
def test_elk_veld_telt_mee(veld: str) -> None:
    ander: dict[str, Any] = {veld: ANDERS.get(veld, "anders")}
    assert hash_van(replace(KAAL, **ander)) != hash_van(KAAL)


def test_een_andere_tijdzone_is_hetzelfde_moment() -> None:
    elders = replace(KAAL, moment=NU.astimezone(timezone(timedelta(hours=5))))
    assert hash_van(elders) == hash_van(KAAL)


@given(st.integers(1, 6), st.data())
def test_een_gat_een_wissel_en_een_afgekapt_einde_vallen_op(aantal: int, data: st.DataObject) -> None:
    rijen = _keten(aantal)
    kop = Kop(aantal, rijen[-1].hash)
    assert controleer(rijen, kop) == Ketenoordeel(aantal)
    plaats = data.draw(st.integers(0, aantal - 1))
    zonder = rijen[:plaats] + rijen[plaats + 1 :]
    assert controleer(zonder, kop).eerste_breuk == plaats + 1
    gewijzigd = replace(rijen[plaats], uitkomst="anders")
    assert controleer([*rijen[:plaats], gewijzigd, *rijen[plaats + 1 :]], kop).eerste_breuk == plaats + 1
    # Also when the hash of the changed record is made to fit.
    passend = replace(gewijzigd, hash=hash_van(gewijzigd))
    assert controleer([*rijen[:plaats], passend, *rijen[plaats + 1 :]], kop).eerste_breuk is not None


def test_een_kop_van_vroeger_valt_op() -> None:
    rijen = _keten(3)
    assert controleer(rijen, Kop(2, rijen[1].hash)).eerste_breuk == 3
    assert controleer(rijen, Kop(3, BEGIN)).eerste_breuk == 3
    assert controleer([], Kop()).eerste_breuk is None


def test_een_keten_mag_na_het_opruimen_later_beginnen() -> None:
    rijen = _keten(4)
    kop = Kop(4, rijen[3].hash, opgeruimd_tot=2, opgeruimd_hash=rijen[1].hash)
    assert controleer(rijen[2:], kop) == Ketenoordeel(2)
    assert controleer(rijen, kop).eerste_breuk == 3
