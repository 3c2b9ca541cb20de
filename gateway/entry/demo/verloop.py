"""The steps of the demonstration, each with what must hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.domain.overdracht import Adresblok, Documentvraag
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from gateway.entry.demo.notificeren import Notificeren
from gateway.entry.demo.ophalen import Ophalen
from gateway.entry.demo.podium import Podium
from gateway.entry.demo.verslag import Verslag, eis, stip
from gateway.entry.demo.vervolg import Stappen, Vervolg
from gateway.simulators import proefbestanden
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Bijlage, Geweigerd, Push, SimulatieKern
from gateway.simulators.las import LasPunt, Ontvangst, SimulatieLas
from gateway.simulators.ontwikkelwereld import MAGISTER
from gateway.simulators.proefpersonen import proef_pgn
from gateway.xmlio import canoniek, lees, lokale_naam

SCHOOL = "00YY/00"
BRIN = Brin("00YY")
ONS_KENMERK = RouteringsKenmerk("0000000700000YY00931")
MAGISTER_KENMERK = RouteringsKenmerk("0000000700000YY00932")
GEPLAATST = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
_OMVANG = (15_000, 40_000, 80_000, 130_000, 175_000)


@dataclass(frozen=True, slots=True)
class Leerling:
    """One invented pupil of the demonstration."""

    elk_nummer: str
    pgn: Pgn
    dossier: bytes


def oki_doc(nummer: int) -> Bijlage:
    """The oki-doc of an invented pupil."""
    return Bijlage("oki-doc.pdf", proefbestanden.pdf(["Oki-doc van een verzonnen leerling", f"Nummer {nummer}"]))


def leerlingen() -> list[Leerling]:
    """Five pupils with dossiers of 15 to 175 KB."""
    return [
        Leerling(str(71001 + nr), proef_pgn(9_000 + nr), maak_dossier(proef_pgn(9_000 + nr), zaad=nr, omvang=omvang))
        for nr, omvang in enumerate(_OMVANG)
    ]


class Verloop:
    """The walk: register, push, set ready, pull, change, refuse, switch off and back; then all of `Vervolg`."""

    def __init__(self, podium: Podium, verslag: Verslag) -> None:
        self._podium = podium
        self._verslag = verslag
        self._kern: SimulatieKern = podium.kern()
        self._magister: SimulatieLas = podium.magister()
        self._leerlingen = leerlingen()

    def alles(self) -> None:
        """Take all steps; stop at the first that does not hold."""
        hoofdstukken: Sequence[tuple[str, Stappen]] = (
            ("Aanleverpunt van 00YY", (("Registreren bij het Traffic Center", self.registreer), ("Ping", self.ping))),
            (
                "Van kernapplicatie naar LAS",
                (
                    ("Vijf dossiers aanleveren, met oki-doc en bijlage", self.lever_aan),
                    ("Klaarzetten: de stip wordt blauw", self.zet_klaar),
                    ("Magister haalt op: de stip wordt groen", self.haal_op),
                    ("Bewijs: de handtekening van de opgehaalde versie", self.bewijs),
                ),
            ),
            (
                "Wijziging",
                (
                    ("Een nieuwe versie: de stip wordt weer blauw", self.wijzig),
                    ("Magister haalt opnieuw op: groen", self.haal_opnieuw_op),
                ),
            ),
            (
                "Wat niet doorgaat",
                (
                    ("Een fout dossier wordt geweigerd, met rapport", self.weiger_dossier),
                    ("Een sessiecontrole die niet slaagt", self.weiger_sessie),
                ),
            ),
            (
                "Uitgezet en terug",
                (
                    ("Magister keurt een dossier af; het Traffic Center zet het punt uit", self.keur_af),
                    ("De gateway merkt het en levert niets meer uit", self.uitgezet),
                    ("Oorzaak weggenomen, opnieuw geregistreerd, dienst hervat", self.herstel),
                ),
            ),
        )
        vervolg = Vervolg(self._podium, self._verslag)
        try:
            self._neem(
                [
                    *hoofdstukken,
                    *vervolg.hoofdstukken(),
                    Ophalen(self._podium).hoofdstuk(),
                    Notificeren(self._podium).hoofdstuk(),
                ]
            )
        finally:
            vervolg.sluit()

    def _neem(self, hoofdstukken: Sequence[tuple[str, Stappen]]) -> None:
        for kop, stappen in hoofdstukken:
            self._verslag.kop(kop)
            for naam, stap in stappen:
                if not self._verslag.doe(naam, stap):
                    return

    # ------------------------------------------------------------------------------------------- aanleverpunt

    def registreer(self) -> str:
        """Enter nummer and sleutel, press Registreer: both flags on."""
        return registreer_00yy(self._podium)

    def ping(self) -> str:
        """The Traffic Center answers."""
        with self._podium.contactpersoon() as contact:
            antwoord = contact.ping(SCHOOL)
        eis(antwoord["beschikbaar"] is True, "Het Traffic Center antwoordt niet.")
        return f"beschikbaar, {antwoord['duurMs']} ms"

    # ------------------------------------------------------------------------------------------------ de weg

    def lever_aan(self) -> str:
        """Push five dossiers."""
        regels = []
        for nummer, leerling in enumerate(self._leerlingen):
            bijlage = Bijlage(
                "toelichting.txt", proefbestanden.tekstbestand(["Toelichting bij een verzonnen leerling"])
            )
            push = Push(leerling.dossier, dict(GEPLAATST), oki_doc(nummer), (bijlage,))
            antwoord = self._kern.lever_aan(leerling.elk_nummer, push)
            eis(antwoord["versie"] == 1 and antwoord["status"] == "wit", "Er had een eerste, witte versie moeten zijn.")
            regels.append(
                f"leerling {leerling.elk_nummer}: {len(leerling.dossier) // 1000:>3} KB, versie 1, {stip('wit')}"
            )
        return "\n".join(regels)

    def zet_klaar(self) -> str:
        """Set all five ready."""
        stand = self._kern.zet_klaar([leerling.elk_nummer for leerling in self._leerlingen])
        geweigerd = [rij for rij in stand["resultaten"] if rij["uitkomst"] != "klaargezet"]
        eis(not geweigerd, f"Geweigerd: {geweigerd}")
        return self._stippen("blauw")

    def haal_op(self) -> str:
        """Magister pulls all five; what it gets is what was stored."""
        for leerling in self._leerlingen:
            ontvangst = self._haal(leerling)
            eis(ontvangst.gelukt, f"Het ophalen gaf {ontvangst.resultaat}.")
            eis(ontvangst.octets == self._kern.versie(leerling.elk_nummer, 1), "Het ontvangen dossier is niet gelijk.")
            self._bewaar(leerling, ontvangst, 1)
        return self._stippen("groen")

    def bewijs(self) -> str:
        """The evidence of a pulled version verifies under the CA."""
        from gateway.trust.bewijs import Bewijsverwachting, verifieer
        from gateway.trust.inlezen import laad_certificaten
        from gateway.trust.keten import Ankers

        leerling = self._leerlingen[0]
        handtekening = self._kern.handtekening(leerling.elk_nummer, 1)
        (self._podium.ontvangen / f"{leerling.elk_nummer}-1.handtekening.xml").write_bytes(handtekening)
        ankers = Ankers.uit(laad_certificaten(Path(self._podium.dev["ca"])))
        octets = (self._podium.ontvangen / f"{leerling.elk_nummer}-1.xml").read_bytes()
        gevonden = verifieer(octets, handtekening, Bewijsverwachting(ankers))
        return f"klopt: {gevonden.ondertekenaar}"

    def wijzig(self) -> str:
        """Push another version of the first pupil."""
        leerling = self._leerlingen[0]
        ander = maak_dossier(leerling.pgn, zaad=77, omvang=60_000)
        antwoord = self._kern.lever_aan(leerling.elk_nummer, Push(ander, None, oki_doc(77)))
        eis(antwoord["versie"] == 2, "Er had een tweede versie moeten zijn.")
        eis(antwoord["status"] == "blauw", f"De stip is {antwoord['status']}.")
        return f"leerling {leerling.elk_nummer}: versie 2, {stip('groen')} → {stip('blauw')}"

    def haal_opnieuw_op(self) -> str:
        """Pull it without a new klaarzetten."""
        leerling = self._leerlingen[0]
        ontvangst = self._haal(leerling)
        eis(ontvangst.gelukt, f"Het ophalen gaf {ontvangst.resultaat}.")
        self._bewaar(leerling, ontvangst, 2)
        beeld = self._kern.wacht_op_status(leerling.elk_nummer, "groen")
        eis(beeld["status"] == "groen", f"De stip is {beeld['status']}.")
        return f"leerling {leerling.elk_nummer}: {stip('blauw')} → {stip('groen')}"

    # -------------------------------------------------------------------------------------- wat niet doorgaat

    def weiger_dossier(self) -> str:
        """Push something that is not valid: 422 with findings, the good version untouched."""
        leerling = self._leerlingen[1]
        fout = leerling.dossier.replace(b"<overdrachtsoort>overstapdossier<", b"<overdrachtsoort>verhuizing<")
        eis(fout != leerling.dossier, "Het voorbeeld is niet kapot te maken.")
        try:
            self._kern.lever_aan(leerling.elk_nummer, Push(fout))
        except Geweigerd as geweigerd:
            eis(geweigerd.status == 422, f"De gateway gaf status {geweigerd.status}.")
            bevindingen: list[dict[str, Any]] = list(geweigerd.probleem["bevindingen"])
        else:
            eis(False, "Het foute dossier is aangenomen.")
        beeld = self._kern.dossier(leerling.elk_nummer)
        eis(beeld["versie"] == 1 and "laatstAfgekeurd" in beeld, "De goede versie is niet onberoerd gebleven.")
        return "\n".join(f"{rij['regel']}  {rij['pad']}\n  {rij['melding']}" for rij in bevindingen[:3])

    def weiger_sessie(self) -> str:
        """A request with a session that the Traffic Center never gave."""
        punt = LasPunt(BRIN, MAGISTER_KENMERK)
        adres = Adresblok(BRIN, ONS_KENMERK, BRIN, MAGISTER_KENMERK)
        pgn = self._leerlingen[2].pgn
        vraag = Documentvraag(adres, pgn, Overdrachtsoort.OVERSTAPDOSSIER, (), None, SessieId.nieuw())
        antwoord = self._podium.vraag_zonder_sessie(MAGISTER, punt, vraag)
        eis(antwoord.resultaat is Resultaat.SESSIE_ONBEKEND, f"Het antwoord was {antwoord.resultaat}.")
        return f"antwoord aan Magister: {antwoord.resultaat}"

    # ------------------------------------------------------------------------------------------------ uit en terug

    def keur_af(self) -> str:
        """Magister refuses a dossier by its own validation; at the limit (here 1) the point goes off."""
        self._podium.stel_in(foutenTotUit=1)
        ontvangst = self._haal(self._leerlingen[3], keur=lambda _octets: False)
        eis(ontvangst.resultaat is Resultaat.DOSSIER_ONGELDIG, f"Het resultaat was {ontvangst.resultaat}.")
        return f"afgemeld met {ontvangst.resultaat}"

    def uitgezet(self) -> str:
        """The next session check tells us: flags off, the suspect in quarantine, refusals from then on."""
        punt = LasPunt(BRIN, MAGISTER_KENMERK)
        adres = Adresblok(BRIN, ONS_KENMERK, BRIN, MAGISTER_KENMERK)
        pgn = self._leerlingen[4].pgn
        vraag = Documentvraag(adres, pgn, Overdrachtsoort.OVERSTAPDOSSIER, (), None, SessieId.nieuw())
        antwoord = self._podium.vraag_zonder_sessie(MAGISTER, punt, vraag)
        verwacht = Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
        eis(antwoord.resultaat is verwacht, f"Het antwoord was {antwoord.resultaat}.")
        with self._podium.contactpersoon() as contact:
            stand = contact.toon_aanleverpunt(SCHOOL)
        eis(stand["status"] == "uitgezet" and not stand["oso"], f"Het punt staat op {stand['status']}.")
        verdacht = self._kern.dossier(self._leerlingen[3].elk_nummer)
        eis(verdacht["ophaalbaar"] is False, "Het verdachte dossier is nog ophaalbaar.")
        return f"vlaggen uit, reden {stand['reden']}; leerling {self._leerlingen[3].elk_nummer} in quarantaine"

    def herstel(self) -> str:
        """A corrected version, registration again, and the pull works as before."""
        leerling = self._leerlingen[3]
        beter = maak_dossier(leerling.pgn, zaad=88, omvang=90_000)
        self._kern.lever_aan(leerling.elk_nummer, Push(beter, None, oki_doc(88)))
        registreer_00yy(self._podium)
        ontvangst = self._haal(leerling)
        eis(ontvangst.gelukt, f"Het ophalen gaf {ontvangst.resultaat}.")
        beeld = self._kern.wacht_op_status(leerling.elk_nummer, "groen")
        eis(beeld["status"] == "groen", f"De stip is {beeld['status']}.")
        return f"leerling {leerling.elk_nummer}: {stip('groen')}"

    def _haal(self, leerling: Leerling, keur: Callable[[bytes], bool] | None = None) -> Ontvangst:
        return self._magister.haal_op(leerling.pgn, BRIN, bron_kenmerk=ONS_KENMERK, keur=keur)

    def _bewaar(self, leerling: Leerling, ontvangst: Ontvangst, versie: int) -> None:
        (self._podium.ontvangen / f"{leerling.elk_nummer}-{versie}.xml").write_bytes(ontvangst.octets or b"")

    def _stippen(self, verwacht: str) -> str:
        regels = []
        for leerling in self._leerlingen:
            beeld = self._kern.wacht_op_status(leerling.elk_nummer, verwacht)
            eis(beeld["status"] == verwacht, f"De stip van {leerling.elk_nummer} is {beeld['status']}.")
            regels.append(f"leerling {leerling.elk_nummer}: {stip(verwacht)}")
        return "\n".join(regels)


def registreer_00yy(podium: Podium) -> str:
    """Enter the point of 00YY and register it; shows the flags."""
    with podium.contactpersoon() as contact:
        contact.aanleverpunt(SCHOOL, {"aanleverpuntnummer": 100, "sleutel": "sleutel-00YY-100"})
        stand = contact.registreer(SCHOOL)
    eis(stand["status"] == "geregistreerd", f"De status is {stand['status']}.")
    eis(bool(stand["oso"] and stand["magOverdrachtAanvragen"]), "Niet beide vlaggen staan aan.")
    return f"status geregistreerd, vlaggen OSO en Mag overdr. aanvragen aan, kenmerk {stand['routeringsKenmerk']}"


class DossierVerloop:
    """The walk of dossiers given with `--dossier`: each pushed, set ready and pulled; what arrives is what was sent."""

    def __init__(self, podium: Podium, verslag: Verslag, bestanden: Sequence[Path]) -> None:
        self._podium = podium
        self._verslag = verslag
        self._bestanden = bestanden
        self._kern = podium.kern()
        self._magister = podium.magister()

    def alles(self) -> None:
        """Take all steps; stop at the first that does not hold."""
        if not self._verslag.doe("Aanleverpunt van 00YY registreren", lambda: registreer_00yy(self._podium)):
            return
        for nr, bestand in enumerate(self._bestanden, start=1):
            self._verslag.kop(bestand.name)
            if not self._bestand(str(72000 + nr), bestand):
                return

    def _bestand(self, elk_nummer: str, bestand: Path) -> bool:
        gegevens = DossierGegevens.lees(bestand)
        stappen: list[tuple[str, Callable[[], str | None]]] = [
            ("Aanleveren", lambda: self._lever_aan(elk_nummer, gegevens)),
        ]
        if gegevens.pgn is None:
            stappen.append(
                ("Klaarzetten wordt geweigerd: geen persoonsgebonden nummer", lambda: self._geen_pgn(elk_nummer))
            )
        else:
            pgn = gegevens.pgn
            stappen.append(("Klaarzetten", lambda: self._zet_klaar(elk_nummer)))
            stappen.append(("Magister haalt op", lambda: self._haal_op(elk_nummer, bestand, gegevens, pgn)))
        return all(self._verslag.doe(naam, stap) for naam, stap in stappen)

    def _lever_aan(self, elk_nummer: str, gegevens: DossierGegevens) -> str:
        bijlagen = (
            (Bijlage("toelichting.txt", proefbestanden.tekstbestand(["Toelichting"])),) if gegevens.documenten else ()
        )
        push = Push(gegevens.octets, dict(GEPLAATST), oki_doc(1) if gegevens.documenten else None, bijlagen)
        antwoord = self._kern.lever_aan(elk_nummer, push)
        waarschuwingen = len(antwoord["bevindingen"])
        erbij = "met oki-doc en bijlage" if gegevens.documenten else "zonder documenten (bijlagen: OPT-UIT)"
        return f"versie {antwoord['versie']}, {erbij}, {waarschuwingen} waarschuwingen, {stip(antwoord['status'])}"

    def _zet_klaar(self, elk_nummer: str) -> str:
        rij = self._kern.zet_klaar([elk_nummer])["resultaten"][0]
        eis(rij["uitkomst"] == "klaargezet", f"{rij.get('code')}: {rij.get('melding')}")
        return stip(self._kern.dossier(elk_nummer)["status"])

    def _geen_pgn(self, elk_nummer: str) -> str:
        rij = self._kern.zet_klaar([elk_nummer])["resultaten"][0]
        eis(rij.get("code") == "GeenPgn", f"De uitkomst was {rij.get('code') or rij['uitkomst']}.")
        return str(rij["melding"])

    def _haal_op(self, elk_nummer: str, bestand: Path, gegevens: DossierGegevens, pgn: Pgn) -> str:
        soort = Overdrachtsoort(gegevens.overdrachtsoort)
        ontvangst = self._magister.haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK, overdrachtsoort=soort)
        eis(ontvangst.gelukt and ontvangst.octets is not None, f"Het ophalen gaf {ontvangst.resultaat}.")
        (self._podium.ontvangen / bestand.name).write_bytes(ontvangst.octets or b"")
        eis(
            gegevens.zonder_documenten(ontvangst.octets or b"") == canoniek(lees(gegevens.octets)),
            "De inhoud verschilt.",
        )
        beeld = self._kern.wacht_op_status(elk_nummer, "groen")
        eis(beeld["status"] == "groen", f"De stip is {beeld['status']}.")
        return f"{len(ontvangst.octets or b'') // 1000} KB, gelijk aan wat is aangeleverd, {stip('groen')}"


@dataclass(frozen=True, slots=True)
class DossierGegevens:
    """What the walk must know of a file: whose it is, and whether documents may be added."""

    octets: bytes
    pgn: Pgn | None
    overdrachtsoort: str
    documenten: bool
    heeft_lijst: bool

    @classmethod
    def lees(cls, bestand: Path) -> DossierGegevens:
        """Read a dossier file."""
        octets = bestand.read_bytes()
        teksten: dict[str, str] = {}
        heeft_lijst = False
        for element in lees(octets).iter():
            naam = lokale_naam(element)
            if naam in ("bsn", "onderwijsnummer", "overdrachtsoort", "cat_bijlagedocs"):
                teksten.setdefault(naam, element.text or "")
            heeft_lijst = heeft_lijst or naam == "overigdocumentlijst"
        nummer = teksten.get("bsn") or teksten.get("onderwijsnummer")
        return cls(
            octets,
            Pgn(nummer) if nummer else None,
            teksten.get("overdrachtsoort", ""),
            teksten.get("cat_bijlagedocs") not in ("OPT-UIT", "VERBODEN"),
            heeft_lijst,
        )

    def zonder_documenten(self, ontvangen: bytes) -> bytes:
        """Canonical form of what came, without the documents that the walk added."""
        boom = lees(ontvangen)
        if self.documenten:
            lijst = next(element for element in boom.iter() if lokale_naam(element) == "overigdocumentlijst")
            for toegevoegd in list(lijst)[-2:]:
                lijst.remove(toegevoegd)
            ouder = lijst.getparent()
            if not self.heeft_lijst and ouder is not None:
                ouder.remove(lijst)
        return canoniek(boom)
