"""The simulated day.

People and time are simulated; searches, offers, records and pairing are the service's code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.road_estimates import RoadEstimates
from services.matching.domain.drivers import record
from services.matching.domain.drivers.driver import Commitment
from services.matching.domain.ground.distance import metres
from services.matching.domain.ground.travel import RoadEstimate
from services.matching.domain.searches.answers import accepted, declined, may_win
from services.matching.domain.searches.lifecycle import expired
from services.matching.domain.searches.search import Offer, Search, SearchStatus, answer_deadline
from services.matching.rounds.candidates import CandidateFinder
from services.matching.rounds.search_cache import CachedSearch
from tests.bench.matching.agenda import Agenda
from tests.bench.matching.demand import Point, Request, Worker
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


class Day(Agenda):
    """Runs one policy through the day. Equal seeds give equal demand and drivers."""

    def __init__(self, seed: int, requests: list[Request], workers: list[Worker]) -> None:
        super().__init__()
        self.seed = seed
        self.cases: dict[str, Case] = {}
        self.open: dict[str, Case] = {}
        self.fleet = Fleet()
        self.index = PositionIndex()
        self.workers = {worker.driver_id: worker for worker in workers}
        roads = RoadEstimates((), RoadEstimate(date.min, ROAD_FACTOR, SPEED_KMH))
        self.finder = CandidateFinder(self.fleet, self.index, roads, timedelta(days=2), 0.0)
        self.on_change: Callable[[], None] = lambda: None
        for worker in workers:
            self.fleet.drivers[worker.driver_id] = a_driver(worker)
            self.at(worker.starts, self._begin_shift, worker)
            self.at(worker.ends, self._end_shift, worker)
        for request in requests:
            self.at(request.at, self._ordered, request)

    def dice(self, *what: object) -> Random:
        """Equal arguments give equal numbers."""
        return Random(f"{self.seed} {what}")

    def asked(self, case: Case, offer: Offer) -> None:
        """The driver got the offer: draw their answer and its time now."""
        case.offers += 1
        self.fleet.asked.add(offer.driver_id)
        takes, after = self.answer(
            case,
            offer.driver_id,
            offer.eta_s,
            sum(1 for o in case.cached.search.offers if o.driver_id == offer.driver_id),
        )
        if takes is None:
            self.at(self._seconds(answer_deadline(offer, case.trip.policy)), self._expire, case)
        else:
            self.at(self.t + after, self._answered, case, offer, takes)

    def answer(
        self, case: Case, driver_id: str, approach_s: float, time_asked: int
    ) -> tuple[bool | None, float]:
        """(yes, no or None for silence; seconds until the answer)."""
        worker, random = self.workers[driver_id], self.dice(case.request.order_id, driver_id, time_asked)
        glad = max(0.0, 1 - max(0.0, approach_s - GLADLY_S) / RELUCTANCE_S)
        thinks = min(14.0, 1 + random.expovariate(1 / worker.slow_s))
        if random.random() < worker.willing * glad:
            return True, thinks
        return (False if random.random() < 0.5 else None), thinks

    def assign(self, case: Case, driver_id: str) -> None:
        """The driver rides to the pick-up, and on."""
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
        live = Commitment(request.order_id, "offer", 1, self.now, confirmed=True)
        self.fleet.drivers[driver_id] = replace(
            driver, live=live, record=record.took(driver.record), idle_since=None
        )
        done = case.reached_at + BOARDING_S + seconds_between(request.pickup, request.dropoff) * traffic
        income = round(max(MINIMUM_FARE, FARE_PER_KM * trip_m / 1000) * DRIVERS_SHARE)
        self.at(done, self._freed, driver_id, request.dropoff, income)

    def _ordered(self, request: Request) -> None:
        case = Case(request, CachedSearch(request.order_id, 1, a_search(request, self.now)))
        self.cases[request.order_id] = self.open[request.order_id] = case
        self.at(request.at + LIFE_S, self._expire, case)
        self.on_change()

    def _answered(self, case: Case, offer: Offer, takes: bool) -> None:
        search, driver = case.cached.search, self.fleet.drivers[offer.driver_id]
        known = search.offer(offer.offer_id)
        if known is None or not may_win(search, known, self.now):
            return
        if takes:
            self._became(case, accepted(search, offer.offer_id, (), self.now))
            self.assign(case, offer.driver_id)
        else:
            self.fleet.drivers[offer.driver_id] = replace(driver, record=record.declined(driver.record, None))
            self._became(case, declined(search, offer.offer_id, self.now))

    def _expire(self, case: Case) -> None:
        before = {offer.offer_id for offer in case.cached.search.open_offers}
        after = expired(case.cached.search, self.now)
        if after is None:
            return
        for offer in after.offers:
            if offer.offer_id in before and offer.outcome == "expired":
                driver = self.fleet.drivers[offer.driver_id]
                self.fleet.drivers[offer.driver_id] = replace(driver, record=record.let_expire(driver.record))
        self._became(case, after)

    def _became(self, case: Case, after: Search | None) -> None:
        assert after is not None
        closed = {offer.driver_id for offer in case.cached.search.open_offers} - {
            offer.driver_id for offer in after.open_offers
        }
        case.cached.search = after
        self.fleet.asked -= closed
        if after.status is not SearchStatus.OPEN:
            self.open.pop(case.request.order_id, None)
        self._available()

    def _freed(self, driver_id: str, place: Point, income: int) -> None:
        driver = self.fleet.drivers[driver_id]
        earned = record.earned(driver.record, income, self.now)
        self.fleet.drivers[driver_id] = replace(driver, live=None, record=earned, idle_since=self.now)
        self._is_at(driver_id, place)
        home = self.workers[driver_id].home
        self.at(self.t + PATIENCE_S + seconds_between(place, home), self._back_home, driver_id, self.now)
        self._available()

    def _back_home(self, driver_id: str, idle_since: datetime) -> None:
        """Ride home: no offer came where the last trip ended."""
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

    def _is_at(self, driver_id: str, place: Point) -> None:
        self.fleet.places[driver_id] = place
        self.index.saw(driver_id, place.lat, place.lng, self.now.timestamp())

    def _available(self) -> None:
        for case in self.open.values():
            case.cached.not_before = 0.0
        self.on_change()

    def _seconds(self, at: datetime) -> float:
        return (at - MIDNIGHT).total_seconds()
