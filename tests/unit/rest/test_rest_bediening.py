"""Errors of HTTP itself: every status that the connection may give has its problem."""

from __future__ import annotations

import json

import pytest

from gateway.entry.rest.bediening import als_probleem
from gateway.entry.rest.ring import VASTE_KOPPEN
from gateway.entry.verbinding import platte_tekst


@pytest.mark.parametrize(("status", "code"), [(400, "HttpOnleesbaar"), (408, "TeTraag"), (431, "KopTeGroot")])
def test_elke_fout_van_http_is_een_probleem_met_de_vaste_koppen(status: int, code: str) -> None:
    koppen, lijf = als_probleem(status)
    gegeven = {naam.decode().lower(): waarde.decode() for naam, waarde in koppen}
    assert (json.loads(lijf)["status"], json.loads(lijf)["code"]) == (status, code)
    assert gegeven["content-type"] == "application/problem+json"
    assert gegeven["content-length"] == str(len(lijf))
    assert {naam.lower(): waarde for naam, waarde in VASTE_KOPPEN.items()}.items() <= gegeven.items()
    koppen, lijf = platte_tekst(status)
    assert dict(koppen)[b"content-length"] == str(len(lijf)).encode()
