"""What handlers and rounds need from outside: stores, queries, positions, roads and hints."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import numpy as np

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.standby import Shelter
from services.matching.domain.explain.snapshot import Snapshot
from services.matching.domain.ground.distance import Floats, Indices
from services.matching.domain.ground.travel import Travel
from services.matching.domain.searches.offering import OfferRules
from services.matching.domain.searches.search import Search
from services.runtime.change import Store
from services.runtime.clock import Clock


class OpenSearches(Protocol):
    """Query the searches that need a driver."""

    async def versions(self) -> Mapping[str, int]:
        """The version of each by its key. Raises `DatabaseAway`."""
        ...

    async def offering_to(self, driver_id: str) -> Sequence[str]:
        """Keys of the searches with an open offer to this driver. Raises `DatabaseAway`."""
        ...


class StandbyQueues(Protocol):
    """Query the drivers who wait at a shelter."""

    async def at(self, standby_id: str) -> Sequence[Driver]:
        """The drivers who wait there, first come first. Raises `DatabaseAway`."""
        ...


class SnapshotStore(Protocol):
    """Keep which drivers the rounds found near a search."""

    async def write(self, snapshots: Mapping[str, tuple[str, Snapshot]]) -> None:
        """By key of the search: order id and snapshot.

        The last one of each radius stays. Raises `DatabaseAway`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Circle:
    """A point and a radius around it."""

    lat: float
    lng: float
    radius_m: float


class Sighting(NamedTuple):
    """The last position of a driver near a point, `straight_m` metres away."""

    driver_id: str
    straight_m: float
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Nearby:
    """Drivers in several circles, as columns sorted by circle and distance. `ids[row]` is the driver's id."""

    circle: Indices
    row: Indices
    straight_m: Floats
    lat: Floats
    lng: Floats
    ids: Sequence[str]

    def of(self, circle: int) -> list[Sighting]:
        """The drivers in one circle, nearest first."""
        here = slice(*np.searchsorted(self.circle, (circle, circle + 1)).tolist())
        row, straight, lat, lng = (
            column[here].tolist() for column in (self.row, self.straight_m, self.lat, self.lng)
        )
        return list(map(Sighting, map(self.ids.__getitem__, row), straight, lat, lng))


class SpatialIndex(Protocol):
    """Find drivers by their last position, as far as this process knows it."""

    def around(
        self, circles: Sequence[Circle], oldest: datetime, enough: int, without: Collection[str] = ()
    ) -> Nearby:
        """The `enough` nearest drivers in each circle, seen since `oldest`, except those in `without`."""
        ...

    def near(self, lat: float, lng: float, radius_m: float, oldest: datetime) -> Sequence[Sighting]:
        """The drivers within the radius, seen since `oldest`, nearest first."""
        ...


@dataclass(frozen=True, slots=True)
class Approach:
    """A pick-up, and the drivers who might ride to it."""

    lat: float
    lng: float
    drivers: Sequence[Sighting]


class Roads(Protocol):
    """Road distance and travel time."""

    async def travel(self, approaches: Sequence[Approach], now: datetime) -> Sequence[Sequence[Travel]]:
        """For each approach the ride of each of its drivers to the pick-up."""
        ...


@dataclass(frozen=True, slots=True)
class LastPosition:
    """The last position of a driver, and its time."""

    lat: float
    lng: float
    at: datetime


class LastPositions(Protocol):
    """Look up drivers in the positions that this process has received."""

    def last(self, driver_id: str) -> LastPosition | None:
        """The driver's last position; None without a recent one."""
        ...

    def listening_since(self) -> datetime | None:
        """Since when this process has received every position; None while none arrive."""
        ...


class Hints(Protocol):
    """Tell the leading process of a change, so that it need not wait for its next review.

    A lost hint does no harm.
    """

    def search_changed(self, key: str) -> None:
        """A search was written."""
        ...

    def shift_started(self, driver_id: str, lat: float, lng: float, at: datetime) -> None:
        """A driver started a shift here."""
        ...

    def driver_available(self, driver_id: str) -> None:
        """A driver may get offers, perhaps for the first time."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What the handlers share.

    `patience`: how long an accept may stay unconfirmed; `silence`: see `drivers/silence.py`.
    """

    searches: Store[Search]
    drivers: Store[Driver]
    open_searches: OpenSearches
    positions: LastPositions
    shelters: Mapping[str, Shelter]
    hints: Hints
    clock: Clock
    rules: OfferRules
    patience: timedelta
    silence: timedelta
