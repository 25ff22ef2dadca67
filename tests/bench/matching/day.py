"""The simulated day: everything but people and time is the code of the service: searches, offers, records, gathering, assignment."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.road_estimates import RoadEstimates
from services.matching.domain.drivers import record
from services.matching.domain.drivers.driver import Live
from services.matching.domain.ground.distance import metres
from services.matching.domain.ground.travel import RoadEstimate
from services.matching.domain.searches.answers import accepted, declined, may_win
from services.matching.domain.searches.lifecycle import lapsed
from services.matching.domain.searches.search import Offer, Search, Status, latest
from services.matching.rounds.candidates import Gathering
from services.matching.rounds.search_cache import Entry
from tests.bench.matching.demand import Request, Spot, Worker
from tests.bench.matching.documents import (
    BOARDING_S,
    DRIVERS_SHARE,
    FARE_PER_KM,
    GLADLY_S,
    LIFE_S,
    MIDNIGHT,
    MINIMUM_FARE,
    PATIENCE_S,
    RELUCTANCE_S,
    ROAD_FACTOR,
    SPEED_KMH,
    TOWN_TRAFFIC,
    Case,
    Fleet,
    a_driver,
    a_search,
    seconds_between,
)
from tests.support import builders


class Day:
    """Runs one policy through the day. Equal seeds meet equal people."""

    def __init__(self, seed: int, requests: list[Request], workers: list[Worker]) -> None:
        self.seed = seed
        self.t = 0.0
        self.cases: dict[str, Case] = {}
        self.open: dict[str, Case] = {}
        self.fleet = Fleet()
        self.index = PositionIndex()
        self.workers = {worker.driver_id: worker for worker in workers}
        roads = RoadEstimates((), RoadEstimate(date.min, ROAD_FACTOR, SPEED_KMH))
        self.gathering = Gathering(self.fleet, self.index, roads, timedelta(days=2), 0.0)
        self.on_change: Callable[[], None] = lambda: None
        self._events: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._numbers = count()
        for worker in workers:
            self.fleet.drivers[worker.driver_id] = a_driver(worker)
            self.at(worker.starts, self._begin_shift, worker)
            self.at(worker.ends, self._end_shift, worker)
        for request in requests:
            self.at(request.at, self._ordered, request)

    @property
    def now(self) -> datetime:
        """As the domain wants it."""
        return MIDNIGHT + timedelta(seconds=self.t)

    def at(self, t: float, action: Callable[..., Any], *arguments: Any) -> None:
        """Do it then."""
        heapq.heappush(self._events, (max(t, self.t), next(self._numbers), action, arguments))

    async def run(self) -> None:
        """Until nothing is left to happen."""
        while self._events:
            self.t, _, action, arguments = heapq.heappop(self._events)
            pending = action(*arguments)
            if pending is not None:
                await pending

    def dice(self, *what: object) -> Random:
        """The same for everybody who asks the same."""
        return Random(f"{self.seed} {what}")

    def asked(self, case: Case, offer: Offer) -> None:
        """The driver got the offer: what he will say, and when, is drawn now."""
        case.offers += 1
        self.fleet.asked.add(offer.driver_id)
        takes, after = self.answer(
            case,
            offer.driver_id,
            offer.eta_s,
            sum(1 for o in case.entry.search.offers if o.driver_id == offer.driver_id),
        )
        if takes is None:
            self.at(self._seconds(latest(offer, case.wanted.policy)), self._lapse, case)
        else:
            self.at(self.t + after, self._answered, case, offer, takes)

    def answer(
        self, case: Case, driver_id: str, approach_s: float, time_asked: int
    ) -> tuple[bool | None, float]:
        """(yes, no or silence; seconds he thinks)."""
        worker, random = self.workers[driver_id], self.dice(case.request.order_id, driver_id, time_asked)
        glad = max(0.0, 1 - max(0.0, approach_s - GLADLY_S) / RELUCTANCE_S)
        thinks = min(14.0, 1 + random.expovariate(1 / worker.slow_s))
        if random.random() < worker.willing * glad:
            return True, thinks
        return (False if random.random() < 0.5 else None), thinks

    def assign(self, case: Case, driver_id: str) -> None:
        """He drives: to the pick-up, and on."""
        self.open.pop(case.request.order_id, None)
        request, place, random = (
            case.request,
            self.fleet.places[driver_id],
            self.dice("traffic", case.request.order_id),
        )
        traffic = random.lognormvariate(0, TOWN_TRAFFIC)
        approach = seconds_between(place, request.pickup) * traffic
        trip_m = (
            metres(request.pickup.lat, request.pickup.lng, request.dropoff.lat, request.dropoff.lng)
            * ROAD_FACTOR
        )
        case.assigned_at, case.reached_at = self.t, self.t + approach
        driver = self.fleet.drivers[driver_id]
        live = Live(request.order_id, "offer", 1, self.now, confirmed=True)
        self.fleet.drivers[driver_id] = replace(
            driver, live=live, record=record.took(driver.record), idle_since=None
        )
        done = case.reached_at + BOARDING_S + seconds_between(request.pickup, request.dropoff) * traffic
        income = round(max(MINIMUM_FARE, FARE_PER_KM * trip_m / 1000) * DRIVERS_SHARE)
        self.at(done, self._freed, driver_id, request.dropoff, income)

    def _ordered(self, request: Request) -> None:
        case = Case(request, Entry(request.order_id, 1, a_search(request, self.now)))
        self.cases[request.order_id] = self.open[request.order_id] = case
        self.at(request.at + LIFE_S, self._lapse, case)
        self.on_change()

    def _answered(self, case: Case, offer: Offer, takes: bool) -> None:
        search, driver = case.entry.search, self.fleet.drivers[offer.driver_id]
        standing = search.offer(offer.offer_id)
        if standing is None or not may_win(search, standing, self.now):
            return
        if takes:
            self._became(case, accepted(search, offer.offer_id, (), self.now))
            self.assign(case, offer.driver_id)
        else:
            self.fleet.drivers[offer.driver_id] = replace(driver, record=record.declined(driver.record, None))
            self._became(case, declined(search, offer.offer_id, self.now))

    def _lapse(self, case: Case) -> None:
        before = {offer.offer_id for offer in case.entry.search.open_offers}
        after = lapsed(case.entry.search, self.now)
        if after is None:
            return
        for offer in after.offers:
            if offer.offer_id in before and offer.outcome == "expired":
                driver = self.fleet.drivers[offer.driver_id]
                self.fleet.drivers[offer.driver_id] = replace(driver, record=record.let_lapse(driver.record))
        self._became(case, after)

    def _became(self, case: Case, after: Search | None) -> None:
        assert after is not None
        closed = {offer.driver_id for offer in case.entry.search.open_offers} - {
            offer.driver_id for offer in after.open_offers
        }
        case.entry.search = after
        self.fleet.asked -= closed
        if after.status is not Status.OPEN:
            self.open.pop(case.request.order_id, None)
        self._available()

    def _freed(self, driver_id: str, place: Spot, income: int) -> None:
        driver = self.fleet.drivers[driver_id]
        earned = record.earned(driver.record, income, self.now)
        self.fleet.drivers[driver_id] = replace(driver, live=None, record=earned, idle_since=self.now)
        self._is_at(driver_id, place)
        home = self.workers[driver_id].home
        self.at(self.t + PATIENCE_S + seconds_between(place, home), self._back_home, driver_id, self.now)
        self._available()

    def _back_home(self, driver_id: str, idle_since: datetime) -> None:
        """Nobody wanted him where his last ride ended."""
        driver = self.fleet.drivers[driver_id]
        if driver.live is None and driver.idle_since == idle_since and driver_id not in self.fleet.asked:
            self._is_at(driver_id, self.workers[driver_id].home)
            self._available()

    def _begin_shift(self, worker: Worker) -> None:
        driver, place = self.fleet.drivers[worker.driver_id], builders.a_shift_started().place
        self.fleet.drivers[worker.driver_id] = replace(driver, shift=place, idle_since=self.now)
        self._is_at(worker.driver_id, worker.home)
        self._available()

    def _end_shift(self, worker: Worker) -> None:
        self.fleet.drivers[worker.driver_id] = replace(self.fleet.drivers[worker.driver_id], shift=None)

    def _is_at(self, driver_id: str, place: Spot) -> None:
        self.fleet.places[driver_id] = place
        self.index.saw(driver_id, place.lat, place.lng, self.now.timestamp())

    def _available(self) -> None:
        for case in self.open.values():
            case.entry.not_before = 0.0
        self.on_change()

    def _seconds(self, at: datetime) -> float:
        return (at - MIDNIGHT).total_seconds()
