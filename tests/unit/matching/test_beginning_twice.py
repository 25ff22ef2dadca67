"""Two processes begin one reservation: the second one undoes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from contracts.values import OfferOutcome, Requirements
from services.matching.domain.drivers import commitments, reservations
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches.search import Search, SearchStatus
from services.matching.handlers.driver_due import driver_due
from tests.support.builders import NOW
from tests.unit.matching.bookings import booked
from tests.unit.matching.conftest import build_driver
from tests.unit.matching.kept import Kept


def a_reservation() -> tuple[Driver, Search, str]:
    search, taken = booked("o-1", NOW + timedelta(minutes=40))
    given = commitments.taken(build_driver(), taken, Requirements(), NOW)
    assert given is not None
    driver = commitments.confirmed(given, "o-1", 1)
    assert driver is not None
    won = tuple(replace(offer, outcome=OfferOutcome.ACCEPTED) for offer in search.offers)
    return (
        driver,
        replace(search, status=SearchStatus.MATCHED, winner=taken.offer_id, offers=won),
        taken.offer_id,
    )


def the_context(drivers: Kept, searches: Kept) -> Any:
    clock = SimpleNamespace(now=lambda: NOW + timedelta(minutes=26))
    hints = SimpleNamespace(search_changed=lambda _: None, driver_available=lambda _: None)
    return SimpleNamespace(
        drivers=drivers,
        searches=searches,
        patience=timedelta(seconds=30),
        silence=timedelta(minutes=5),
        clock=clock,
        hints=hints,
        positions=None,
    )


async def test_a_reservation_that_another_process_has_begun_is_not_lost() -> None:
    driver, search, offer_id = a_reservation()
    drivers = Kept(driver, lambda state: reservations.begun(state, offer_id, NOW + timedelta(minutes=26)))
    searches = Kept(search)

    await driver_due(the_context(drivers, searches), "d-7")

    assert drivers.state.live is not None
    assert searches.events == ()
    assert searches.state == search


async def test_a_reservation_of_a_driver_off_shift_is_lost() -> None:
    driver, search, _ = a_reservation()
    drivers, searches = Kept(replace(driver, shift=None)), Kept(search)

    await driver_due(the_context(drivers, searches), "d-7")

    assert [type(event).__name__ for event in searches.events] == ["MatchWithdrawn"]
