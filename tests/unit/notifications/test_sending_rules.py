"""Circuit breaker, quiet hours, quota, and what supersedes what."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.audience.superseding import is_superseded
from services.notifications.domain.audience.table import Urgency
from services.notifications.domain.channels.circuit_breaker import BreakerPolicy, CircuitBreaker
from services.notifications.domain.channels.quiet_hours import QuietHours
from services.notifications.domain.channels.quota import REMEMBERED, Quota
from tests.support.builders import NOW

POLICY = BreakerPolicy(failures=2, first_open=timedelta(seconds=10), longest_open=timedelta(seconds=30))
NIGHT = QuietHours(time(21), time(5), ZoneInfo("Asia/Jakarta"))
WINDOW = timedelta(minutes=10)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_failures_in_a_row_open_the_circuit() -> None:
    once = CircuitBreaker().failed(NOW, POLICY)
    twice = once.failed(NOW, POLICY)

    assert once.blocked_until(NOW, POLICY) is None
    assert twice.blocked_until(NOW, POLICY) == NOW + seconds(10)
    assert twice.blocked_until(NOW + seconds(10), POLICY) is None


def test_a_success_between_two_failures_resets_the_count() -> None:
    breaker = CircuitBreaker().failed(NOW, POLICY).succeeded().failed(NOW, POLICY)

    assert breaker.blocked_until(NOW, POLICY) is None


def test_a_half_open_circuit_lets_one_probe_through_and_the_others_wait() -> None:
    rested = CircuitBreaker().failed(NOW, POLICY).failed(NOW, POLICY)
    later = NOW + seconds(10)

    trying = rested.probing(later, POLICY)

    assert rested.blocked_until(later, POLICY) is None
    assert trying.blocked_until(later, POLICY) == later + POLICY.first_open
    assert trying.blocked_until(later + POLICY.probe, POLICY) is None
    assert trying.succeeded().blocked_until(later, POLICY) is None


def test_each_failed_probe_doubles_the_open_time_up_to_a_limit() -> None:
    breaker = CircuitBreaker().failed(NOW, POLICY)
    rests = []
    for _ in range(4):
        breaker = breaker.failed(NOW, POLICY)
        rests.append(breaker.open_until)

    assert rests == [NOW + seconds(10), NOW + seconds(20), NOW + seconds(30), NOW + seconds(30)]


def test_a_retry_after_opens_the_circuit_at_the_first_failure() -> None:
    assert CircuitBreaker().failed(NOW, POLICY, seconds(90)).blocked_until(NOW, POLICY) == NOW + seconds(90)


@pytest.mark.parametrize(
    ("utc", "until"),
    [
        (datetime(2026, 11, 24, 13, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 24, 14, 0, tzinfo=UTC), datetime(2026, 11, 24, 22, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 18, 0, tzinfo=UTC), datetime(2026, 11, 24, 22, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 22, 0, tzinfo=UTC), None),
    ],
)
def test_quiet_hours_are_local_time(utc: datetime, until: datetime | None) -> None:
    assert NIGHT.until(utc, Urgency.NORMAL) == until


def test_urgent_notifications_have_no_quiet_hours() -> None:
    assert NIGHT.until(datetime(2026, 11, 24, 18, 0, tzinfo=UTC), Urgency.URGENT) is None


def test_equal_times_mean_no_quiet_hours() -> None:
    assert QuietHours(time(0), time(0), ZoneInfo("Asia/Jakarta")).until(NOW, Urgency.NORMAL) is None


def test_a_full_quota_delays_what_is_not_urgent() -> None:
    quota = Quota(2, WINDOW)
    for minute in (0, 1):
        quota.take("customer:c-1", NOW + timedelta(minutes=minute))

    then = NOW + timedelta(minutes=2)

    assert quota.full_until("customer", "customer:c-1", Urgency.NORMAL, then) == NOW + WINDOW
    assert quota.full_until("customer", "customer:c-1", Urgency.URGENT, then) is None
    assert quota.full_until("customer", "customer:c-2", Urgency.NORMAL, then) is None
    assert quota.full_until("customer", "customer:c-1", Urgency.NORMAL, NOW + WINDOW) is None


def test_an_agency_has_no_quota() -> None:
    quota = Quota(1, WINDOW)
    quota.take("agency:a-1", NOW)

    assert quota.full_until("agency", "agency:a-1", Urgency.NORMAL, NOW) is None


def test_the_quota_forgets_the_person_who_was_told_longest_ago() -> None:
    quota = Quota(1, WINDOW)

    for number in range(REMEMBERED + 1):
        quota.take(f"customer:{number}", NOW)

    assert quota.full_until("customer", "customer:0", Urgency.NORMAL, NOW) is None
    assert quota.full_until("customer", "customer:1", Urgency.NORMAL, NOW) is not None


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
def test_a_later_state_supersedes_what_is_unsent(template: str, later: list[str], overtaken: bool) -> None:
    assert is_superseded(template, later) is overtaken
