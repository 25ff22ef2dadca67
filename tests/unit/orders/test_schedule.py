"""How far ahead an order can be booked, and when its searches begin."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.booking.terms import ScheduleRules, schedule_refused
from tests.support.builders import NOW

SCHEDULE = ScheduleRules(horizon_days=14)


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def test_the_searches_begin_an_hour_and_then_ever_closer_before_the_pickup() -> None:
    pickup_at = minutes(90)

    assert SCHEDULE.starts(pickup_at) == [minutes(30), minutes(60), minutes(75), minutes(85)]


@pytest.mark.parametrize(
    ("after", "start"),
    [(-500, 30), (29.9, 30), (30, 60), (59, 60), (75, 85), (84.9, 85), (85, None), (89, None), (120, None)],
)
def test_the_next_search_begins_later_than_now_and_there_is_none_after_the_last(
    after: float, start: float | None
) -> None:
    expected = None if start is None else minutes(start)

    assert SCHEDULE.next_start(minutes(90), minutes(after)) == expected


@pytest.mark.parametrize(
    ("pickup_at", "reason"),
    [
        (minutes(1), None),
        (minutes(14 * 24 * 60), None),
        (minutes(14 * 24 * 60 + 1), "schedule_too_far"),
        (NOW + timedelta(days=365), "schedule_too_far"),
        (minutes(-1), "schedule_in_past"),
        (NOW - timedelta(days=365), "schedule_in_past"),
    ],
)
def test_a_time_in_the_past_or_too_far_ahead_is_refused_with_its_reason(
    pickup_at: datetime, reason: str | None
) -> None:
    assert schedule_refused(SCHEDULE, pickup_at, NOW, NOW) == reason


def test_a_service_may_forbid_booking_or_require_it() -> None:
    assert schedule_refused(None, None, NOW, NOW) is None
    assert schedule_refused(None, minutes(60), NOW, NOW) == "schedule_not_allowed"
    assert schedule_refused(SCHEDULE, None, NOW, NOW) is None
    assert schedule_refused(ScheduleRules(required=True), None, NOW, NOW) == "schedule_required"


def test_a_request_that_waited_past_its_pick_up_is_still_good_for_a_while() -> None:
    asked_at, pickup_at = NOW, minutes(10)

    assert schedule_refused(SCHEDULE, pickup_at, asked_at, minutes(30)) is None
    assert schedule_refused(SCHEDULE, pickup_at, asked_at, minutes(71)) == "schedule_in_past"
    assert schedule_refused(SCHEDULE, pickup_at, minutes(11), minutes(30)) == "schedule_in_past"


@given(
    before=st.lists(st.integers(1, 600), min_size=1, max_size=8, unique=True),
    pickup_in=st.integers(-1000, 20_000),
    late=st.integers(0, 200),
)
def test_repeated_searches_end_and_never_go_back_in_time(
    before: list[int], pickup_in: int, late: int
) -> None:
    schedule, pickup_at = ScheduleRules(search_before_min=tuple(before)), minutes(pickup_in)
    now, begun = NOW, 0

    while (start := schedule.next_start(pickup_at, now)) is not None:
        assert now < start < pickup_at
        now, begun = start + timedelta(minutes=late), begun + 1

    assert begun <= len(before)
    assert now >= pickup_at - timedelta(minutes=min(before))
