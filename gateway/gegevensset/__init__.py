"""The dossier format: packs, schema gate, rules, attachments, report.

`Toetser(Pakketten.laad()).beoordeel(octets)` judges one dossier.
"""

from gateway.gegevensset.model import OngeldigPakket
from gateway.gegevensset.pakket import OnbekendPakket, Pakket, Pakketten
from gateway.gegevensset.toetser import Toetser, Toetsinstellingen

__all__ = ["OnbekendPakket", "OngeldigPakket", "Pakket", "Pakketten", "Toetser", "Toetsinstellingen"]
