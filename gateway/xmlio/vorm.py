"""Forms of an element that has been read: canonical octets, indexed path, local name."""

from __future__ import annotations

from collections import Counter

from lxml import etree


def canoniek(element: etree._Element) -> bytes:
    """Exclusive C14N 1.0 without comments of one element and what is inside it, UTF-8, no declaration.

    Raises `lxml.etree.C14NError` when a namespace name is relative: callers refuse those first.
    """
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def lokale_naam(element: etree._Element) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


_LANGSTE_NAAM = 80  # a name in a path is for reading; a hostile one may have 50 000 characters


def pad(element: etree._Element) -> str:
    """Path from the root with local names and a 1-based index on every step: `/dossier[1]/inzage[1]`.

    The index counts siblings with the same local name, as the official report does. For many paths of one document
    use a `Padwijzer`: this counts the siblings anew for each.
    """
    stappen = []
    stap: etree._Element | None = element
    while stap is not None:
        naam = lokale_naam(stap)
        nummer = 1 + sum(1 for _ in stap.itersiblings("{*}" + naam, preceding=True)) if _heeft_ouder(stap) else 1
        stappen.append(f"/{_kort(naam)}[{nummer}]")
        stap = stap.getparent()
    return "".join(reversed(stappen))


def _heeft_ouder(element: etree._Element) -> bool:
    return element.getparent() is not None


class Padwijzer:
    """Gives the paths of elements of one document, fast when asked in document order; the document must not change.

    Remembers for each parent how far it has counted, so that all paths together cost one walk, not one walk each.
    """

    def __init__(self) -> None:
        self._geteld: dict[etree._Element, _Telling] = {}

    def pad(self, element: etree._Element) -> str:
        """As the function `pad`."""
        stappen = []
        stap: etree._Element | None = element
        while stap is not None:
            ouder = stap.getparent()
            nummer = 1 if ouder is None else self._nummer(ouder, stap)
            stappen.append(f"/{_kort(lokale_naam(stap))}[{nummer}]")
            stap = ouder
        return "".join(reversed(stappen))

    def _nummer(self, ouder: etree._Element, kind: etree._Element) -> int:
        telling = self._geteld.get(ouder)
        nummer = telling.tel_tot(kind) if telling is not None else None
        if nummer is None:  # nothing counted yet, or asked out of order
            telling = self._geteld[ouder] = _Telling(ouder)
            nummer = telling.tel_tot(kind)
        return nummer or 1


class _Telling:
    """Children of one parent, counted by name up to one of them."""

    def __init__(self, ouder: etree._Element) -> None:
        self._ouder = ouder
        self._laatste: etree._Element | None = None
        self._aantal: Counter[str] = Counter()

    def tel_tot(self, kind: etree._Element) -> int | None:
        """Number of `kind` among its namesakes; None when it stands before the last one that was asked for."""
        if kind is not self._laatste:
            verder = self._ouder.iterchildren("*") if self._laatste is None else self._laatste.itersiblings("*")
            for broer in verder:
                self._aantal[_kort(lokale_naam(broer))] += 1
                if broer is kind:
                    break
            else:
                return None
            self._laatste = kind
        return self._aantal[_kort(lokale_naam(kind))]


def _kort(naam: str) -> str:
    return naam if len(naam) <= _LANGSTE_NAAM else naam[: _LANGSTE_NAAM - 1] + "…"
