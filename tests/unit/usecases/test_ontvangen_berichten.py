"""What others send us: who may, what is kept, what is told, and that the same message counts once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.domain.logboek import GebeurtenisType
from gateway.domain.overdracht import Adresblok, Notificatie, Terugkoppeling
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Doel, Koppelsleutel, Rol, RouteringsKenmerk, SessieId
from gateway.simulators.ontwikkelwereld import MAGISTER, POSCHOOL, TRAJECTPLANNER, VREEMDE, WereldPartij
from gateway.usecases.ontvangen_berichten import lijst, neem_notificatie, neem_terugkoppeling
from gateway.usecases.uitleveren import PartijGeweigerd
from tests.fakes.proef import DAAR, HIER, LAS, ONZE, Proef, token

PO = RouteringsKenmerk("0000000700000AH00900")
PO_PARTIJ, SWV_PARTIJ = POSCHOOL.als_partij(), TRAJECTPLANNER.als_partij()
NOTIFICATIE = Notificatie(
    Adresblok(Brin("00AH"), PO, HIER.brin, ONZE[HIER]),
    Doel.OV,
    sessie_id=SessieId("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    aanvraagdatum=datetime(2026, 1, 20, 10, 17, tzinfo=UTC),
)
SLEUTEL = Koppelsleutel("0f9619ff-8b86-d011-b42d-00c04fc964ff")
ALS_BIJ_DE_OVERDRACHT = Terugkoppeling(
    Adresblok(HIER.brin, ONZE[HIER], DAAR.brin, LAS[DAAR]), SLEUTEL, "Wij willen een gesprek."
)
OMGEDRAAID = replace(ALS_BIJ_DE_OVERDRACHT, adres=Adresblok(DAAR.brin, LAS[DAAR], HIER.brin, ONZE[HIER]))


@pytest.fixture
def proef() -> Proef:
    return Proef()


def test_een_notificatie_wordt_bewaard_gemeld_en_vastgelegd(proef: Proef) -> None:
    assert neem_notificatie(proef.wereld, NOTIFICATIE, PO_PARTIJ) is Resultaat.NOTIFICATIE_ONTVANGEN
    (bericht,), _ = lijst(proef.wereld, token(), 0, 10)
    assert (bericht.vestiging, bericht.afzender_kenmerk, bericht.systeem) == (HIER, PO, POSCHOOL.toonnaam)
    assert (bericht.sessie_id, bericht.aanvraagdatum) == (NOTIFICATIE.sessie_id, NOTIFICATIE.aanvraagdatum)
    (gebeurtenis,) = proef.gebeurtenissen(GebeurtenisType.NOTIFICATIE_ONTVANGEN)
    assert gebeurtenis.gegevens == {
        "id": bericht.id,
        "brin": "00YY",
        "vestigingscode": "00",
        "afzenderBrin": "00AH",
        "sessieId": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    }
    (regel,) = proef.audit("notificatie-ontvangen")
    assert (regel.uitkomst, regel.partij) == ("NotificatieOntvangen", POSCHOOL.oin.waarde)


@pytest.mark.parametrize("bericht", [ALS_BIJ_DE_OVERDRACHT, OMGEDRAAID])
def test_een_terugkoppeling_komt_aan_hoe_bron_en_doel_ook_staan(proef: Proef, bericht: Terugkoppeling) -> None:
    assert neem_terugkoppeling(proef.wereld, bericht, SWV_PARTIJ) is Resultaat.TERUGKOPPELING_ONTVANGEN
    (bewaard,), _ = lijst(proef.wereld, token(), 0, 10)
    assert (bewaard.vestiging, bewaard.afzender_brin, bewaard.tekst) == (HIER, DAAR.brin, bericht.tekst)
    (gebeurtenis,) = proef.gebeurtenissen(GebeurtenisType.TERUGKOPPELING_ONTVANGEN)
    assert bericht.tekst not in str(gebeurtenis)
    assert SLEUTEL.waarde not in str(gebeurtenis)
    assert bericht.tekst not in str(proef.audit())


def test_hetzelfde_bericht_telt_een_keer_tot_het_weer_nieuws_is(proef: Proef) -> None:
    neem_notificatie(proef.wereld, NOTIFICATIE, PO_PARTIJ)
    proef.klok.vooruit(10)
    neem_notificatie(proef.wereld, NOTIFICATIE, PO_PARTIJ)
    (bericht,), _ = lijst(proef.wereld, token(), 0, 10)
    assert (bericht.aantal, bericht.laatst) == (2, proef.klok.nu())
    assert len(proef.gebeurtenissen(GebeurtenisType.NOTIFICATIE_ONTVANGEN)) == 1
    proef.klok.vooruit(3600)
    neem_notificatie(proef.wereld, NOTIFICATIE, PO_PARTIJ)
    assert len(lijst(proef.wereld, token(), 0, 10)[0]) == 1
    assert len(proef.gebeurtenissen(GebeurtenisType.NOTIFICATIE_ONTVANGEN)) == 2
    assert len(proef.audit("notificatie-ontvangen")) == 3


def test_wat_in_een_veld_verschilt_is_een_ander_bericht(proef: Proef) -> None:
    for bericht in (NOTIFICATIE, replace(NOTIFICATIE, sessie_id=None), replace(NOTIFICATIE, aanvraagdatum=None)):
        neem_notificatie(proef.wereld, bericht, PO_PARTIJ)
    assert len(lijst(proef.wereld, token(), 0, 10)[0]) == 3


@pytest.mark.parametrize(
    ("adres", "partij", "code"),
    [
        (NOTIFICATIE.adres, VREEMDE, "CertificaatHoortNietBijPartij"),
        (NOTIFICATIE.adres, TRAJECTPLANNER, "CertificaatHoortNietBijPartij"),
        # The doel is the LAS of the school itself: nothing of ours.
        (Adresblok(Brin("00AH"), PO, HIER.brin, LAS[HIER]), POSCHOOL, "BronHoortNietBijSysteem"),
        # Magister may speak for every point of its school, but not for ours: we never sent this.
        (Adresblok(HIER.brin, ONZE[HIER], DAAR.brin, ONZE[DAAR]), MAGISTER, "CertificaatHoortNietBijPartij"),
    ],
)
def test_een_notificatie_van_of_voor_een_ander_wordt_geweigerd(
    proef: Proef, adres: Adresblok, partij: WereldPartij, code: str
) -> None:
    with pytest.raises(PartijGeweigerd) as geweigerd:
        neem_notificatie(proef.wereld, replace(NOTIFICATIE, adres=adres), partij.als_partij())
    assert geweigerd.value.code == code
    assert lijst(proef.wereld, token(), 0, 10)[0] == []
    assert proef.gebeurtenissen() == []
    assert [regel.uitkomst for regel in proef.audit("notificatie-ontvangen")] == [code]


@pytest.mark.parametrize("bericht", [ALS_BIJ_DE_OVERDRACHT, OMGEDRAAID])
def test_een_terugkoppeling_van_een_ander_wordt_geweigerd(proef: Proef, bericht: Terugkoppeling) -> None:
    with pytest.raises(PartijGeweigerd):
        neem_terugkoppeling(proef.wereld, bericht, PO_PARTIJ)
    assert lijst(proef.wereld, token(), 0, 10)[0] == []


def test_een_locatiebeheerder_ziet_alleen_wat_voor_de_eigen_vestiging_is(proef: Proef) -> None:
    neem_notificatie(proef.wereld, NOTIFICATIE, PO_PARTIJ)
    ander = replace(NOTIFICATIE, adres=Adresblok(Brin("00AH"), PO, DAAR.brin, ONZE[DAAR]))
    neem_notificatie(proef.wereld, ander, PO_PARTIJ)
    eigen = token(Rol.LOCATIEBEHEERDER, vestigingen=frozenset({DAAR}))
    assert [bericht.vestiging for bericht in lijst(proef.wereld, eigen, 0, 10)[0]] == [DAAR]
    assert len(lijst(proef.wereld, token(), 0, 10)[0]) == 2
