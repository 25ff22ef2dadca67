"""Orders booked ahead: when a driver may take one, and other trips beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.matching.adapters.kinds import driver_kind
from services.matching.domain.drivers import commitments, reservations
from services.matching.domain.drivers.driver import Commitment
from services.matching.domain.errors import Refused
from tests.support.builders import NOW
from tests.unit.matching.bookings import ANY, booked, minutes, reserved
from tests.unit.matching.conftest import RULES, build_driver


def test_a_match_more_than_a_quarter_of_an_hour_ahead_is_a_reservation() -> None:
    _, commitment = booked("o-1", minutes(60))

    driver = commitments.taken(build_driver(), commitment, ANY, NOW)

    assert driver is not None
    assert driver.live is None
    assert [(each.order_id, each.starts_at) for each in driver.reserved] == [("o-1", minutes(45))]


@pytest.mark.parametrize("pickup_at", [None, minutes(15), minutes(3), minutes(-20)])
def test_a_later_match_becomes_the_live_order_at_once(pickup_at: datetime | None) -> None:
    _, commitment = booked("o-1", pickup_at)

    driver = commitments.taken(build_driver(), commitment, ANY, NOW)

    assert driver is not None
    assert driver.live is not None
    assert driver.reserved == ()


def test_a_trip_that_ends_before_the_reservation_begins_is_allowed() -> None:
    driver = reserved(minutes(60))
    _, short = booked("o-short", None)

    busy = commitments.taken(driver, short, ANY, NOW)

    assert busy is not None
    assert busy.live is not None
    assert [each.order_id for each in busy.commitments] == ["o-short", "o-booked"]


def test_a_trip_that_runs_into_the_reservation_is_neither_offered_nor_taken() -> None:
    driver = reserved(minutes(22))
    search, short = booked("o-short", None)
    assert search.trip is not None

    assert reservations.conflicts(driver, search.trip, 500, RULES, NOW)
    assert not reservations.conflicts(reserved(minutes(60)), search.trip, 500, RULES, NOW)
    with pytest.raises(Refused, match="driver_busy"):
        commitments.taken(driver, short, ANY, NOW)


def test_a_driver_who_waits_for_the_return_trip_is_bound_until_then() -> None:
    search, _ = booked("o-mountain", minutes(60))
    assert search.trip is not None
    mountain = replace(search, trip=replace(search.trip, takes_s=8 * 3600))

    driver = commitments.taken(
        build_driver(), reservations.commitment_for(mountain, mountain.offers[0], RULES, NOW), ANY, NOW
    )
    assert driver is not None
    _, at_sunrise = booked("o-sunrise", minutes(6 * 60))

    with pytest.raises(Refused, match="driver_busy"):
        commitments.taken(driver, at_sunrise, ANY, NOW)


def test_two_reservations_do_not_overlap() -> None:
    driver = reserved(minutes(60))
    _, same_time = booked("o-same", minutes(62))
    _, later = booked("o-later", minutes(120))

    with pytest.raises(Refused, match="driver_busy"):
        commitments.taken(driver, same_time, ANY, NOW)
    both = commitments.taken(driver, later, ANY, NOW)

    assert both is not None
    assert [each.order_id for each in both.reserved] == ["o-booked", "o-later"]


def test_a_busy_driver_may_take_a_booked_order_for_later() -> None:
    _, short = booked("o-short", None)
    busy = commitments.taken(build_driver(), short, ANY, NOW)
    assert busy is not None
    _, ahead = booked("o-booked", minutes(60))

    both = commitments.taken(busy, ahead, ANY, NOW)

    assert both is not None
    assert [each.order_id for each in both.commitments] == ["o-short", "o-booked"]


def test_a_live_order_without_an_estimated_end_allows_no_reservation() -> None:
    _, ahead = booked("o-booked", minutes(60))

    with pytest.raises(Refused, match="driver_busy"):
        commitments.taken(build_driver(live=Commitment("o-old", "o-old-1", 1, NOW)), ahead, ANY, NOW)


def test_an_accept_of_a_booked_order_is_settled_like_any_other() -> None:
    _, commitment = booked("o-1", minutes(60))
    driver = commitments.taken(build_driver(), commitment, ANY, NOW)
    assert driver is not None
    patience = timedelta(seconds=10)

    assert commitments.unsettled_at(driver, patience) == NOW + patience
    assert commitments.unsettled(driver, patience, NOW + patience) == commitment
    confirmed = commitments.confirmed(driver, "o-1", 1)
    assert confirmed is not None
    assert commitments.unsettled_at(confirmed, patience) is None
    assert confirmed.record.accepts == 1


def test_a_driver_stored_before_reservations_existed_is_read() -> None:
    kind = driver_kind(timedelta(seconds=10))
    document = kind.encode(build_driver())
    del document["reserved"]

    assert kind.decode(document) == build_driver()
