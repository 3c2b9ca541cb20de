"""The dossier goes out as the octets that were stored, and stays what it was inside the response."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from gateway.berichten import codec
from gateway.berichten.fout import BerichtFout, BerichtOngeldig
from gateway.berichten.pakket import standaardpakket
from gateway.domain.overdracht import Documentantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Pgn
from gateway.simulators.dossiers import maak_dossier
from gateway.xmlio import canoniek, lees
from tests.hulp.berichtvoorbeelden import NS, envelop

PAKKET = standaardpakket()
MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)


def _antwoord(octets: bytes) -> Documentantwoord:
    return Documentantwoord(Resultaat.OVERDRACHT_GESLAAGD, "2019.1", MOMENT, octets)


LASTIG = [
    canoniek(lees(maak_dossier(Pgn("101211151"), omvang=60_000))),
    b'<dossier xmlns="urn:d"><a>x</a></dossier>',
    # Prefixes that the envelope uses too, bound to something else or not used at the top.
    b'<o:dossier xmlns:o="urn:d"><soapenv:a xmlns:soapenv="urn:q" soapenv:b="1"></soapenv:a></o:dossier>',
    b'<dossier xmlns="urn:d"><a xmlns="">\xc3\xa9 &lt;o:document/&gt; &#xD;</a></dossier>',
]


@pytest.mark.parametrize("octets", LASTIG)
def test_de_octets_staan_er_onveranderd_in(octets: bytes) -> None:
    voor, midden, na = codec.schrijf_documentantwoord(_antwoord(octets), PAKKET)

    assert midden is octets
    assert voor.endswith(b"document>")
    assert na.startswith(b"</o:document>")


@pytest.mark.parametrize("octets", LASTIG)
def test_canonieke_vorm_van_het_ontvangen_dossier_is_wat_bewaard_is(octets: bytes) -> None:
    ontvangen = lees(codec.schrijf_antwoord("document", _antwoord(octets), PAKKET))

    (document,) = ontvangen.iter(f"{{{NS}}}document")
    (dossier,) = document
    assert etree.tostring(dossier, method="c14n", exclusive=True, with_comments=False) == octets
    assert codec.lees_antwoord(
        b"".join(codec.schrijf_documentantwoord(_antwoord(octets), PAKKET)), "document", PAKKET, Documentantwoord
    ) == _antwoord(octets)


def test_commentaar_van_een_ander_blijft_zichtbaar_voor_wie_keurt() -> None:
    dossier = '<dossier xmlns="urn:d"><a>1<!-- x -->2</a></dossier>'
    inhoud = f"{KOP}{VERSIE}<document>{dossier}</document></documentResponse>"

    antwoord = codec.lees_antwoord(envelop(inhoud), "document", PAKKET, Documentantwoord)

    assert antwoord.octets == dossier.encode()


def test_een_weigering_heeft_alleen_een_resultaat() -> None:
    voor, midden, na = codec.schrijf_documentantwoord(Documentantwoord(Resultaat.LEERLING_ONBEKEND), PAKKET)

    assert (midden, na) == (b"", b"")
    assert b"document>" not in voor
    assert b"<o:resultaat>LeerlingOnbekend</o:resultaat>" in voor


def test_het_dossier_staat_niet_in_de_repr() -> None:
    assert "urn:d" not in repr(_antwoord(LASTIG[1]))


KOP = f'<documentResponse xmlns="{NS}"><resultaat>OverdrachtGeslaagd</resultaat>'
VERSIE = "<dossierVersie>2019.1</dossierVersie><dossierVerzameldatum>2026-01-01T00:00:00Z</dossierVerzameldatum>"


@pytest.mark.parametrize(
    "inhoud",
    [
        KOP + VERSIE + '<document><geenDossier xmlns="urn:d"/></document></documentResponse>',
        KOP + VERSIE + '<document><dossier xmlns="urn:d"/><dossier xmlns="urn:d"/></document></documentResponse>',
        KOP + VERSIE + "<document><dossier/></document></documentResponse>",
        KOP + VERSIE + "<document>los</document></documentResponse>",
        KOP + VERSIE + "<document/></documentResponse>",
        KOP + VERSIE + '<document><dossier xmlns="relatief"/></document></documentResponse>',
        KOP + '<document><dossier xmlns="urn:d"/></document></documentResponse>',
        KOP + VERSIE + "</documentResponse>",
    ],
)
def test_wat_geen_geldig_documentantwoord_is(inhoud: str) -> None:
    with pytest.raises(BerichtFout) as fout:
        codec.lees_antwoord(envelop(inhoud), "document", PAKKET, Documentantwoord)

    assert isinstance(fout.value, BerichtOngeldig)
