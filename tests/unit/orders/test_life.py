"""Steps by the transition table, matches and searches, and the state in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import bson
import pytest

from contracts.values import OrderStatus, Role
from services.orders.adapters.mongo import ORDER, RETENTION
from services.orders.domain.errors import MatchRefused, StepRefused, TooEarly
from services.orders.domain.order import ENDED, Order
from services.orders.domain.search.assigning import (
    assign,
    driver_gives_back,
    end_overdue_search,
    match_withdrawn,
    search_failed,
)
from services.orders.domain.timers import timers
from services.orders.domain.transitions import TRANSITIONS, Action, move
from services.orders.domain.trip.driving import drive
from services.runtime.clock import real_now
from tests.support.orders import NOW, an_assigned_order, an_assignment, an_order


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("step", Action)
@pytest.mark.parametrize("role", Role)
def test_a_step_is_made_only_where_the_table_allows_it(status: OrderStatus, step: Action, role: Role) -> None:
    row = TRANSITIONS[step]
    order = an_order(status=status)

    if status in row.sources and role in row.roles:
        assert move(order, step, role, NOW).status is row.target
    else:
        with pytest.raises(StepRefused):
            move(order, step, role, NOW)


def test_no_step_leaves_an_ended_status() -> None:
    assert all(row.sources.isdisjoint(ENDED) for row in TRANSITIONS.values())


@pytest.mark.parametrize("order", [an_order(), an_assigned_order()], ids=["searching", "assigned"])
def test_an_order_comes_back_from_the_database_as_it_was(order: Order) -> None:
    stored: dict[str, Any] = bson.decode(bson.encode(ORDER.encode(order)), bson.CodecOptions(tz_aware=True))

    assert ORDER.decode(stored) == order


def test_a_match_of_an_earlier_search_is_refused() -> None:
    again = driver_gives_back(an_assigned_order(), "d-7", NOW, NOW)
    assert again is not None

    with pytest.raises(MatchRefused, match="order_moved_on"):
        assign(again, an_assignment(attempt=1, offer_id="of-2"), NOW)


def test_a_driver_who_gave_the_order_back_is_not_assigned_again() -> None:
    again = driver_gives_back(an_assigned_order(), "d-7", NOW, NOW)
    assert again is not None

    with pytest.raises(MatchRefused, match="driver_excluded"):
        assign(again, an_assignment(attempt=2, offer_id="of-2"), NOW)


def test_giving_back_a_withdrawn_match_late_does_not_undo_a_newer_match() -> None:
    taken_back = match_withdrawn(an_assigned_order(), "of-1", NOW)
    assert taken_back is not None
    later = replace(an_assignment(attempt=2, offer_id="of-2"), at=NOW + timedelta(minutes=3))
    his_again = assign(taken_back, later, NOW)
    assert his_again is not None
    of_the_first = NOW + timedelta(minutes=1)

    before_the_second = driver_gives_back(taken_back, "d-7", of_the_first, NOW)
    after_the_second = driver_gives_back(his_again, "d-7", of_the_first, NOW)
    of_the_second = driver_gives_back(his_again, "d-7", NOW + timedelta(minutes=4), NOW)

    assert before_the_second is after_the_second is None
    assert of_the_second is not None
    assert of_the_second.excluded_drivers == ("d-7",)


def test_giving_back_before_the_match_has_arrived_is_too_early() -> None:
    with pytest.raises(TooEarly, match="illegal_step"):
        driver_gives_back(an_order(), "d-7", NOW, NOW)


def test_giving_back_the_order_of_another_driver_is_refused() -> None:
    with pytest.raises(StepRefused, match="wrong_driver") as refused:
        driver_gives_back(an_assigned_order(), "d-8", NOW, NOW)

    assert not isinstance(refused.value, TooEarly)


def test_an_ended_order_is_kept_a_year_of_real_time() -> None:
    long_ago = an_order(status=OrderStatus.CANCELLED, since=NOW - timedelta(days=4000))

    expires = ORDER.expires(long_ago)

    assert expires is not None
    assert abs(expires - real_now() - RETENTION) < timedelta(minutes=1)
    assert ORDER.expires(an_order()) is None


def test_only_the_search_under_way_can_fail() -> None:
    assert search_failed(an_order(), 2, "no_driver", NOW) is None
    assert search_failed(an_assigned_order(), 1, "no_driver", NOW) is None


def test_a_search_without_an_answer_ends_after_its_grace_and_not_before() -> None:
    order = an_order()
    due = timers(order)["search_overdue"]

    assert due == NOW + timedelta(seconds=150)
    assert end_overdue_search(order, due - timedelta(milliseconds=1)) is None
    ended = end_overdue_search(order, due + timedelta(hours=5))
    assert ended is not None
    assert ended.status is OrderStatus.UNSERVED


def test_a_step_before_the_assignment_is_too_early_and_a_past_step_changes_nothing() -> None:
    with pytest.raises(TooEarly):
        drive(an_order(), Action.PICK_UP, "d-7", NOW)
    done = drive(an_assigned_order(), Action.DELIVER, "d-7", NOW)
    assert done is not None
    assert drive(done, Action.ARRIVE, "d-7", NOW) is None
