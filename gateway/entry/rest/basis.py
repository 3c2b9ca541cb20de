"""What the models of the REST port share: strict input, plain output, texts and moments."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Invoer(BaseModel):
    """Base of what comes in: unknown fields refused, no conversions, lowerCamelCase names only."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel, hide_input_in_errors=True
    )


class Vraag(BaseModel):
    """Base of query parameters: unknown ones refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Uitvoer(BaseModel):
    """Base of what goes out; these models describe the answers, which are put together as plain objects."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


def schone_tekst(tekst: str) -> str:
    """Compose (NFC) and refuse control characters, telling where the first one stands (counted from 1)."""
    tekst = unicodedata.normalize("NFC", tekst)
    for plaats, teken in enumerate(tekst, 1):
        if unicodedata.category(teken) == "Cc" or teken in "\ufffe\uffff":
            raise ValueError(f"bevat op plaats {plaats} een stuurteken")
    if not tekst.strip():
        raise ValueError("mag niet leeg zijn")
    return tekst


Tekst = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(schone_tekst)]
"""Text of 1 to 200 characters, NFC, no control characters."""

STANDAARD_AANTAL: Final = 100
MAX_AANTAL: Final = 1000


def moment(waarde: datetime) -> str:
    """A moment as it stands in JSON: UTC, milliseconds, `Z`."""
    return waarde.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def gevuld(velden: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value: what is not known is left out of JSON."""
    return {naam: waarde for naam, waarde in velden.items() if waarde is not None}
