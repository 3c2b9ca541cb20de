"""What the attachment modules ask of a gegevensset pack: how the attachment block is called and where it may stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Documentblok:
    """Table `[documenten]` of a pack's manifest.

    `lijst` is the path, from the root element, of the list that documents beside a dossier are added to;
    `toegestaan` the endings of a file name that may be sent, lower case without the dot.
    """

    blok: str
    bestandsnaam: str
    omschrijving: str
    bestandsinhoud: str
    lijst: str
    toegestaan: Sequence[str]


class PakketMetDocumenten(Protocol):
    """The part of a gegevensset pack that is needed here."""

    @property
    def naamruimte(self) -> str:
        """Namespace name of all elements of a dossier."""
        ...

    @property
    def documenten(self) -> Documentblok:
        """How attachments are called and where they go: `Documentblok(**manifest["documenten"])`."""
        ...

    def volgorde(self, pad: str) -> Sequence[str]:
        """Local names of the children of the element at this path (no indexes), in the order of the XSD."""
        ...
