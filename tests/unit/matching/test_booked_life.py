"""The same city with orders booked ahead: reserved, begun or lost, and one live order a driver."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.support import builders
from tests.unit.matching.city_machine import DRIVEN, SHELTER
from tests.unit.matching.test_city_life import MOST_ORDERS, CityLife

# Searched at once and reserved; waiting for the first search; in between; not booked.
AHEAD_MIN = (20, 75, 45, None)


class BookedLife(CityLife):
    """Minutes may pass, not only seconds: searches and reservations are due in any order, or overdue."""

    evening_s = 300

    @precondition(lambda self: len(self.city.orders.documents) < MOST_ORDERS)
    @rule(from_the_shelter=st.booleans())
    def order(self, from_the_shelter: bool) -> None:
        ahead = AHEAD_MIN[self.orders % len(AHEAD_MIN)]
        pickup_at = None if ahead is None else self.city.clock.now() + timedelta(minutes=ahead)
        self.orders += 1
        order_id = f"{SHELTER if from_the_shelter else 'o'}-{self.orders}"
        self.city.say(builders.an_order_requested(order_id=order_id, scheduled_for=pickup_at))

    @rule(minutes=st.integers(1, 20))
    def minutes_pass(self, minutes: int) -> None:
        self.city.clock.time += timedelta(minutes=minutes)
        self.city.positions.reported.update(dict.fromkeys(self.city.drivers.states(), self.city.clock.now()))
        self.city.post.look_again()

    @invariant()
    def a_driver_drives_one_order_at_most(self) -> None:
        booked = {each.order_id for driver in self.city.drivers.states().values() for each in driver.reserved}
        orders = [order for order in self.city.orders.states().values() if order.order_id not in booked]
        driven: Counter[Any] = Counter(order.driver_id for order in orders if order.status in DRIVEN)
        assert max(driven.values(), default=0) <= 1, driven

    @invariant()
    def an_order_is_held_once_by_a_driver(self) -> None:
        for driver in self.city.drivers.states().values():
            assert max(Counter(each.order_id for each in driver.commitments).values(), default=0) <= 1

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "city"):
            assert [
                driver.driver_id for driver in self.city.drivers.states().values() if driver.commitments
            ] == []


TestBookedLife = BookedLife.TestCase
TestBookedLife.settings = settings(
    max_examples=50, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
