"""Orders booked ahead: who takes one is reserved, drives what ends before, and begins it when its time has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.values import Requirements, VehicleClass
from services.matching.adapters.kinds import driver_kind
from services.matching.domain.drivers import commitments, reservations
from services.matching.domain.drivers.driver import Driver, Live
from services.matching.domain.drivers.silence import withdrawn
from services.matching.domain.errors import Refused
from services.matching.domain.searches.answers import accepted
from services.matching.domain.searches.offering import offered
from services.matching.domain.searches.search import Search
from services.matching.saving.events import of_driver, of_search
from tests.support.builders import NOW
from tests.unit.matching.conftest import RULES, build_driver, build_search

ANY = Requirements()


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def booked(order_id: str, pickup_at: datetime | None, now: datetime = NOW) -> tuple[Search, Live]:
    """A search with one offer to d-7, and what he takes on when he accepts it now."""
    search = build_search(order_id=order_id)
    assert search.wanted is not None
    policy = search.wanted.policy.model_copy(update={"until": now + timedelta(minutes=2)})
    search = replace(search, wanted=replace(search.wanted, pickup_at=pickup_at, policy=policy))
    asked = offered(search, "d-7", 500, 0, RULES, now)
    assert asked is not None
    return asked, reservations.commitment(asked, asked.offers[0], RULES, now)


def reserved(pickup_at: datetime, order_id: str = "o-booked", **changes: Any) -> Driver:
    """A driver whose reservation the order has confirmed."""
    _, wanted = booked(order_id, pickup_at)
    driver = commitments.taken(build_driver(**changes), wanted, ANY, NOW)
    assert driver is not None
    named = commitments.confirmed(driver, order_id, 1)
    assert named is not None
    return named


def test_a_match_more_than_a_quarter_of_an_hour_ahead_is_a_reservation() -> None:
    _, wanted = booked("o-1", minutes(60))

    driver = commitments.taken(build_driver(), wanted, ANY, NOW)

    assert driver is not None
    assert driver.live is None
    assert [(each.order_id, each.starts_at) for each in driver.reserved] == [("o-1", minutes(45))]


@pytest.mark.parametrize("pickup_at", [None, minutes(15), minutes(3), minutes(-20)])
def test_a_later_match_is_the_live_order_at_once(pickup_at: datetime | None) -> None:
    _, wanted = booked("o-1", pickup_at)

    driver = commitments.taken(build_driver(), wanted, ANY, NOW)

    assert driver is not None
    assert driver.live is not None
    assert driver.reserved == ()


def test_a_trip_that_ends_before_the_reservation_begins_may_come_between() -> None:
    driver = reserved(minutes(60))
    _, short = booked("o-short", None)

    busy = commitments.taken(driver, short, ANY, NOW)

    assert busy is not None
    assert busy.live is not None
    assert [each.order_id for each in busy.held] == ["o-short", "o-booked"]


def test_a_trip_that_would_run_into_the_reservation_is_neither_asked_nor_taken() -> None:
    driver = reserved(minutes(22))
    search, short = booked("o-short", None)
    assert search.wanted is not None

    assert reservations.in_the_way(driver, search.wanted, 500, RULES, NOW)
    assert not reservations.in_the_way(reserved(minutes(60)), search.wanted, 500, RULES, NOW)
    with pytest.raises(Refused, match="driver_busy"):
        commitments.taken(driver, short, ANY, NOW)


def test_who_waits_for_the_way_back_is_bound_until_then() -> None:
    search, _ = booked("o-mountain", minutes(60))
    assert search.wanted is not None
    mountain = replace(search, wanted=replace(search.wanted, takes_s=8 * 3600))

    driver = commitments.taken(
        build_driver(), reservations.commitment(mountain, mountain.offers[0], RULES, NOW), ANY, NOW
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


def test_who_drives_may_take_what_is_booked_for_afterwards() -> None:
    _, short = booked("o-short", None)
    busy = commitments.taken(build_driver(), short, ANY, NOW)
    assert busy is not None
    _, ahead = booked("o-booked", minutes(60))

    both = commitments.taken(busy, ahead, ANY, NOW)

    assert both is not None
    assert [each.order_id for each in both.held] == ["o-short", "o-booked"]


def test_a_driver_of_an_order_whose_end_nobody_estimated_takes_nothing_ahead() -> None:
    _, ahead = booked("o-booked", minutes(60))

    with pytest.raises(Refused, match="driver_busy"):
        commitments.taken(build_driver(live=Live("o-old", "o-old-1", 1, NOW)), ahead, ANY, NOW)


def test_a_reservation_begins_when_its_time_has_come_or_is_over() -> None:
    driver = reserved(minutes(60))
    assert driver_kind(timedelta(seconds=10)).timers(driver)["reservation"] == minutes(45)
    assert reservations.beginning(driver, minutes(44)) is None
    due = reservations.beginning(driver, minutes(58))
    assert due is not None

    begun = reservations.begun(driver, due.offer_id, minutes(58))

    assert begun is not None
    assert begun.reserved == ()
    assert begun.live is not None
    assert (begun.live.order_id, begun.live.since, begun.live.confirmed) == ("o-booked", minutes(58), True)
    assert of_driver(driver, begun) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"shift": None},
        {"suspended": True},
        {"residence": None},
        {"live": Live("o-2", "o-2-1", 1, NOW, until=minutes(50))},
    ],
    ids=["off_shift", "suspended", "not_resident", "busy"],
)
def test_who_cannot_drive_it_when_it_begins_is_lost_to_it(changes: dict[str, Any]) -> None:
    driver = replace(reserved(minutes(60)), **changes)
    offer_id = driver.reserved[0].offer_id

    assert reservations.begun(driver, offer_id, minutes(45)) is None
    lost = reservations.given_up(driver, offer_id)

    assert lost is not None
    assert reservations.begins_at(lost) is None
    assert reservations.given_up(lost, offer_id) is None
    freed = commitments.freed_of_order(lost, "o-booked", 1)
    assert freed is not None
    assert freed.reserved == ()


def test_the_vehicle_has_to_suit_the_booked_order_when_it_begins() -> None:
    search, _ = booked("o-1", minutes(60))
    assert search.wanted is not None
    trail = Requirements(vehicle_classes=[VehicleClass.TRAIL])
    wanted = replace(search, wanted=replace(search.wanted, requirements=trail))
    promised = replace(reservations.commitment(wanted, wanted.offers[0], RULES, NOW), confirmed=True)

    assert reservations.begun(build_driver(reserved=(promised,)), promised.offer_id, minutes(45)) is None


def test_a_lost_reservation_takes_the_match_back_once() -> None:
    search, wanted = booked("o-1", minutes(60))
    matched = accepted(search, wanted.offer_id, (), NOW)

    gone = withdrawn(matched, wanted.offer_id, reservations.LOST)

    assert gone is not None
    (event,) = of_search(matched, gone)
    assert getattr(event, "reason", None) == "reservation_lost"
    assert withdrawn(gone, wanted.offer_id, reservations.LOST) is None


def test_the_match_of_a_booked_order_tells_the_time_that_is_left() -> None:
    search, wanted = booked("o-1", minutes(60))

    (*_, match) = of_search(search, accepted(search, wanted.offer_id, (), NOW) or search, build_driver())

    assert getattr(match, "eta_s", None) == 3600


def test_what_ends_a_booked_order_releases_its_driver_and_nobody_else() -> None:
    driver = reserved(minutes(60), idle_since=NOW)

    given_back = commitments.gave_back(driver, "o-booked", 1, minutes(5))
    cancelled = commitments.freed_of_order(driver, "o-booked")
    done = commitments.completed(driver, "o-booked", 7200, minutes(50))

    assert given_back is not None
    assert (given_back.reserved, given_back.idle_since, given_back.record.cancels) == ((), NOW, 1)
    assert cancelled is not None
    assert [getattr(event, "order_id", None) for event in of_driver(driver, cancelled)] == ["o-booked"]
    assert done is not None
    assert (done.reserved, done.record.income) == ((), 7200)
    assert commitments.freed_of_order(driver, "o-other") is None


def test_who_takes_an_order_again_that_he_was_lost_to_holds_it_once() -> None:
    driver = reservations.given_up(reserved(minutes(60)), "o-booked-1")
    assert driver is not None

    again = commitments.taken(
        driver,
        replace(driver.reserved[0], attempt=2, offer_id="o-booked-2", confirmed=False, withdrawn=False),
        ANY,
        NOW,
    )

    assert again is not None
    assert [each.offer_id for each in again.held] == ["o-booked-2"]
    assert commitments.freed_of_order(again, "o-booked", 1) is None


def test_an_accept_of_a_booked_order_is_settled_like_any_other() -> None:
    _, wanted = booked("o-1", minutes(60))
    driver = commitments.taken(build_driver(), wanted, ANY, NOW)
    assert driver is not None
    patience = timedelta(seconds=10)

    assert commitments.unsettled_at(driver, patience) == NOW + patience
    assert commitments.unsettled(driver, patience, NOW + patience) == wanted
    named = commitments.confirmed(driver, "o-1", 1)
    assert named is not None
    assert commitments.unsettled_at(named, patience) is None
    assert named.record.accepts == 1


def test_a_driver_stored_before_there_were_reservations_is_read() -> None:
    kind = driver_kind(timedelta(seconds=10))
    document = kind.encode(build_driver())
    del document["reserved"]

    assert kind.decode(document) == build_driver()
