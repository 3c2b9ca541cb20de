"""A LAS that names aanleverpunten by number (OSO'18): pulled by number, notified by number, the same point of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.domain.notificatie import NotificatieStatus
from gateway.domain.overdracht import Adresblok, Notificatieadres, Notificatiemelding
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import RouteringsKenmerk
from gateway.usecases.uitleveren import PartijGeweigerd
from tests.fakes.notificatieproef import Notificatieproef
from tests.fakes.proef import HIER

ONS, LAS = RouteringsKenmerk.van_index(100), RouteringsKenmerk.van_index(2)
OP_NUMMER = Adresblok(HIER.brin, ONS, HIER.brin, LAS)
URL = "https://las.test/oso/toen"


@pytest.fixture
def proef() -> Notificatieproef:
    return Notificatieproef()


@pytest.fixture
def gemeld(proef: Notificatieproef, monkeypatch: pytest.MonkeyPatch) -> Callable[[Resultaat], list[Adresblok]]:
    """Let the Traffic Center give a result to what is announced; gives the address blocks."""

    def zeg(resultaat: Resultaat) -> list[Adresblok]:
        adressen: list[Adresblok] = []

        def melden(melding: Notificatiemelding) -> Notificatieadres:
            adressen.append(melding.adres)
            return Notificatieadres(resultaat, URL if resultaat is Resultaat.OVERDRACHT_GESLAAGD else None)

        monkeypatch.setattr(proef.traffic_center, "melden_notificatie", melden)
        return adressen

    return zeg


def test_een_dossier_op_nummer(proef: Notificatieproef) -> None:
    proef.klaargezet()
    assert proef.haal(adres=OP_NUMMER).resultaat is Resultaat.OVERDRACHT_GESLAAGD
    assert proef.status() == "groen"
    (regel,) = proef.audit("uitleveren")
    assert regel.bijzonderheden["doelRouteringsKenmerk"] == "nr 2"


def test_een_nummer_dat_geen_punt_van_ons_is(proef: Notificatieproef) -> None:
    with pytest.raises(PartijGeweigerd) as fout:
        proef.vraag(adres=Adresblok(HIER.brin, RouteringsKenmerk.van_index(7), HIER.brin, LAS))
    assert fout.value.code == "BronHoortNietBijSysteem"


def test_wie_op_nummer_vroeg_wordt_op_nummer_genotificeerd(
    proef: Notificatieproef, gemeld: Callable[[Resultaat], list[Adresblok]]
) -> None:
    adressen = gemeld(Resultaat.OVERDRACHT_GESLAAGD)
    proef.vroeg(adres=OP_NUMMER)
    proef.klaargezet()
    assert proef.ronde() == [NotificatieStatus.ONTVANGEN]
    assert adressen == [OP_NUMMER]
    ((url, notificatie),) = proef.doelen.gehoord
    assert (url, notificatie.adres) == (URL, OP_NUMMER)


def test_ook_op_nummer_kan_blijken_dat_ons_punt_uit_staat(
    proef: Notificatieproef, gemeld: Callable[[Resultaat], list[Adresblok]]
) -> None:
    gemeld(Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF)
    proef.vroeg(adres=OP_NUMMER)
    proef.klaargezet()
    assert proef.ronde() == [NotificatieStatus.TE_MELDEN]
    assert not proef.punt().oso
