"""The sections of a made-up dossier, as plain nested rows: element, then its text or its own rows.

Everything here is invented. The order is that of the gegevensset; which section goes into which profile is decided
in `dossiers`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.simulators import proefbestanden as bestand
from gateway.simulators.proefpersonen import School

Rij: TypeAlias = "tuple[str, str | Sequence[Rij]]"
Rijen: TypeAlias = "Sequence[Rij]"

GEHEIM_TELEFOON: Final = "9999999999"
GEHEIM_MAIL: Final = "geheim@geheim.geheim"
_CATEGORIEEN: Final = [
    "metadata",
    "ouderinzage",
    "school",
    "leerling",
    "oudersverzorgers",
    "vve",
    "schoolloopbaan",
    "overstapadvies",
    "onderwijsondersteuning",
    "verzuim",
    "eindtoetsbo",
    "toetsresultaten",
    "handelingsplannen",
    "cijferlijsten",
    "vombo",
    "bijlagedocs",
]


@dataclass(frozen=True, slots=True)
class Keuze:
    """What the sections depend on: school sector, and whether there are attachments."""

    vo: bool
    bijlagen: bool


def document(naam: str, omschrijving: str, inhoud: bytes) -> Rij:
    """An attachment block."""
    ingepakt = base64.b64encode(bestand.ingepakt(naam, inhoud)).decode()
    return ("document", [("bestandsnaam", naam), ("omschrijving", omschrijving), ("bestandsinhoud", ingepakt)])


def metadata(datum: str, overstap: str | None, categorieen: dict[str, str]) -> Rij:
    """Metadata; `categorieen` names those that are not OPTIONEEL, without `cat_`."""
    uitlevering: list[Rij] = [(f"cat_{naam}", categorieen.get(naam, "OPTIONEEL")) for naam in _CATEGORIEEN]
    rijen: list[Rij] = [
        ("deeldossier", "LASLVS"),
        ("pakketnaam", "Proefpakket OSO-gateway"),
        ("pakketversie", "1.0"),
        ("datum", datum),
        ("standaardversie", "2019.1"),
        ("validatieversie", "2019.1.1"),
        ("categorie_uitlevering", uitlevering),
    ]
    return ("metadata", rijen + ([("overstap", overstap)] if overstap else []))


def inzage(gegeven: bool) -> Rij:
    """The inzage block: seen and agreed, or not seen."""
    if not gegeven:
        return ("inzage", [("voorlopigdossier", "true"), ("inzage", "false"), ("akkoord", "Onbekend")])
    return (
        "inzage",
        [
            ("voorlopigdossier", "false"),
            ("inzage", "true"),
            ("inzagedatum", "2026-01-26"),
            ("akkoord", "Ja"),
            ("toestemming", "Ja"),
        ],
    )


def adres(soort: str, straat: str, nummer: str, postcode: str, plaats: str) -> Rij:
    """One address."""
    return (
        "adres",
        [
            ("soortadres", soort),
            ("straat", straat),
            ("nummer", nummer),
            ("postcode", postcode),
            ("plaats", plaats),
            ("gemeente", plaats),
            ("land", "6030"),
        ],
    )


def communicatie(soort: str, aanduiding: str, nummer: str, *, geheim: bool = False) -> Rij:
    """One telephone number or e-mail address."""
    rijen: list[Rij] = [("soort", soort), ("aanduiding", aanduiding), ("nummer", nummer)]
    return ("communicatie", [*rijen, ("geheim", "true" if geheim else "false"), ("noodnummer", "false")])


def school(van: School) -> Rijen:
    """Fields of `huidigeschool` before `leerling`."""
    return [
        ("naam", van.naam),
        ("adreslijst", [adres("bezoek", "Proefplein", "1", "1000AA", "Verzonnenstad")]),
        (
            "communicatielijst",
            [
                communicatie("telefoon", "werk", "0200000000"),
                communicatie("e-mail", "werk", "school@proefschool.example"),
            ],
        ),
        ("brincode", van.brin),
        ("vestigingscode", van.vestigingscode),
        ("aanleverpunt", "1"),
        ("type", van.type),
        ("naamdirecteur", "D. Irecteur-Bedacht"),
        ("website", "https://proefschool.example"),
    ]


def huisarts() -> Rij:
    """The family doctor."""
    return (
        "huisarts",
        [
            ("voorletters-1", "D."),
            ("achternaam", "Okter-Verzonnen"),
            ("communicatielijst", [communicatie("telefoon", "werk", "0200000001")]),
        ],
    )


def overstapadvies(keuze: Keuze) -> Rij:
    """The advice of the school for what comes next."""
    advies: Rijen = [("advies", "60"), ("wensouders", "60"), ("wensleerling", "61"), ("profiel", "basis")]
    return (
        "overstapadvies",
        [
            *([("advies", "60"), ("profiel", "plus")] if keuze.vo else advies),
            (
                "argumentatie",
                "Werkt zelfstandig, leest veel en rekent met plezier. Heeft baat bij een duidelijke planning.",
            ),
            ("contactnodig", "true"),
            ("contactpersoon", "Juf Bedacht"),
            ("contacttelefoon", "0200000000"),
            ("contactemail", "groep8@proefschool.example"),
            ("aandachtspunten", "Zit het liefst vooraan; geef bij toetsen tien minuten extra."),
        ],
    )


def voorschool() -> Rijen:
    """Playgroup and early education (PO only)."""
    return [
        ("vanpeuterspeelzaal", "true"),
        ("naampeuterspeelzaal", "De Kartonnen Doos"),
        ("voorschools", [("codevoorschoolsprogramma", "4"), ("voorschoolsemaanden", "12")]),
        ("vroegschools", [("codevroegschoolsprogramma", "4"), ("vroegschoolsdatumingang", "2018-08-01")]),
    ]


def schoolloopbaan(van: School, keuze: Keuze) -> Rij:
    """Three school years, the present one last."""
    eerste = 11 if keuze.vo else 6
    return (
        "schoolloopbaanlijst",
        [
            (
                "schoolloopbaan",
                [
                    ("schooljaar", f"{jaar}-{jaar + 1}"),
                    ("groepscode", f"{eerste % 10 + nummer}a"),
                    ("jaargroep", str(eerste + nummer)),
                    ("begindatum", f"{jaar}-08-01"),
                    ("einddatum", f"{jaar + 1}-07-31"),
                    ("brincode", van.brin),
                    ("vestigingscode", van.vestigingscode),
                    ("schoolsoort", "VO" if keuze.vo else "BO"),
                ],
            )
            for nummer, jaar in enumerate((2023, 2024, 2025))
        ],
    )


def onderwijsondersteuning(keuze: Keuze) -> Rij:
    """Support: needs, a diagnosis, a plan for action, an arrangement."""
    toelichting = document(
        "toelichting onderwijsbehoeften.pdf",
        "Toelichting onderwijsbehoeften",
        bestand.pdf(
            ["Toelichting onderwijsbehoeften", "", "Verzonnen leerling, verzonnen behoeften.", "Rust en structuur."]
        ),
    )
    plan = document(
        "handelingsplan rekenen.docx",
        "Handelingsplan",
        bestand.docx(
            ["Handelingsplan rekenen", "Doel: de tafels van 1 tot en met 10 vlot kennen.", "Verzonnen voorbeeld."]
        ),
    )
    return (
        "onderwijsondersteuning",
        [
            *([("toelichting_onderwijsbehoeften", [toelichting])] if keuze.bijlagen else []),
            (
                "diagnose",
                [
                    ("code", "F81.0"),
                    ("naam", "Dyslexie"),
                    ("datum", "2024-03-12"),
                    ("doorwie", "Drs. V. Erzonnen"),
                    ("instantie", "Praktijk De Proef"),
                ],
            ),
            ("medicijngebruik", "false"),
            (
                "handelingsplan",
                [
                    ("startdatum", "2025-09-01"),
                    ("einddatum", "2026-01-31"),
                    ("isgerichtop", "rekenen"),
                    *([plan] if keuze.bijlagen else []),
                ],
            ),
            (
                "arrangement_pao",
                [("arrangement_datum", "2025-10-01"), ("arrangement_kenmerk", "Tien gesprekken met een begeleider")],
            ),
        ],
    )


def verzuim(keuze: Keuze) -> Rij:
    """Absence in the last twelve months: half days in PO, hours in VO."""
    maat = "uren" if keuze.vo else "dagdelen"
    rapport = document("verzuim.txt", "Verzuimoverzicht", bestand.tekstbestand(["Verzuim", "Tandarts: 2", "Ziek: 4"]))
    return (
        "verzuim",
        [
            (f"{maat}geoorloofd", "6"),
            (f"{maat}ongeoorloofd", "0"),
            ("meerdan25percent", "false"),
            ("frequentie", "2"),
            *([("documentLijst", [rapport])] if keuze.bijlagen else []),
        ],
    )


def eindtoets() -> Rij:
    """Final test of primary school; this gegevensset knows no doorstroomtoets."""
    return (
        "eindtoets_basisonderwijs",
        [
            (
                "eindtoetsresultaat",
                [
                    ("toetssoort", "0013"),
                    ("toetsniveau", "G"),
                    ("toetsomschrijving", "Verzonnen afname"),
                    ("datum_afname", "2026-02-03"),
                    ("wettelijke_ontheffing", "N"),
                    ("standaardscore", "86"),
                    ("toets_advies", "havo/vwo"),
                    ("onderdelen", [_onderdeel("8000", "04"), _onderdeel("8001", "03")]),
                ],
            ),
            ("deelgenomen", "true"),
        ],
    )


def _onderdeel(code: str, niveau: str) -> Rij:
    return ("onderdeel", [("onderdeelcode", code), ("ond_referentieniveau", niveau)])


def toetslijst(keuze: Keuze) -> Rij:
    """Results of tests through the years."""
    groep = "13" if keuze.vo else "8"
    return (
        "toetslijst",
        [
            _toets("PROEF-BL", "begrijpend lezen", "2025-01-20", "12" if keuze.vo else "7", ("I", "78")),
            _toets("PROEF-RW", "rekenen-wiskunde", "2025-06-10", "12" if keuze.vo else "7", ("II", "251")),
            _toets("PROEF-SP", "spelling", "2026-01-19", groep, ("III", "344")),
            _toets("PROEF-TL", "technisch lezen", "2026-01-21", groep, ("IV", "96")),
        ],
    )


def _toets(code: str, leergebied: str, datum: str, jaargroep: str, score: tuple[str, str]) -> Rij:
    referentie: Rij = (
        "referentiescore",
        [("codereferentiescore", "IV"), ("codevergelijkingsgroep", "Landelijk"), ("waarde", score[0])],
    )
    afname: Rij = ("afname", [("afnamedatum", datum), ("jaargroep", jaargroep)])
    kenmerk: Rijen = [
        ("eldtoetscode", code),
        ("leergebied", leergebied),
        ("toetsnaam", f"Verzonnen toets {leergebied}"),
    ]
    resultaat: Rij = (
        "resultaat",
        [("toetsscore", [("aantalopgaven", "50"), ("vaardigheidsscore", score[1])]), referentie],
    )
    return ("toets", [("toetsidentificatie", kenmerk), afname, resultaat])


def cijferlijst(keuze: Keuze) -> Rij:
    """The report of this year."""
    vakken = ("Nederlands", "Engels", "wiskunde") if keuze.vo else ("rekenen", "taal", "lezen", "wereldoriëntatie")
    rijen: list[Rij] = [("naam", "Rapport eerste helft")]
    rijen += [
        ("onderdeel", [("naam", vak), ("score", [("waarde", f"7.{nummer}")])]) for nummer, vak in enumerate(vakken)
    ]
    rijen.append(("score", [("kwalificatie", "ruim voldoende")]))
    lijst: Rijen = [
        ("cijferlijstTypelijst", rijen),
        ("afnamedatum", "2026-01-30"),
        ("jaargroep", "13" if keuze.vo else "8"),
        ("periode", "1"),
    ]
    return ("cijferlijstlijst", [("cijferlijst", lijst)])


def overige_documenten() -> Rij:
    """Attachments that belong to no other section; the picture is replaced to reach the size that is asked for."""
    brief = bestand.tekstbestand(["Brief van de leerling", "", "Ik ben verzonnen, maar ik heb er zin in!"])
    return (
        "overigdocumentlijst",
        [
            document("brief van de leerling.txt", "Motivatie", brief),
            document("werkstuk.png", "Werkstuk", bestand.png(600, 0)),
        ],
    )


def vervolg_vo() -> Rijen:
    """Sections of secondary school: promoted, subjects, certificate, competences, placement, plans."""
    return [
        ("bevorderd", [("elementcode", "0041"), ("leerjaar", "13")]),
        *(
            (
                "resultaatvakkenvo",
                [
                    ("vakcode", code),
                    ("vakleergebied", vak),
                    ("afgerond", "false"),
                    ("examenvak", "false"),
                    ("rapportcijfer", cijfer),
                ],
            )
            for code, vak, cijfer in (
                ("2011", "Nederlands", "7.1"),
                ("2031", "Engels", "6.8"),
                ("2111", "wiskunde", "7.9"),
            )
        ),
        ("certificaat", "EHBO (verzonnen)"),
        (
            "stage",
            [
                ("begindatum", "2025-11-03"),
                ("einddatum", "2025-11-07"),
                ("soortstage", "maatschappelijke stage"),
                ("instelling", [("naam", "Kinderboerderij De Bedachte Geit")]),
                ("beoordeling", "goed"),
            ],
        ),
        (
            "overigvombo",
            [(naam, "false") for naam in ("beroepskeuzetest", "portfolio", "pop", "motivatiebrief", "lobdossier")],
        ),
    ]
