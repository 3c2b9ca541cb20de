"""Simulator of a LAS: fetches dossiers as doel, serves its own pupils as bron, takes notifications.

ophalen     the doel side: overdracht, documentRequest at each point, afmelding
uitleveren  the bron side: session check first, then the rules of `messages.md`
las         both together, as one ASGI application and one object
leerlingen  the pupils of the primary school of the development world
"""

from gateway.simulators.las.las import LasPunt, SimulatieLas
from gateway.simulators.las.ophalen import Ontvangst
from gateway.simulators.las.uitleveren import Leerling, Leerlingversie

__all__ = ["LasPunt", "Leerling", "Leerlingversie", "Ontvangst", "SimulatieLas"]
