"""What can go wrong with trust, as one tree; every message is a Dutch sentence that may be shown and logged.

```
VertrouwenFout
├── SleutelringOngeldig     setting OSO_ENCRYPTION_KEYS is wrong: the start stops
├── OntsleutelenMislukt     a record at rest cannot be opened (changed, moved, or of another key)
│   └── SleutelOnbekend     the record names a key that is not in the ring
├── CertificaatOnleesbaar   a PEM/DER file holds no usable certificate, key or CRL
├── OinOngeldig             the subject does not carry exactly one OIN
├── ZonderClientcertificaten   a server context would let callers in without a certificate: the start stops
├── CertificaatGeweigerd    a peer's certificate is not accepted
├── CrlOnbruikbaar          a revocation list cannot be fetched or is not what it should be
├── BewijsOngeldig          a signature does not prove what it claims
└── BerichtGeweigerd        a SOAP message is not signed as its party must
```

No message carries key material, a value of a person or an unescaped piece of a certificate.
"""


class VertrouwenFout(Exception):
    """Something about keys, certificates or signatures does not hold."""


class SleutelringOngeldig(VertrouwenFout):
    """The text of the key ring cannot be used."""


class OntsleutelenMislukt(VertrouwenFout):
    """A record at rest cannot be opened."""


class SleutelOnbekend(OntsleutelenMislukt):
    """A record at rest names a key that the ring does not hold."""


class CertificaatOnleesbaar(VertrouwenFout):
    """A file or text does not hold the certificate, key or CRL that was expected."""


class OinOngeldig(VertrouwenFout):
    """A subject does not carry exactly one OIN of 20 digits."""


class ZonderClientcertificaten(VertrouwenFout):
    """A server context would let callers in without a certificate."""


class CertificaatGeweigerd(VertrouwenFout):
    """A certificate is not accepted; `reden` is the Dutch sentence."""

    def __init__(self, reden: str) -> None:
        super().__init__(reden)
        self.reden = reden


class CrlOnbruikbaar(VertrouwenFout):
    """A revocation list cannot be fetched, read or trusted."""


class BewijsOngeldig(VertrouwenFout):
    """A signature does not prove what it claims; `reden` is the Dutch sentence."""

    def __init__(self, reden: str) -> None:
        super().__init__(reden)
        self.reden = reden


class BerichtGeweigerd(VertrouwenFout):
    """A SOAP message is not signed as its party must; `reden` is the Dutch sentence."""

    def __init__(self, reden: str) -> None:
        super().__init__(reden)
        self.reden = reden
