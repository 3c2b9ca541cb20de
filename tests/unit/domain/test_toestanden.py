"""Pure states: dossier and context, aanleverpunt, token, party."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.dossier import Context, Dossier, Einde, NietOphaalbaar, Status, Uitkomstcode
from gateway.domain.partij import Partij
from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, ElkNummer, Herkomst, Oin, Rol, RouteringsKenmerk, Vestiging
from tests.fakes.klok import BEGIN

HIER, DAAR = Vestiging.van("00YY", "00"), Vestiging.van("12SS", "01")
ELK = ElkNummer("12345")
PLEKKEN = st.sampled_from([None, HIER, DAAR])
CONTEXTEN = st.builds(
    Context, PLEKKEN, st.sampled_from(Herkomst), st.booleans(), st.one_of(st.none(), st.just("wacht"))
)


def klaar(context: Context) -> Dossier:
    plek = context.plaatsing or HIER
    return Dossier(ELK).met_context(replace(context, plaatsing=plek)).klaargezet(plek, BEGIN, "a")


@given(st.lists(CONTEXTEN, max_size=6), CONTEXTEN)
def test_elke_andere_context_telt_en_dezelfde_niet(eerder: list[Context], nieuw: Context) -> None:
    dossier = Dossier(ELK)
    for context in eerder:
        dossier = dossier.met_context(context)
    na = dossier.met_context(nieuw)
    anders = nieuw != dossier.context or not dossier.revisie
    assert na.revisie == dossier.revisie + anders
    assert (na.etag != dossier.etag) is anders
    assert na.met_context(nieuw) is na
    geweest = {context.plaatsing for context in [*eerder, nieuw] if context.plaatsing is not None}
    assert na.vorige_plaatsingen | {na.context.plaatsing} >= geweest


@given(CONTEXTEN, CONTEXTEN)
def test_een_klaarzetting_hoort_bij_haar_plaatsing_en_bij_een_reguliere_leerling(voor: Context, na: Context) -> None:
    begin = klaar(replace(voor, herkomst=Herkomst.REGULIER))
    eind = begin.met_context(na)
    blijft = na.plaatsing == begin.context.plaatsing and na.herkomst is Herkomst.REGULIER
    assert (eind.klaarzetting is not None) is blijft
    if eind.klaarzetting is not None:
        assert eind.klaarzetting.plaatsing == eind.context.plaatsing
    else:
        verhuisd = na.plaatsing != begin.context.plaatsing
        assert eind.einde is (Einde.PLAATSING if verhuisd else Einde.HERKOMST)


def test_zonder_klaarzetting_wit_ook_als_het_is_overgedragen() -> None:
    dossier = klaar(Context(HIER))
    assert dossier.status is Status.BLAUW
    assert replace(dossier, overgedragen_aan=frozenset({DAAR.brin})).status is Status.BLAUW
    groen = replace(dossier, overgedragen_aan=frozenset({HIER.brin}))
    assert (groen.status, groen.ingetrokken().status) == (Status.GROEN, Status.WIT)


def test_elke_reden_van_een_punt_is_er_ook_een_van_niet_ophaalbaar() -> None:
    for code in (Uitkomstcode.AANLEVERPUNT_NIET_GEREGISTREERD, Uitkomstcode.AANLEVERPUNT_UITGEZET):
        assert NietOphaalbaar(code.value)


# ------------------------------------------------------------------------------------------------------------- points


def punt(**anders: Any) -> Aanleverpunt:
    kaal = Aanleverpunt(HIER, 100, None, "geheim-woord", BEGIN, "naam")
    return replace(kaal, **anders)


KENMERK = RouteringsKenmerk("k1")


@pytest.mark.parametrize(
    ("bestaand", "nieuw", "gelijk"),
    [
        (punt(), punt(), True),
        (punt().geregistreerd(KENMERK, True, BEGIN), punt(), True),
        (punt().uitgezet("reden", BEGIN), punt(), True),
        (punt(), punt(sleutel="ander"), False),
        (punt(), punt(naam=None), False),
        (punt(), punt(aanleverpuntnummer=7), False),
        (punt(), punt(aanleverpuntnummer=None, routerings_kenmerk=KENMERK), False),
        (punt().geregistreerd(KENMERK, True, BEGIN), punt(aanleverpuntnummer=None, routerings_kenmerk=KENMERK), False),
        (punt(aanleverpuntnummer=None, routerings_kenmerk=KENMERK), punt(), False),
    ],
)
def test_gelijke_invoer(bestaand: Aanleverpunt, nieuw: Aanleverpunt, gelijk: bool) -> None:
    assert bestaand.zelfde_invoer(nieuw) is gelijk


def test_de_vlaggen_gaan_samen_uit() -> None:
    aan = punt().geregistreerd(KENMERK, True, BEGIN)
    assert (aan.oso, aan.mag_overdracht_aanvragen, aan.reden) == (True, True, None)
    for uit in (aan.geweigerd("SleutelOnjuist", BEGIN), aan.uitgezet("Uit", BEGIN)):
        assert (uit.oso, uit.mag_overdracht_aanvragen) == (False, False)
        assert uit.reden
        weer = uit.geregistreerd(KENMERK, True, BEGIN)
        assert (weer.status, weer.reden) == (AanleverpuntStatus.GEREGISTREERD, None)


def test_de_sleutel_staat_in_geen_tekst() -> None:
    assert "geheim-woord" not in repr(punt()) + str(punt())


# ----------------------------------------------------------------------------------------------------------- parties


@pytest.mark.parametrize(
    ("brin", "kenmerk", "mag"),
    [
        ("00YY", None, True),
        ("00YY", KENMERK, True),
        ("00YY", RouteringsKenmerk("k2"), False),
        ("12SS", KENMERK, False),
        ("12SS", None, False),
    ],
)
def test_een_partij_met_kenmerken_spreekt_alleen_voor_die(
    brin: str, kenmerk: RouteringsKenmerk | None, mag: bool
) -> None:
    partij = Partij(Oin("0" * 20), "p", None, "p", frozenset({Brin("00YY")}), frozenset({KENMERK}))
    assert partij.spreekt_voor(Brin(brin), kenmerk) is mag


def test_een_partij_zonder_kenmerken_spreekt_voor_elk_punt_van_haar_scholen() -> None:
    partij = Partij(Oin("0" * 20), "p", None, "p", frozenset({Brin("00YY")}))
    assert partij.spreekt_voor(Brin("00YY"), KENMERK)
    assert not partij.spreekt_voor(Brin("12SS"), KENMERK)
    assert not replace(partij, brins=frozenset()).spreekt_voor(Brin("00YY"))


@pytest.mark.parametrize(
    ("verschil", "geldig"), [(timedelta(microseconds=-1), True), (timedelta(0), False), (timedelta(days=1), False)]
)
def test_een_token_verloopt_op_het_moment_zelf(verschil: timedelta, geldig: bool) -> None:
    token = Token("t", "h", Rol.KERN, "n", BEGIN, verloopt=BEGIN)
    assert token.geldig_op(BEGIN + verschil) is geldig
    assert not replace(token, ingetrokken=BEGIN - timedelta(days=1)).geldig_op(BEGIN + verschil)
    assert replace(token, verloopt=None).geldig_op(BEGIN + verschil)
