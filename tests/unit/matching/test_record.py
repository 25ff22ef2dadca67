"""A driver's record: answers to the offers that they could win, and income."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.values import Requirements
from services.matching.domain.drivers import commitments, record
from services.matching.domain.drivers.driver import Commitment
from services.matching.domain.drivers.record import Record
from services.matching.domain.searches.answers import accepted
from services.matching.domain.searches.lifecycle import expired, order_ended, unanswered
from services.matching.domain.searches.offering import OfferRules, offered
from tests.support.builders import NOW

LATER = NOW + timedelta(minutes=20)
BUSY = Commitment("o-1", "o-1-1", 1, NOW)


def test_an_accept_counts_once_the_order_has_assigned_the_driver(a_driver: Any) -> None:
    taken = commitments.taken(a_driver(), BUSY, Requirements(), NOW)
    assert taken is not None
    assert taken.record == Record()

    named = commitments.confirmed(taken, "o-1", 1)

    assert named is not None
    assert (named.record.offers, named.record.accepts) == (1, 1)


def test_a_completed_trip_is_paid_and_restarts_the_idle_time(a_driver: Any) -> None:
    driver = a_driver(live=BUSY, idle_since=NOW)

    free = commitments.completed(driver, "o-1", 7200, LATER)

    assert free is not None
    assert free.live is None
    assert free.idle_since == LATER
    assert (free.record.trips, free.record.income, free.record.trips_today, free.record.income_today) == (
        1,
        7200,
        1,
        7200,
    )
    assert free.record.accepts == 1


def test_an_order_that_others_ended_leaves_the_idle_time_unchanged(a_driver: Any) -> None:
    free = commitments.freed_of_order(a_driver(live=BUSY, idle_since=NOW), "o-1")

    assert free == a_driver(idle_since=NOW)


def test_giving_back_counts_even_if_the_assignment_arrives_later(a_driver: Any) -> None:
    free = commitments.gave_back(a_driver(live=BUSY, idle_since=NOW), "o-1", 1, LATER)

    assert free is not None
    assert (free.record.accepts, free.record.cancels, free.idle_since) == (1, 1, LATER)
    assert free.fairness(LATER).acceptance < a_driver().fairness(LATER).acceptance


def test_the_day_ends_at_midnight_in_the_regency() -> None:
    before, after = datetime(2026, 11, 24, 16, 59, tzinfo=UTC), datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    evening = record.earned(record.earned(Record(), 5000, before), 3000, before)

    night = record.earned(evening, 2000, after)

    assert (evening.trips_today, evening.income_today) == (2, 8000)
    assert (night.trips_today, night.income_today, night.income) == (1, 2000, 10_000)
    assert record.fairness(evening, None, after).income_today == 0


def test_only_recent_answers_weigh() -> None:
    bad = Record()
    for _ in range(200):
        bad = record.let_expire(bad)
    assert bad.lapses == 200
    assert record.acceptance(bad) < 0.1

    good = bad
    for _ in range(50):
        good = record.took(good)

    assert record.acceptance(good) > 0.95


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("too_far", "too_far"),
        (None, "other"),
        ("x.y$z", "other"),
        ("a" * 200, "other"),
        ("Kein Benzin", "other"),
    ],
)
def test_a_reason_that_is_no_code_counts_as_other(said: str | None, counted: str) -> None:
    assert record.declined(Record(), said).reasons == {counted: 1}


def test_apps_cannot_fill_the_document_with_reasons() -> None:
    many = Record()
    for number in range(100):
        many = record.declined(many, f"reason_{number}")

    assert len(many.reasons) == 21
    assert many.reasons["other"] == 80


def test_a_lost_or_withdrawn_offer_is_not_unanswered(a_search: Any, rules: OfferRules) -> None:
    search = a_search()
    for number, second in enumerate((0, 5)):
        search = offered(search, f"d-{number}", 100, 0, rules, NOW + timedelta(seconds=second))
    decided, late = NOW + timedelta(seconds=6), NOW + timedelta(seconds=17)

    won = accepted(search, "o-1-2", (), decided)
    ended = order_ended(search, "o-1", 2, decided)
    closed = expired(search, late)

    assert won is not None
    assert ended is not None
    assert closed is not None
    assert unanswered(won, decided) == unanswered(ended, decided) == ()
    assert [offer.driver_id for offer in unanswered(closed, late)] == ["d-0"]
    assert unanswered(closed, late + timedelta(seconds=1)) == ()
