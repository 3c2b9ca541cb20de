"""The floor: the least that any gateway must do for one dossier, with the fastest libraries at hand.

Parse, validate against the compiled XSD, exclusive C14N, SHA-256, RSA-2048 signature. No rules, no store, no network.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree


class Ondergrens:
    """The floor for one XSD."""

    def __init__(self, xsd: Path) -> None:
        self._schema = etree.XMLSchema(file=str(xsd))
        self._sleutel = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)

    def doe(self, octets: bytes) -> bytes:
        """Do the work once; gives the signature."""
        boom = etree.fromstring(octets, self._parser)  # the floor measures the library itself, not our door
        if not self._schema.validate(boom):
            raise AssertionError("the dossier of the benchmark is not valid")
        canoniek = etree.tostring(boom, method="c14n", exclusive=True)
        return self._sleutel.sign(hashlib.sha256(canoniek).digest(), padding.PKCS1v15(), hashes.SHA256())
