"""What handlers and rounds need from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.standby import Shelter
from services.matching.domain.explain.snapshot import Look
from services.matching.domain.ground.distance import Floats, Indices
from services.matching.domain.ground.travel import Way
from services.matching.domain.searches.offering import Rules
from services.matching.domain.searches.search import Search
from services.runtime.change import Store
from services.runtime.clock import Clock

S = TypeVar("S")


class OpenSearches(Protocol):
    """Which searches wait for a driver."""

    async def versions(self) -> Mapping[str, int]:
        """Key and version of each."""
        ...

    async def asking(self, driver_id: str) -> Sequence[str]:
        """Keys of those with an offer to this driver that is still open."""
        ...


class Queues(Protocol):
    """Who waits at a partner's place."""

    async def at(self, standby_id: str) -> Sequence[Driver]:
        """Those who wait there, first come first."""
        ...


class LookBook(Protocol):
    """Where it is written down whom the rounds saw near a search."""

    async def write(self, looks: Mapping[str, tuple[str, Look]]) -> None:
        """By key of the search: its order and what was seen. Of each radius the last look stays."""
        ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A point, and how far around it one looks."""

    lat: float
    lng: float
    radius_m: float


class Sighting(NamedTuple):
    """A driver near a point, `straight_m` metres away, and where he is."""

    driver_id: str
    straight_m: float
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Nearby:
    """Drivers near several spots, as columns sorted by spot and distance. `row` tells them apart, `ids[row]` names them."""

    spot: Indices
    row: Indices
    straight_m: Floats
    lat: Floats
    lng: Floats
    ids: Sequence[str]

    def of(self, spot: int) -> list[Sighting]:
        """Those near one spot, nearest first."""
        here = slice(*np.searchsorted(self.spot, (spot, spot + 1)).tolist())
        row, straight, lat, lng = (
            column[here].tolist() for column in (self.row, self.straight_m, self.lat, self.lng)
        )
        return list(map(Sighting, map(self.ids.__getitem__, row), straight, lat, lng))


class Radar(Protocol):
    """Where the drivers are, as far as this process knows."""

    def around(
        self, spots: Sequence[Spot], oldest: datetime, enough: int, without: Collection[str] = ()
    ) -> Nearby:
        """For each spot the `enough` nearest of those within its radius, seen not before `oldest`; `without` them."""
        ...

    def near(self, lat: float, lng: float, radius_m: float, oldest: datetime) -> Sequence[Sighting]:
        """Those seen within the radius, not before `oldest`, nearest first."""
        ...


@dataclass(frozen=True, slots=True)
class Approach:
    """A pick-up, and the drivers who might ride to it."""

    lat: float
    lng: float
    drivers: Sequence[Sighting]


class Roads(Protocol):
    """How long drivers take to pick-ups."""

    async def ways(self, approaches: Sequence[Approach], now: datetime) -> Sequence[Sequence[Way]]:
        """For each approach the way of each of its drivers."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a driver was last, and when."""

    lat: float
    lng: float
    at: datetime


class Whereabouts(Protocol):
    """What this process has heard of single drivers."""

    def seen(self, driver_id: str) -> Seen | None:
        """His last position; None for one who was not heard of, or long ago."""
        ...

    def listening_since(self) -> datetime | None:
        """Since when no position can have been missed; None while none comes in."""
        ...


class Nudge(Protocol):
    """Tells whoever runs the rounds that something changed, so that he need not wait for his next look."""

    def search(self, key: str) -> None:
        """A search was written."""
        ...

    def place(self, driver_id: str, lat: float, lng: float, at: datetime) -> None:
        """A driver came on shift here."""
        ...

    def available(self, driver_id: str) -> None:
        """He may be asked, and perhaps could not be before."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What every handler of this service shares. `patience`: how long an accept may take to be settled."""

    searches: Store[Search]
    drivers: Store[Driver]
    open_searches: OpenSearches
    whereabouts: Whereabouts
    shelters: Mapping[str, Shelter]
    nudge: Nudge
    clock: Clock
    rules: Rules
    patience: timedelta
