"""The one door for XML: reading under limits, exclusive canonical form, path of an element.

Nothing else in the program calls a parse function of an XML library (security.md "Every XML door").
"""

from gateway.xmlio.lezen import Grenzen, OnleesbareXml, Reden, lees
from gateway.xmlio.vorm import Padwijzer, canoniek, lokale_naam, pad

__all__ = ["Grenzen", "OnleesbareXml", "Padwijzer", "Reden", "canoniek", "lees", "lokale_naam", "pad"]
