"""Push: versions, equal pushes, dates, refusals, If-Match."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from gateway.domain.beoordeling import Document, GeenXml
from gateway.domain.dossier import Afkeuring, Status
from gateway.domain.fouten import DossierGeweigerd, Onbekend, VersieAfwijkend, Weigering
from gateway.domain.waarden import ElkNummer
from gateway.usecases import inzien
from gateway.usecases.aanleveren import Aanlevering, lever_aan
from gateway.usecases.context import ContextWijziging
from tests.fakes.klok import BEGIN
from tests.fakes.ondertekenaar import NepOndertekenaar
from tests.fakes.proef import ELK, HIER, KERN, Proef, moment, token
from tests.fakes.toetser import proefdossier

PLAATSEN = ContextWijziging(plaatsing=HIER, oki_doc_vrijgegeven=True)


def versie(proef: Proef) -> int | None:
    nieuwste = proef.dossier().nieuwste
    return nieuwste.versie if nieuwste else None


def test_de_eerste_en_de_volgende_versie() -> None:
    proef = Proef()
    eerste, tweede = proef.lever(), proef.lever(inhoud="b")
    assert (eerste.nieuw, tweede.nieuw) == (True, True)
    assert versie(proef) == 2
    feiten, inhoud = inzien.versie(proef.wereld, ELK, 1, KERN)
    assert (feiten.versie, feiten.grootte, inhoud.octets) == (1, len(proefdossier()), proefdossier())


def test_een_gelijke_aanlevering_houdt_versie_en_sha256_en_tekent_niet() -> None:
    proef = Proef()
    eerste = proef.lever(datum="2026-06-01")
    proef.klok.vooruit(60)
    tweede = proef.lever(datum="2026-07-01")
    assert not tweede.nieuw
    assert tweede.dossier.nieuwste == eerste.dossier.nieuwste
    ondertekenaar = proef.wereld.ondertekenaar
    assert isinstance(ondertekenaar, NepOndertekenaar)
    assert ondertekenaar.aantal == 1


def test_terug_naar_oude_inhoud_is_een_nieuwe_versie() -> None:
    proef = Proef()
    for inhoud in "aba":
        proef.lever(inhoud=inhoud)
    assert versie(proef) == 3


def test_andere_documenten_zijn_een_nieuwe_versie() -> None:
    proef = Proef()
    proef.lever()
    met = Aanlevering(proefdossier(), [Document("oki-doc", "oki-doc.pdf", b"%PDF")])
    assert lever_aan(proef.wereld, ELK, met, KERN).nieuw
    assert not lever_aan(proef.wereld, ELK, met, KERN).nieuw


def test_verzameldatum_stijgt_ook_als_de_klok_terugspringt() -> None:
    proef = Proef()
    momenten = []
    for nr, sprong in enumerate((0, 0, 0.0004, -3600, -7200, 86400)):
        proef.klok.vooruit(sprong)
        momenten.append(moment(proef.lever(inhoud=nr).dossier))
    assert all(later - eerder >= timedelta(milliseconds=1) for eerder, later in pairwise(momenten))
    assert all(een.microsecond % 1000 == 0 and een.utcoffset() == timedelta(0) for een in momenten)
    assert momenten[0] == BEGIN.replace(microsecond=BEGIN.microsecond // 1000 * 1000)
    assert momenten[3] == momenten[2] + timedelta(milliseconds=1)


def test_een_afgekeurd_dossier_laat_de_vorige_versie_staan() -> None:
    proef = Proef()
    proef.klaargezet()
    proef.haal()
    with pytest.raises(DossierGeweigerd) as fout:
        proef.lever(inhoud="b", fouten=2, waarschuwingen=3)
    assert len(fout.value.rapport.bevindingen) == 5
    dossier = proef.dossier()
    assert (versie(proef), dossier.status) == (1, Status.GROEN)
    assert dossier.laatst_afgekeurd == Afkeuring(proef.klok.nu(), 2)


@pytest.mark.parametrize(
    ("fouten", "weggelaten", "aantal"), [(1, 0, 1), (2, 7, 9), (500, 40, 540)], ids=["een", "paar", "veel"]
)
def test_aantal_fouten_telt_wat_is_weggelaten_een_keer(fouten: int, weggelaten: int, aantal: int) -> None:
    proef = Proef()
    proef.plaats()
    with pytest.raises(DossierGeweigerd, match=f"aantal fouten: {aantal}"):
        proef.lever(fouten=fouten, weggelaten=weggelaten)
    afgekeurd = proef.dossier().laatst_afgekeurd
    assert afgekeurd is not None
    assert afgekeurd.aantal_fouten == aantal


def test_weggelaten_waarschuwingen_keuren_niet_af() -> None:
    assert Proef().lever(waarschuwingen=1, weggelaten=3).nieuw


@pytest.mark.parametrize("volgende", [{"inhoud": "b"}, {}, {"datum": "2030-01-01"}], ids=["nieuw", "gelijk", "datum"])
def test_een_aangenomen_aanlevering_wist_laatst_afgekeurd(volgende: dict[str, Any]) -> None:
    proef = Proef()
    proef.lever()
    with pytest.raises(DossierGeweigerd):
        proef.lever(fouten=1)
    proef.lever(**volgende)
    assert proef.dossier().laatst_afgekeurd is None


def test_geen_xml_telt_niet_als_afgekeurd_en_neemt_niets_over() -> None:
    proef = Proef()
    proef.lever()
    voor = proef.dossier()
    with pytest.raises(GeenXml):
        lever_aan(proef.wereld, ELK, Aanlevering(b"geen xml", context=PLAATSEN), KERN)
    assert proef.dossier() == voor


def test_een_afgekeurd_dossier_van_een_onbekende_leerling_maakt_hem_niet_bekend() -> None:
    proef = Proef()
    with pytest.raises(DossierGeweigerd):
        proef.lever(fouten=1)
    with pytest.raises(Onbekend):
        proef.dossier()
    assert proef.audit("aanleveren")[-1].uitkomst == "DossierOnjuist"


def test_context_bij_een_afgekeurd_dossier_wordt_toch_overgenomen() -> None:
    proef = Proef()
    with pytest.raises(DossierGeweigerd):
        proef.lever(fouten=1, context=PLAATSEN)
    dossier = proef.dossier()
    assert (dossier.context.plaatsing, dossier.nieuwste) == (HIER, None)
    assert dossier.laatst_afgekeurd == Afkeuring(proef.klok.nu(), 1)
    assert proef.reden() == "GeenGeldigDossier"


def test_context_bij_een_afgekeurd_dossier_kan_een_klaarzetting_beeindigen() -> None:
    proef = Proef()
    proef.klaargezet()
    with pytest.raises(DossierGeweigerd):
        proef.lever(fouten=1, context=ContextWijziging(plaatsing=None))
    assert proef.stippen() == [("wit", "blauw"), ("blauw", "wit")]


@pytest.mark.parametrize("pgn", ["482782481", "geen-nummer"])
def test_het_pgn_van_een_leerling_wijzigt_niet(pgn: str) -> None:
    proef = Proef()
    proef.lever()
    with pytest.raises(Weigering) as fout:
        proef.lever(pgn=pgn, context=PLAATSEN)
    assert fout.value.code == "PgnGewijzigd"
    assert pgn not in fout.value.melding + fout.value.wat_nu
    dossier = proef.dossier()
    assert (versie(proef), dossier.context.plaatsing) == (1, HIER)
    assert dossier.laatst_afgekeurd == Afkeuring(proef.klok.nu(), 1)


def test_het_pgn_mag_later_komen_en_staat_dan_vast() -> None:
    proef = Proef()
    proef.lever(pgn="")
    proef.lever()
    proef.lever(pgn="", inhoud="c")
    with pytest.raises(Weigering, match="persoonsgebonden nummer"):
        proef.lever(pgn="482782481")
    assert versie(proef) == 3


def test_twee_leerlingen_mogen_hetzelfde_pgn_hebben() -> None:
    proef = Proef()
    proef.lever()
    assert proef.lever(ElkNummer("2")).nieuw


# ------------------------------------------------------------------------------------------------------ If-Match


def test_etag_wijzigt_met_elke_versie_en_elke_context_en_alleen_dan() -> None:
    proef = Proef()
    gezien = [proef.context().etag]
    daden = (
        lambda: proef.plaats(),
        lambda: proef.lever(),
        lambda: proef.context(tegenhouden="wacht"),
        lambda: proef.lever(inhoud="b"),
    )
    for daad in daden:
        daad()
        assert proef.dossier().etag not in gezien
        gezien.append(proef.dossier().etag)
    zonder = (
        lambda: proef.lever(inhoud="b"),
        lambda: proef.plaats(tegenhouden="wacht"),
        lambda: proef.zet_klaar(),
        lambda: proef.haal(),
        lambda: proef.trek_in(),
        lambda: proef.context(),
    )
    for niets in zonder:
        niets()
        assert proef.dossier().etag == gezien[-1]


def test_lege_context_maakt_een_leerling_bekend_maar_wijzigt_een_bekende_niet() -> None:
    proef = Proef()
    assert proef.context().revisie == 1
    proef.lever(ElkNummer("2"))
    voor = proef.dossier(ElkNummer("2"))
    assert proef.context(ElkNummer("2")) == voor


@pytest.mark.parametrize("if_match", ["0-0", "1-0", "2-9", "", "onzin"])
def test_een_andere_etag_neemt_niets_over(if_match: str) -> None:
    proef = Proef()
    proef.plaats()
    proef.lever()
    voor = proef.dossier()
    with pytest.raises(VersieAfwijkend):
        proef.lever(inhoud="b", if_match=if_match, context=ContextWijziging(plaatsing=None))
    with pytest.raises(VersieAfwijkend):
        proef.lever(fouten=1, if_match=if_match)
    with pytest.raises(VersieAfwijkend):
        proef.context(tegenhouden="x", if_match=if_match)
    assert proef.dossier() == voor


def test_de_juiste_etag_en_een_ster_nemen_over() -> None:
    proef = Proef()
    proef.lever()
    assert proef.lever(inhoud="b", if_match=proef.dossier().etag).nieuw
    assert proef.lever(inhoud="c", if_match="*").nieuw
    assert proef.context(tegenhouden="x", if_match=proef.dossier().etag).context.tegenhouden == "x"


def test_een_ster_past_niet_op_een_onbekende_leerling() -> None:
    proef = Proef()
    with pytest.raises(VersieAfwijkend):
        proef.lever(if_match="*")
    with pytest.raises(VersieAfwijkend):
        proef.context(if_match="*")
    with pytest.raises(Onbekend):
        proef.dossier()


def test_een_ander_was_eerst_terwijl_het_dossier_werd_getoetst() -> None:
    proef = Proef()
    proef.lever()
    etag = proef.dossier().etag
    proef.toetser.tussendoor = lambda: (proef.context(tegenhouden="x"), None)[1]
    with pytest.raises(VersieAfwijkend):
        proef.lever(inhoud="b", if_match=etag)
    assert versie(proef) == 1


def test_een_ander_leverde_hetzelfde_aan_terwijl_het_werd_getoetst() -> None:
    proef = Proef()
    proef.toetser.tussendoor = lambda: (proef.lever(), None)[1]
    assert not proef.lever().nieuw
    assert versie(proef) == 1


def test_een_ander_leverde_iets_anders_aan_terwijl_een_gelijke_werd_getoetst() -> None:
    proef = Proef()
    proef.lever(inhoud="a")
    proef.toetser.tussendoor = lambda: (proef.lever(inhoud="b"), None)[1]
    assert proef.lever(inhoud="a").nieuw
    _, inhoud = inzien.versie(proef.wereld, ELK, 3, KERN)
    assert inhoud.handtekening


def test_velden_die_er_niet_zijn_blijven_zoals_ze_waren() -> None:
    proef = Proef()
    proef.plaats(tegenhouden="wacht")
    na = proef.context(oki_doc_vrijgegeven=False).context
    assert (na.plaatsing, na.tegenhouden, na.oki_doc_vrijgegeven) == (HIER, "wacht", False)
    assert proef.context(tegenhouden=None).context.tegenhouden is None


def test_context_wijzigen_maakt_geen_versie_en_draait_geen_stip() -> None:
    proef = Proef()
    proef.klaargezet()
    proef.context(oki_doc_vrijgegeven=False, tegenhouden="x")
    assert (versie(proef), proef.stippen()) == (1, [("wit", "blauw")])


def test_een_onbekende_versie_is_onbekend() -> None:
    proef = Proef()
    proef.lever()
    for nr in (0, 2, -1):
        with pytest.raises(Onbekend):
            inzien.versie(proef.wereld, ELK, nr, KERN)
    with pytest.raises(Onbekend):
        inzien.historie(proef.wereld, ElkNummer("9"), 0, 10)
    with pytest.raises(Onbekend):
        inzien.dossier(proef.wereld, token(), ElkNummer("9"))
