"""In any interleaving of orders, clock and ends: the reservations of one driver do not overlap."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.matching.domain.drivers import commitments, reservations
from services.matching.domain.errors import Refused
from tests.support.builders import NOW
from tests.unit.matching.bookings import ANY, booked
from tests.unit.matching.conftest import build_driver


class Booking(RuleBasedStateMachine):
    """A due reservation begins at once, or is marked as lost."""

    @initialize()
    def begin(self) -> None:
        self.now, self.number, self.driver = NOW, 0, build_driver()

    @rule(ahead=st.none() | st.integers(-10, 180))
    def take(self, ahead: int | None) -> None:
        self.number += 1
        pickup_at = None if ahead is None else self.now + timedelta(minutes=ahead)
        _, commitment = booked(f"o-{self.number}", pickup_at, self.now)
        try:
            taken = commitments.taken(self.driver, commitment, ANY, self.now)
        except Refused:
            return
        assert taken is not None
        self.driver = commitments.confirmed(taken, f"o-{self.number}", 1) or taken

    @rule(data=st.data())
    def end(self, data: Any) -> None:
        if self.driver.commitments:
            order_id = data.draw(st.sampled_from(self.driver.commitments)).order_id
            self.driver = commitments.freed_of_order(self.driver, order_id) or self.driver

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        while (due := reservations.due_reservation(self.driver, self.now)) is not None:
            begun = reservations.begun(self.driver, due.offer_id, self.now)
            assert (begun is None) == (self.driver.live is not None)
            self.driver = begun or reservations.marked_lost(self.driver, due.offer_id) or self.driver

    @invariant()
    def reservations_do_not_overlap(self) -> None:
        times = sorted(
            (each.starts_at, each.until) for each in self.driver.reserved if each.starts_at and each.until
        )
        assert len(times) == len(self.driver.reserved)
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(times))

    @invariant()
    def an_order_is_held_once(self) -> None:
        orders = [each.order_id for each in self.driver.commitments]
        assert len(orders) == len(set(orders))

    @invariant()
    def whatever_is_due_is_live_or_given_up(self) -> None:
        assert all(
            each.withdrawn for each in self.driver.reserved if each.starts_at and each.starts_at <= self.now
        )


TestBooking = Booking.TestCase
TestBooking.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
