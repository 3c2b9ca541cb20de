"""Client of the national Traffic Center."""

from adapters.traffic_center.klant import TrafficCenterKlant

__all__ = ["TrafficCenterKlant"]
