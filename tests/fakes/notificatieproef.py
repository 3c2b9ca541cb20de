"""The world of `proef` with a Traffic Center that knows our points and LAS systems that can be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.berichten.pakket import standaardpakket
from gateway.domain.bewaren import Bewaartermijnen
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.notificatie import NotificatieStatus, Notificatietaak
from gateway.domain.overdracht import Notificatiemelding
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import SessieId
from gateway.usecases import notificeren
from gateway.usecases.notificeren import Notificeerder
from tests.fakes.doelen import NepDoelen
from tests.fakes.proef import ELK, LAS, ONZE, Proef

BEHEER = Opdrachtgever("beheer-1", rol="beheer")
TERMIJNEN = Bewaartermijnen()


class Notificatieproef(Proef):
    """A school whose LAS can be reached."""

    def __init__(self) -> None:
        super().__init__()
        machine = self.traffic_center.machine
        self.registreer_bij_tc()
        for kenmerk in LAS.values():
            las = machine.punt(kenmerk)
            assert las is not None
            machine.zet_punt(replace(las, url=f"https://las.test/oso/20200910/{kenmerk}"))
        self.doelen = NepDoelen()
        self.met = Notificeerder(self.doelen, standaardpakket().tabel, lambda: 0.0, TERMIJNEN)

    def registreer_bij_tc(self) -> None:
        for kenmerk in ONZE.values():
            punt = self.traffic_center.machine.punt(kenmerk)
            assert punt is not None
            self.traffic_center.machine.zet_punt(
                replace(punt, actief=True, oorzaak=None, url="https://gateway.test/oso/20200910")
            )

    def vroeg(self, **anders: Any) -> SessieId:
        """The LAS asks in vain, in a session of its own."""
        sessie = anders.pop("sessie_id", None) or SessieId.nieuw()
        assert self.resultaat(sessie_id=sessie, **anders) is not Resultaat.OVERDRACHT_GESLAAGD
        return sessie

    def ronde(self) -> list[NotificatieStatus]:
        """Plan, do what is due, and give the states of all there is."""
        notificeren.plan(self.wereld, TERMIJNEN)
        for taak_id in notificeren.te_doen(self.wereld):
            notificeren.verwerk(self.wereld, self.met, taak_id)
        return [taak.status for taak in self.taken()]

    def taken(self) -> list[Notificatietaak]:
        with self.opslag.lezen() as werk:
            return list(werk.notificaties.van_dossier(ELK))

    def gemeld(self) -> list[Notificatiemelding]:
        """What the Traffic Center was told."""
        return [vraag for _, vraag in self.traffic_center.vragen if isinstance(vraag, Notificatiemelding)]
