"""Figures for Prometheus, in a registry of our own; labels are methods, route templates and statuses only."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrieken:
    """Counters of one application."""

    def __init__(self) -> None:
        self.register = CollectorRegistry()
        self._aanroepen = Counter(
            "oso_rest_aanroepen_total",
            "REST calls answered",
            ["methode", "route", "status"],
            registry=self.register,
        )
        self._duur = Histogram(
            "oso_rest_duur_seconden", "Duration of a REST call", ["methode", "route"], registry=self.register
        )
        self.stromen = Gauge("oso_rest_stromen", "Live progress streams", registry=self.register)

    def tel(self, methode: str, route: str, status: int, seconden: float) -> None:
        """Count one call."""
        self._aanroepen.labels(methode, route, str(status)).inc()
        self._duur.labels(methode, route).observe(seconden)

    def tekst(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self.register)
