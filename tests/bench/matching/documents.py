"""Orders and drivers of the simulated day, as values of the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.matching.domain.drivers.driver import Driver, Paper
from services.matching.domain.ground.distance import KMH, metres
from services.matching.domain.searches.offering import OfferRules
from services.matching.domain.searches.search import Search, SearchStatus, TripRequest
from services.matching.rounds.search_cache import CachedSearch
from services.runtime.change import Stored
from tests.bench.matching.demand import HOUR, Point, Request, Worker
from tests.support import builders

MIDNIGHT = datetime(2026, 3, 2, 17, tzinfo=UTC)  # of 3 March in the regency: the day of a monthly drive
TOWN_RADII, COUNTRY_RADII = [1000, 1500, 2000, 2500, 3000], [2000, 4000, 6000, 8000]
LIFE_S, ROAD_FACTOR, SPEED_KMH, BOARDING_S = 120.0, 1.3, 25.0, 90.0
TOWN_TRAFFIC = 0.15
# A driver without an offer where the last trip ended rides back to where they wait every day.
PATIENCE_S = 120.0
FARE_PER_KM, MINIMUM_FARE, DRIVERS_SHARE = 2200, 9000, 0.8
# A ride of two minutes to the pick-up is accepted as often as one of none; one of seven minutes a third less
# often.
GLADLY_S, RELUCTANCE_S = 120.0, 700.0
RULES = OfferRules(stagger=timedelta(seconds=5), times_asked=2, road_factor=ROAD_FACTOR, speed_kmh=SPEED_KMH)


@dataclass(slots=True)
class Case:
    """An order on its way through the day."""

    request: Request
    cached: CachedSearch
    offers: int = 0
    assigned_at: float | None = None
    reached_at: float | None = None

    @property
    def trip(self) -> TripRequest:
        """The trip of the order; never absent here."""
        assert self.cached.search.trip is not None
        return self.cached.search.trip


@dataclass(slots=True)
class Fleet:
    """The drivers as the service reads them, and where each one is."""

    drivers: dict[str, Driver] = field(default_factory=dict)
    places: dict[str, Point] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    async def get(self, driver_id: str) -> Stored[Driver] | None:
        """Read one, as a store does."""
        return Stored(driver_id, 1, self.drivers[driver_id])

    def change(self, *_: Any, **__: Any) -> Any:
        """Not used: the candidate finder writes nothing."""
        raise NotImplementedError

    def unavailable(self) -> set[str]:
        """Drivers without a shift, or with a live order."""
        return {
            driver.driver_id
            for driver in self.drivers.values()
            if driver.shift is None or driver.live is not None
        }


def seconds_between(start: Point, end: Point) -> float:
    return metres(start.lat, start.lng, end.lat, end.lng) * ROAD_FACTOR * KMH / SPEED_KMH


def a_search(request: Request, now: datetime) -> Search:
    radii = TOWN_RADII if request.town else COUNTRY_RADII
    asked = builders.a_search_started(
        pickup={"lat": request.pickup.lat, "lng": request.pickup.lng},
        dropoff={"lat": request.dropoff.lat, "lng": request.dropoff.lng},
        search={"radii_m": radii, "until": now + timedelta(seconds=LIFE_S)},
    )
    trip = TripRequest(
        service=request.service,
        pickup=asked.pickup,
        dropoff=asked.dropoff,
        requirements=asked.requirements,
        policy=asked.search,
        fare=asked.fare,
        asked_by="bench",
        priority=request.priority,
    )
    return Search(request.order_id, SearchStatus.OPEN, 1, 1, trip=trip, since=now)


def a_driver(worker: Worker) -> Driver:
    registered = builders.a_driver_registered()
    papers = tuple(Paper(paper.kind.value, paper.valid_until) for paper in registered.papers)
    return Driver(worker.driver_id, registered.vehicle, papers, residence=builders.a_match_made().residence)


def shift_hours(worker: Worker) -> float:
    """Length of the shift."""
    return (worker.ends - worker.starts) / HOUR
