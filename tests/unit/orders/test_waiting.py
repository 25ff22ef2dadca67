"""Clock, searches and matches in any order: a booked order always has a way to an end."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.values import OrderStatus
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import (
    assign,
    begin_booked_search,
    end_overdue_search,
    match_withdrawn,
    search_failed,
)
from services.orders.domain.timers import timers
from tests.support.orders import NOW, a_booked_order, an_assignment

S = OrderStatus


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


class Waiting(RuleBasedStateMachine):
    """Clock, searches, matches and failures in any order: a booked order always has a way to an end."""

    @initialize(pickup_in=st.integers(1, 600))
    def begin(self, pickup_in: int) -> None:
        self.now, self.pickup_at, self.order = NOW, minutes(pickup_in), a_booked_order(minutes(pickup_in))

    @rule(minutes=st.integers(1, 90))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self._keep(begin_booked_search(self.order, self.now))
        self._keep(end_overdue_search(self.order, self.now))

    @rule()
    def fail(self) -> None:
        self._keep(search_failed(self.order, self.order.attempt, "no_driver", self.now))

    @rule()
    def match(self) -> None:
        if self.order.status is S.SEARCHING:
            self._keep(
                assign(self.order, an_assignment(self.order.attempt, f"of-{self.order.attempt}"), self.now)
            )

    @rule()
    def lose(self) -> None:
        self._keep(match_withdrawn(self.order, f"of-{self.order.attempt}", self.now))

    @invariant()
    def whatever_has_no_driver_has_a_timer_or_an_end(self) -> None:
        waits = self.order.status in {S.SCHEDULED, S.SEARCHING}
        assert bool(timers(self.order)) == waits
        assert waits or self.order.ended or self.order.assignment is not None

    @invariant()
    def no_search_is_planned_for_the_past_or_after_the_pickup(self) -> None:
        start = self.order.search_starts_at
        assert self.order.status is not S.SCHEDULED or (
            start is not None and self.now < start < self.pickup_at
        )

    @invariant()
    def an_end_has_its_reason(self) -> None:
        assert self.order.ended == (self.order.ending is not None)

    def _keep(self, after: Order | None) -> None:
        self.order = after or self.order


TestWaiting = Waiting.TestCase
TestWaiting.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
