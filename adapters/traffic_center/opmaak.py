"""Write requests to the Traffic Center with zeep, from the WSDL of the local pack (never fetched).

All but the session check, which is part of every pull and is written by `gateway.berichten` alone.

zeep only writes: answers are read by our own parser, and zeep's transport, which logs bodies, is not used.
"""

from __future__ import annotations

import threading
from functools import cached_property
from io import BytesIO
from typing import Any

from lxml import etree

from gateway.berichten.pakket import Berichtpakket


class _GeenVerkeer:
    """Transport that refuses to load or send anything: the WSDL is one file and zeep only writes messages."""

    def load(self, url: str) -> bytes:
        raise RuntimeError("zeep mag niets van buiten laden")


class ZeepOpmaak:
    """Writes messages. zeep is imported at first use (half a second), or ahead of it by `bereid_voor`."""

    def __init__(self, pakket: Berichtpakket, url: str) -> None:
        self._pakket = pakket
        self._url = url
        self._slot = threading.Lock()

    def bereid_voor(self) -> None:
        """Import zeep and read the WSDL now."""
        with self._slot:
            _ = self._klant

    def schrijf(self, operatie: str, velden: dict[str, Any]) -> bytes:
        """Write one request in its envelope; `velden` by element name, absent ones left out."""
        if "_klant" not in self.__dict__:
            self.bereid_voor()
        envelop = self._klant.create_message(self._klant.service, operatie, **velden)
        return etree.tostring(envelop, encoding="UTF-8", xml_declaration=True)

    @cached_property
    def _klant(self) -> Any:
        import zeep  # here, because importing it costs half a second that a start does not have

        wsdl = BytesIO(self._pakket.wsdl(self._url))
        return zeep.Client(wsdl, transport=_GeenVerkeer())
