"""Facts about a driver, their eligibility, and the orders that they take."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.values import Requirements, VehicleClass
from services.matching.adapters.kinds import driver_kind
from services.matching.domain.drivers import commitments, facts
from services.matching.domain.drivers.driver import Commitment, Paper
from services.matching.domain.drivers.eligibility import (
    ineligibility,
    ineligibility_for,
    next_lapse,
    unavailability,
    with_announcement,
)
from services.matching.domain.errors import Refused
from services.runtime.errors import Rejected
from services.runtime.facts import require_not_ahead
from tests.support.builders import NOW

LATER = NOW + timedelta(seconds=1)
TRAIL = Requirements(vehicle_classes=[VehicleClass.TRAIL])


def test_a_driver_with_valid_papers_and_residence_is_eligible(a_driver: Any) -> None:
    assert ineligibility(a_driver(), NOW) == ()
    assert unavailability(a_driver()) == ()


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"residence": None}, ("not_resident",)),
        ({"suspended": True}, ("suspended",)),
        ({"papers": ()}, ("sim_c_missing", "stnk_missing")),
        (
            {"papers": (Paper("sim_c", date(2026, 11, 23)), Paper("stnk", date(2027, 1, 1)))},
            ("sim_c_lapsed",),
        ),
    ],
)
def test_each_reason_against_a_driver_has_its_code(
    a_driver: Any, changes: Any, reasons: tuple[str, ...]
) -> None:
    assert ineligibility(a_driver(**changes), NOW) == reasons


def test_a_paper_is_valid_until_the_end_of_its_last_day_in_the_regency(a_driver: Any) -> None:
    driver = a_driver(papers=(Paper("sim_c", date(2026, 11, 24)), Paper("stnk", date(2028, 1, 1))))
    last_moment = datetime(2026, 11, 24, 16, 59, tzinfo=UTC)

    assert ineligibility(driver, last_moment) == ()
    assert ineligibility(driver, last_moment + timedelta(minutes=1)) == ("sim_c_lapsed",)
    assert next_lapse(with_announcement(driver, NOW)) == last_moment + timedelta(minutes=1)


def test_the_vehicle_has_to_suit_the_order(a_driver: Any) -> None:
    assert ineligibility_for(a_driver(), TRAIL, NOW) == ("vehicle_class",)


def test_a_certified_order_needs_a_certified_driver(a_driver: Any) -> None:
    assert ineligibility_for(a_driver(), Requirements(certifications=["medicine"]), NOW) == ("not_certified",)


def test_an_attestation_without_end_never_lapses(a_driver: Any) -> None:
    residence = a_driver().residence.model_copy(update={"valid_until": date.max})

    driver = with_announcement(a_driver(residence=residence, papers=()), NOW)

    assert next_lapse(driver) is None


def test_of_two_facts_with_one_time_the_restricting_one_holds_in_either_order(a_driver: Any) -> None:
    on = facts.shift_started(a_driver(shift=None), a_driver().shift, NOW)
    assert on is not None
    off = facts.shift_ended(on, NOW)
    assert off is not None
    assert off.shift is None
    assert facts.shift_started(off, a_driver().shift, NOW) is None
    assert facts.shift_started(off, a_driver().shift, LATER) is not None


def test_a_shift_is_not_started_twice(a_driver: Any) -> None:
    on = facts.shift_started(a_driver(shift=None), a_driver().shift, NOW)
    assert on is not None
    assert facts.shift_started(on, a_driver().shift, NOW) is None
    with pytest.raises(Refused, match="shift_running"):
        facts.shift_started(on, a_driver().shift, LATER)


def test_an_older_fact_changes_nothing(a_driver: Any) -> None:
    suspended = facts.suspended(a_driver(), LATER)
    assert suspended is not None
    assert facts.reinstated(suspended, NOW) is None
    assert facts.suspended(suspended, NOW) is None


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_paper_with_an_impossible_date_is_refused(day: date) -> None:
    with pytest.raises(Refused, match="invalid_papers"):
        facts.require_possible_dates((Paper("sim_c", day),), NOW)


def test_a_fact_more_than_five_minutes_ahead_is_refused() -> None:
    require_not_ahead(NOW + timedelta(minutes=5), NOW)
    with pytest.raises(Rejected, match="time_ahead"):
        require_not_ahead(NOW + timedelta(minutes=5, seconds=1), NOW)


def test_a_driver_has_one_live_order_at_a_time(a_driver: Any) -> None:
    first, second = Commitment("o-1", "o-1-1", 1, NOW), Commitment("o-2", "o-2-1", 1, NOW)
    busy = commitments.taken(a_driver(), first, Requirements(), NOW)
    assert busy is not None
    assert commitments.taken(busy, replace(first, since=LATER), Requirements(), NOW) is None
    with pytest.raises(Refused, match="driver_busy"):
        commitments.taken(busy, second, Requirements(), NOW)


def test_an_ineligible_driver_takes_no_order(a_driver: Any) -> None:
    with pytest.raises(Refused, match="driver_ineligible"):
        commitments.taken(a_driver(residence=None), Commitment("o-1", "o-1-1", 1, NOW), Requirements(), NOW)


def test_only_the_end_of_the_live_order_frees_the_driver(a_driver: Any) -> None:
    busy = a_driver(live=Commitment("o-1", "o-1-4", 2, NOW))

    assert commitments.freed_of_offer(busy, "o-1-1") is None
    assert commitments.freed_of_order(busy, "o-2") is None
    assert commitments.freed_of_order(busy, "o-1", attempt=1) is None
    assert commitments.freed_of_order(busy, "o-1", attempt=2) == a_driver()
    assert commitments.freed_of_offer(busy, "o-1-4") == a_driver()


def test_a_confirmed_accept_needs_no_settling(a_driver: Any) -> None:
    patience = timedelta(seconds=10)
    busy = a_driver(live=Commitment("o-1", "o-1-1", 1, NOW))
    confirmed = commitments.confirmed(busy, "o-1", 1)

    assert commitments.unsettled_at(busy, patience) == NOW + patience
    assert confirmed is not None
    assert commitments.unsettled_at(confirmed, patience) is None
    assert commitments.confirmed(busy, "o-1", 2) is None


def test_a_driver_comes_back_from_the_database_unchanged(a_driver: Any) -> None:
    kind = driver_kind(timedelta(seconds=10))
    driver = with_announcement(a_driver(live=Commitment("o-1", "o-1-1", 1, NOW), facts={"shift": NOW}), NOW)

    assert kind.decode(kind.encode(driver)) == driver
    assert kind.timers(driver)["accept"] == NOW + timedelta(seconds=10)
