"""Orders and drivers of one round, as the service's own searches and documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.road_estimates import RoadEstimates
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.record import RECENT, Answer, Record
from services.matching.domain.ground.calendar import day_of
from services.matching.domain.ground.distance import Floats
from services.matching.domain.ground.travel import RoadEstimate
from services.matching.domain.pairing.cost import FreeDriver, WaitingOrder, Weights
from services.matching.domain.searches.search import Search
from services.matching.ports import Circle
from services.matching.rounds.candidates import CandidateFinder
from services.matching.rounds.pairing import pair
from services.matching.rounds.round import Pair, RoundSearch, RoundState
from services.matching.rounds.search_cache import CachedSearch
from services.runtime.change import Stored
from tests.bench.matching import demand
from tests.bench.matching.documents import RULES, a_driver, a_search
from tests.support import builders

NOW = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
FRESH = timedelta(seconds=120)
SOUTH, WEST, SIDE = -8.26, 114.30, 0.09  # the town: ten kilometres square
CROWD_SIDE = 0.02
RADIUS_M = 3000.0
ROAD_FACTOR, SPEED_KMH = 1.3, 25.0
PRIORITY = 5
ROADS = RoadEstimates((), RoadEstimate(date.min, ROAD_FACTOR, SPEED_KMH))
# An order that is left out counts an hour, more than any way here; at the service's price nothing else would
# show in a sum.
WEIGHTS = Weights(left_s=3600.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """Searches and drivers of a round. `circles`, `orders`, `drivers`, `places`: the same as numbers."""

    title: str
    searches: list[Search]
    documents: dict[str, Driver]
    circles: list[Circle]
    orders: list[WaitingOrder]
    drivers: list[FreeDriver]
    places: Floats

    def index(self) -> PositionIndex:
        """An index in which every driver was seen a moment ago."""
        index = PositionIndex()
        seen = np.full(len(self.drivers), NOW.timestamp())
        index.saw_all(
            [driver.driver_id for driver in self.drivers], self.places[:, 0], self.places[:, 1], seen
        )
        return index

    async def get(self, driver_id: str) -> Stored[Driver]:
        """Read a driver, as a store does."""
        return Stored(driver_id, 1, self.documents[driver_id])

    def change(self, *_: Any, **__: Any) -> Any:
        """Not used: the candidate finder writes nothing."""
        raise NotImplementedError

    async def pair(self, index: PositionIndex) -> list[Pair]:
        """The service's own code from positions to pairs; no driver is read from a database."""
        finder = CandidateFinder(self, index, ROADS, FRESH, 60)
        round_searches = [
            RoundSearch(CachedSearch(search.order_id, 1, search), search.trip, 0)
            for search in self.searches
            if search.trip
        ]
        waited = {order.order_id: order.waited_s for order in self.orders}
        state = RoundState(frozenset(), RULES, NOW, dict(self.documents))
        return await pair(round_searches, waited, finder, state, WEIGHTS)


def scene(title: str, orders: int, drivers: int, *, crowd: bool = False) -> Scene:
    """Orders and drivers over the town; `crowd`: all orders at one end of it."""
    dice = np.random.default_rng(orders * 100_000 + drivers)
    side = CROWD_SIDE if crowd else SIDE
    at = dice.uniform((SOUTH, WEST), (SOUTH + side, WEST + side), (orders, 2)).tolist()
    waited = dice.uniform(0, 30, orders).tolist()
    figures = zip(
        dice.uniform(0, 3600, drivers).tolist(),
        dice.uniform(0, 2e5, drivers).tolist(),
        dice.beta(6, 2, drivers).tolist(),
        strict=True,
    )
    documents = [_document(number, *each) for number, each in enumerate(figures)]
    places = dice.uniform((SOUTH, WEST), (SOUTH + SIDE, WEST + SIDE), (drivers, 2))
    return Scene(
        title,
        [_search(number, lat, lng) for number, (lat, lng) in enumerate(at)],
        {document.driver_id: document for document in documents},
        [Circle(lat, lng, RADIUS_M) for lat, lng in at],
        [WaitingOrder(f"o-{number}", PRIORITY, waited_s) for number, waited_s in enumerate(waited)],
        [_in_numbers(document) for document in documents],
        places,
    )


def _search(number: int, lat: float, lng: float) -> Search:
    here = demand.Point(lat, lng)
    search = a_search(
        demand.Request(f"o-{number}", 0.0, "ride", PRIORITY, here, demand.Point(lat + 0.02, lng), town=True),
        NOW,
    )
    assert search.trip is not None
    return replace(
        search,
        trip=replace(search.trip, policy=search.trip.policy.model_copy(update={"radii_m": [int(RADIUS_M)]})),
    )


def _document(number: int, idle_s: float, income: float, acceptance: float) -> Driver:
    """A driver. `acceptance`: the share of recent offers that they took."""
    taken = round(acceptance * RECENT)
    record = Record(
        recent=Answer.TAKEN * taken + Answer.DECLINED * (RECENT - taken),
        day=day_of(NOW),
        income_today=round(income),
    )
    home = demand.Point(SOUTH, WEST)
    driver = a_driver(demand.Worker(f"d-{number}", home, 0.0, 0.0, 1.0, 1.0))
    return replace(
        driver,
        shift=builders.a_shift_started().place,
        record=record,
        idle_since=NOW - timedelta(seconds=idle_s),
    )


def _in_numbers(document: Driver) -> FreeDriver:
    figures = document.fairness(NOW)
    return FreeDriver(document.driver_id, figures.idle_s, figures.income_today, figures.acceptance)
