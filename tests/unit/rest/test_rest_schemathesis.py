"""Calls made up from the description: no 500, every answer as described, every error a problem."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from tests.hulp.restwereld import RestWereld, maak_restwereld

load_all_checks()
_CHECKS = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)


def _wereld() -> RestWereld:
    w = maak_restwereld(dev=True, aanroepen_ineens=10**9)
    w.blauw("12345")
    return w


_W = _wereld()
_SCHEMA: Any = schemathesis.openapi.from_asgi("/v1/openapi.json", _W.app)
_SCHEMA.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


@pytest.mark.parametrize("als", ["kern", "beheer"])
@_SCHEMA.parametrize()  # type: ignore[untyped-decorator]  # schemathesis has no types here
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_verzonnen_aanroepen(case: Any, als: str) -> None:
    case.headers.setdefault("OSO-Account", "proef")
    case.headers["Authorization"] = f"Bearer {_W.tokens[als]}"
    antwoord = case.call()
    case.validate_response(antwoord, checks=_CHECKS)
    if antwoord.status_code >= 400:
        assert antwoord.headers["content-type"] == ["application/problem+json"]
        assert {"code", "melding", "watNu"} <= set(antwoord.json())
