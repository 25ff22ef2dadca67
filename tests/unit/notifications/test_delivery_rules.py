"""Breakers, quiet hours, limits and what overtakes what."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.audience.superseding import is_overtaken
from services.notifications.domain.audience.table import Urgency
from services.notifications.domain.channels.circuit_breaker import Breaker, Patience
from services.notifications.domain.channels.quiet_hours import QuietHours
from services.notifications.domain.channels.quota import REMEMBERED, Limiter
from tests.support.builders import NOW

PATIENCE = Patience(failures=2, first_rest=timedelta(seconds=10), longest_rest=timedelta(seconds=30))
NIGHT = QuietHours(time(21), time(5), ZoneInfo("Asia/Jakarta"))
WINDOW = timedelta(minutes=10)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_a_provider_that_fails_twice_in_a_row_is_left_alone() -> None:
    once = Breaker().failed(NOW, PATIENCE)
    twice = once.failed(NOW, PATIENCE)

    assert once.resting_until(NOW, PATIENCE) is None
    assert twice.resting_until(NOW, PATIENCE) == NOW + seconds(10)
    assert twice.resting_until(NOW + seconds(10), PATIENCE) is None


def test_a_success_between_two_failures_starts_the_count_again() -> None:
    breaker = Breaker().failed(NOW, PATIENCE).succeeded().failed(NOW, PATIENCE)

    assert breaker.resting_until(NOW, PATIENCE) is None


def test_after_its_rest_one_letter_tries_and_the_others_wait_for_it() -> None:
    rested = Breaker().failed(NOW, PATIENCE).failed(NOW, PATIENCE)
    later = NOW + seconds(10)

    trying = rested.tried(later, PATIENCE)

    assert rested.resting_until(later, PATIENCE) is None
    assert trying.resting_until(later, PATIENCE) == later + PATIENCE.first_rest
    assert trying.resting_until(later + PATIENCE.trial, PATIENCE) is None
    assert trying.succeeded().resting_until(later, PATIENCE) is None


def test_each_failed_trial_doubles_the_rest_up_to_a_limit() -> None:
    breaker = Breaker().failed(NOW, PATIENCE)
    rests = []
    for _ in range(4):
        breaker = breaker.failed(NOW, PATIENCE)
        rests.append(breaker.until)

    assert rests == [NOW + seconds(10), NOW + seconds(20), NOW + seconds(30), NOW + seconds(30)]


def test_a_provider_may_ask_for_a_rest_at_its_first_failure() -> None:
    assert Breaker().failed(NOW, PATIENCE, seconds(90)).resting_until(NOW, PATIENCE) == NOW + seconds(90)


@pytest.mark.parametrize(
    ("utc", "until"),
    [
        (datetime(2026, 11, 24, 13, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 24, 14, 0, tzinfo=UTC), datetime(2026, 11, 24, 22, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 18, 0, tzinfo=UTC), datetime(2026, 11, 24, 22, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 22, 0, tzinfo=UTC), None),
    ],
)
def test_nights_are_local(utc: datetime, until: datetime | None) -> None:
    assert NIGHT.until(utc, Urgency.NORMAL) == until


def test_what_is_urgent_knows_no_night() -> None:
    assert NIGHT.until(datetime(2026, 11, 24, 18, 0, tzinfo=UTC), Urgency.URGENT) is None


def test_equal_times_mean_no_night() -> None:
    assert QuietHours(time(0), time(0), ZoneInfo("Asia/Jakarta")).until(NOW, Urgency.NORMAL) is None


def test_a_person_gets_so_many_in_a_while_and_then_waits() -> None:
    limiter = Limiter(2, WINDOW)
    for minute in (0, 1):
        limiter.note("customer:c-1", NOW + timedelta(minutes=minute))

    then = NOW + timedelta(minutes=2)

    assert limiter.until("customer", "customer:c-1", Urgency.NORMAL, then) == NOW + WINDOW
    assert limiter.until("customer", "customer:c-1", Urgency.URGENT, then) is None
    assert limiter.until("customer", "customer:c-2", Urgency.NORMAL, then) is None
    assert limiter.until("customer", "customer:c-1", Urgency.NORMAL, NOW + WINDOW) is None


def test_an_office_is_not_limited() -> None:
    limiter = Limiter(1, WINDOW)
    limiter.note("agency:a-1", NOW)

    assert limiter.until("agency", "agency:a-1", Urgency.NORMAL, NOW) is None


def test_the_limiter_forgets_who_was_written_to_longest_ago() -> None:
    limiter = Limiter(1, WINDOW)

    for number in range(REMEMBERED + 1):
        limiter.note(f"customer:{number}", NOW)

    assert limiter.until("customer", "customer:0", Urgency.NORMAL, NOW) is None
    assert limiter.until("customer", "customer:1", Urgency.NORMAL, NOW) is not None


@pytest.mark.parametrize(
    ("template", "later", "overtaken"),
    [
        ("order.driver_assigned", [], False),
        ("order.driver_assigned", ["order.cancelled"], True),
        ("order.driver_assigned", ["order.code_issued"], False),
        ("order.code_issued", ["order.picked_up"], False),
        ("order.code_issued", ["order.code_issued"], True),
        ("order.code_issued", ["order.cancelled"], True),
        ("order.driver_assigned", ["order.changed"], False),
        ("order.driver_assigned", ["order.change_refused"], False),
        ("order.changed", ["order.picked_up"], False),
        ("order.change_proposed", ["order.change_refused"], True),
        ("order.changed", ["order.completed"], True),
        ("order.route_closed", ["order.picked_up", "order.leg_completed"], False),
        ("order.driver_assigned", ["order.route_closed"], False),
        ("order.route_closed", ["order.route_closed"], True),
        ("order.route_closed", ["order.cancelled"], True),
    ],
)
def test_a_later_state_overtakes_what_is_unsent(template: str, later: list[str], overtaken: bool) -> None:
    assert is_overtaken(template, later) is overtaken
