"""A reservation becomes the live order at its time, is lost, or ends with its order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.values import Requirements, VehicleClass
from services.matching.adapters.kinds import driver_kind
from services.matching.domain.drivers import commitments, reservations
from services.matching.domain.drivers.driver import Commitment
from services.matching.domain.searches.answers import accepted
from services.matching.domain.searches.lifecycle import match_withdrawn
from services.matching.saving.events import driver_events, search_events
from tests.support.builders import NOW
from tests.unit.matching.bookings import ANY, booked, minutes, reserved
from tests.unit.matching.conftest import RULES, build_driver


def test_a_reservation_begins_when_it_is_due_or_overdue() -> None:
    driver = reserved(minutes(60))
    assert driver_kind(timedelta(seconds=10)).timers(driver)["reservation"] == minutes(45)
    assert reservations.due_reservation(driver, minutes(44)) is None
    due = reservations.due_reservation(driver, minutes(58))
    assert due is not None

    begun = reservations.begun(driver, due.offer_id, minutes(58))

    assert begun is not None
    assert begun.reserved == ()
    assert begun.live is not None
    assert (begun.live.order_id, begun.live.since, begun.live.confirmed) == ("o-booked", minutes(58), True)
    assert driver_events(driver, begun) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"shift": None},
        {"suspended": True},
        {"residence": None},
        {"live": Commitment("o-2", "o-2-1", 1, NOW, until=minutes(50))},
    ],
    ids=["off_shift", "suspended", "not_resident", "busy"],
)
def test_a_driver_who_cannot_drive_when_it_begins_loses_the_reservation(changes: dict[str, Any]) -> None:
    driver = replace(reserved(minutes(60)), **changes)
    offer_id = driver.reserved[0].offer_id

    assert reservations.begun(driver, offer_id, minutes(45)) is None
    lost = reservations.marked_lost(driver, offer_id)

    assert lost is not None
    assert reservations.next_begins_at(lost) is None
    assert reservations.marked_lost(lost, offer_id) is None
    freed = commitments.freed_of_order(lost, "o-booked", 1)
    assert freed is not None
    assert freed.reserved == ()


def test_the_vehicle_has_to_suit_the_booked_order_when_it_begins() -> None:
    search, _ = booked("o-1", minutes(60))
    assert search.trip is not None
    trail = Requirements(vehicle_classes=[VehicleClass.TRAIL])
    search = replace(search, trip=replace(search.trip, requirements=trail))
    promised = replace(reservations.commitment_for(search, search.offers[0], RULES, NOW), confirmed=True)

    assert reservations.begun(build_driver(reserved=(promised,)), promised.offer_id, minutes(45)) is None


def test_a_lost_reservation_withdraws_the_match_once() -> None:
    search, commitment = booked("o-1", minutes(60))
    matched = accepted(search, commitment.offer_id, (), NOW)

    gone = match_withdrawn(matched, commitment.offer_id, reservations.LOST)

    assert gone is not None
    (event,) = search_events(matched, gone)
    assert getattr(event, "reason", None) == "reservation_lost"
    assert match_withdrawn(gone, commitment.offer_id, reservations.LOST) is None


def test_the_match_of_a_booked_order_carries_the_time_left_to_its_pickup() -> None:
    search, commitment = booked("o-1", minutes(60))

    (*_, match) = search_events(
        search, accepted(search, commitment.offer_id, (), NOW) or search, build_driver()
    )

    assert getattr(match, "eta_s", None) == 3600


def test_the_end_of_a_booked_order_releases_its_driver_from_it_alone() -> None:
    driver = reserved(minutes(60), idle_since=NOW)

    given_back = commitments.gave_back(driver, "o-booked", 1, minutes(5))
    cancelled = commitments.freed_of_order(driver, "o-booked")
    done = commitments.completed(driver, "o-booked", 7200, minutes(50))

    assert given_back is not None
    assert (given_back.reserved, given_back.idle_since, given_back.record.cancels) == ((), NOW, 1)
    assert cancelled is not None
    assert [getattr(event, "order_id", None) for event in driver_events(driver, cancelled)] == ["o-booked"]
    assert done is not None
    assert (done.reserved, done.record.income) == ((), 7200)
    assert commitments.freed_of_order(driver, "o-other") is None


def test_a_driver_who_takes_a_lost_order_again_holds_it_once() -> None:
    driver = reservations.marked_lost(reserved(minutes(60)), "o-booked-1")
    assert driver is not None

    again = commitments.taken(
        driver,
        replace(driver.reserved[0], attempt=2, offer_id="o-booked-2", confirmed=False, withdrawn=False),
        ANY,
        NOW,
    )

    assert again is not None
    assert [each.offer_id for each in again.commitments] == ["o-booked-2"]
    assert commitments.freed_of_order(again, "o-booked", 1) is None
