"""A trip on a route with rules of its own: plain values that travel with the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RouteRules:
    """Which route a service goes, and whether the guest is brought back."""

    name: str
    way_back: bool = False


@dataclass(frozen=True, slots=True)
class Climb:
    """`at_gate`: when the guest is at the route's gate."""

    route: str
    at_gate: datetime
