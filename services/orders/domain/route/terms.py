"""A trip on a restricted route: values that travel with the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RouteRules:
    """Which route a service takes, and whether the driver brings the guest back."""

    name: str
    way_back: bool = False


@dataclass(frozen=True, slots=True)
class Climb:
    """The climb of an order. `at_gate`: when the guest arrives at the route's gate."""

    route: str
    at_gate: datetime
