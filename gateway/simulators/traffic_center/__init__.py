"""Simulator of the national Traffic Center: real session state, a control surface, and faults on demand.

machine    the rules, pure
opslag     what survives the process
dienst     SOAP over mutual TLS (an ASGI application)
bediening  control surface over plain HTTP on loopback (an ASGI application)
wereld     the points of the development world
"""

from gateway.simulators.traffic_center.dienst import TrafficCenterSimulator

__all__ = ["TrafficCenterSimulator"]
