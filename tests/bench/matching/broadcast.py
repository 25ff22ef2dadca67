"""The policy that makes an offer to every driver at once."""

from __future__ import annotations

from services.matching.ports import Circle
from tests.bench.matching.day import Day
from tests.bench.matching.demand import Point
from tests.bench.matching.documents import LIFE_S, Case, seconds_between

BROADCAST_WIDENS_S = 15.0
BROADCAST_LOOKS_S = 3.0


class Broadcast:
    """Every free driver within the radius gets an offer at the same instant; the first to accept wins."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._asked: dict[str, set[str]] = {}
        day.on_change = lambda: None
        self._every()

    def _every(self) -> None:
        for case in list(self._day.open.values()):
            self._offer_to_all(case)
        if self._day.t < 2 * 86_400:
            self._day.at(self._day.t + BROADCAST_LOOKS_S, self._every)

    def _offer_to_all(self, case: Case) -> None:
        day, radii = self._day, case.trip.policy.radii_m
        waited = day.t - case.request.at
        if waited >= LIFE_S:
            return
        radius = radii[min(int(waited / BROADCAST_WIDENS_S), len(radii) - 1)]
        asked = self._asked.setdefault(case.request.order_id, set())
        pickup = case.request.pickup
        without = asked | day.fleet.unavailable()
        for seen in day.index.around(
            [Circle(pickup.lat, pickup.lng, radius)], day.now.replace(year=2020), 10_000, without
        ).of(0):
            asked.add(seen.driver_id)
            case.offers += 1
            takes, after = day.answer(
                case, seen.driver_id, seconds_between(Point(seen.lat, seen.lng), pickup), 1
            )
            if takes:
                day.at(day.t + after, self._accepts, case, seen.driver_id)

    def _accepts(self, case: Case, driver_id: str) -> None:
        driver = self._day.fleet.drivers[driver_id]
        if case.request.order_id in self._day.open and driver.live is None and driver.shift is not None:
            self._day.assign(case, driver_id)
