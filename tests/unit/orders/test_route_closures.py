"""What a closure of a route does to the orders on it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.values import Actor, Leg, OrderStatus, Place, Role
from services.orders.adapters.mongo import ORDER, ROUTE_STATUS
from services.orders.domain.order import Order
from services.orders.domain.route.closing import cancel_for_closed_route, flag_guest_on_closed_route
from services.orders.domain.route.status import RouteStatus
from services.orders.domain.transitions import Action
from services.orders.handlers.route_status_changed import route_due
from tests.support.builders import PARK
from tests.support.memory import Memory, NoTurns
from tests.support.orders import NOW
from tests.unit.orders.climbs import AT_ONE, CLOSED, a_climb, a_driven_climb, after


@pytest.mark.parametrize("order", [a_climb(), a_driven_climb()], ids=["booked", "assigned"])
def test_a_closure_cancels_a_booked_climb_without_a_fee(order: Order) -> None:
    ended = cancel_for_closed_route(order, CLOSED, NOW)

    assert ended is not None
    assert ended.ending is not None
    assert ended.status is OrderStatus.CANCELLED
    assert (ended.ending.reason, ended.ending.fee, ended.ending.by) == (
        "route_closed",
        0,
        Actor(role=Role.SYSTEM, id="orders"),
    )


def test_a_closure_cancels_neither_a_climb_under_way_nor_one_that_it_does_not_concern() -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))
    over_by_then = replace(CLOSED, until=AT_ONE - timedelta(hours=1))
    elsewhere = replace(CLOSED, route="raung")

    assert cancel_for_closed_route(up, CLOSED, NOW) is None
    assert cancel_for_closed_route(a_climb(), over_by_then, NOW) is None
    assert cancel_for_closed_route(a_climb(), elsewhere, NOW) is None
    assert (
        cancel_for_closed_route(
            a_climb("ride", dropoff=Place.model_validate(PARK), details={}, scheduled_for=None), CLOSED, NOW
        )
        is None
    )


def test_a_guest_on_a_closing_route_raises_one_alarm() -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))

    found = flag_guest_on_closed_route(up, CLOSED, NOW)

    assert found is not None
    noted, closed_from = found
    assert (noted.status, noted.cut_off, closed_from) == (OrderStatus.AWAITING_RETURN, True, NOW)
    assert flag_guest_on_closed_route(noted, CLOSED, NOW) is None


def test_a_later_announcement_does_not_hide_a_closure_that_begins_while_the_guest_is_on_the_route() -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))
    said: list[Any] = []
    tonight = replace(CLOSED, starts_at=NOW + timedelta(hours=7))
    opens_again = replace(CLOSED, open=True, starts_at=NOW + timedelta(days=7), before=tonight)
    clock = SimpleNamespace(now=lambda: NOW)
    orders, words = (Memory(kind, NoTurns(), clock, said.append) for kind in (ORDER, ROUTE_STATUS))
    orders.documents["o-1"] = {"version": 1, "state": ORDER.encode(up), "seen": []}
    words.documents["ijen"] = {"version": 1, "state": ROUTE_STATUS.encode(opens_again), "seen": []}
    on_route = SimpleNamespace(on=lambda _: asyncio.sleep(0, ["o-1"]))
    context = SimpleNamespace(orders=orders, route_statuses=words, orders_on_route=on_route, clock=clock)

    asyncio.run(route_due(context, "ijen"))  # type: ignore[arg-type]

    assert [alarm.data.closed_from for alarm in said] == [NOW + timedelta(hours=7)]


@pytest.mark.parametrize(
    ("closure", "alarm"),
    [
        (replace(CLOSED, starts_at=NOW + timedelta(hours=7)), True),
        (replace(CLOSED, starts_at=NOW + timedelta(hours=9)), False),
        (replace(CLOSED, starts_at=NOW - timedelta(hours=2), until=NOW), False),
        (replace(CLOSED, open=True), False),
        (replace(CLOSED, route="raung"), False),
    ],
    ids=["before he is down", "after he is down", "over", "opened", "elsewhere"],
)
def test_only_a_closure_that_reaches_the_guest_raises_an_alarm(closure: RouteStatus, alarm: bool) -> None:
    up = after(a_driven_climb(), (Action.DELIVER, Leg.OUT))

    assert (flag_guest_on_closed_route(up, closure, NOW) is not None) is alarm


def test_a_guest_who_has_not_left_or_is_back_raises_no_alarm() -> None:
    down = after(a_driven_climb(), (Action.DELIVER, Leg.BACK))

    assert [
        flag_guest_on_closed_route(order, CLOSED, NOW) for order in (a_climb(), a_driven_climb(), down)
    ] == [None, None, None]
