"""Two processes begin one reservation: the one that comes second takes nothing back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from contracts.values import Requirements
from services.matching.domain.drivers import commitments, reservations
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches.search import Outcome, Search, Status
from services.matching.handlers.driver_due import DriverDueHandler
from services.runtime.change import Stored
from tests.support.builders import NOW
from tests.unit.matching.conftest import build_driver
from tests.unit.matching.test_reserving import booked

if TYPE_CHECKING:
    from collections.abc import Callable


class Kept:
    """One aggregate; `meanwhile` is what another process writes between our read and our write."""

    def __init__(self, state: Any, meanwhile: Callable[[Any], Any] | None = None) -> None:
        self.state, self.meanwhile, self.events = state, meanwhile, ()

    async def get(self, _: str) -> Stored[Any]:
        return Stored("x", 1, self.state)

    async def change(
        self, _: str, __: object, decide: Callable[[Any], Any], *, expect_new: bool = False
    ) -> Any:
        if self.meanwhile is not None and not expect_new:
            self.state, self.meanwhile = self.meanwhile(self.state), None
        change = decide(self.state)
        if change is not None:
            self.state, self.events = change.state, (*self.events, *change.events)
        return None if change is None else change.state


def a_reservation() -> tuple[Driver, Search, str]:
    search, taken = booked("o-1", NOW + timedelta(minutes=40))
    driver = commitments.confirmed(commitments.taken(build_driver(), taken, Requirements(), NOW), "o-1", 1)
    assert driver is not None
    won = tuple(replace(offer, outcome=Outcome.ACCEPTED) for offer in search.offers)
    return driver, replace(search, status=Status.MATCHED, winner=taken.offer_id, offers=won), taken.offer_id


def the_context(drivers: Kept, searches: Kept) -> Any:
    clock = SimpleNamespace(now=lambda: NOW + timedelta(minutes=26))
    nudge = SimpleNamespace(search=lambda _: None, available=lambda _: None)
    return SimpleNamespace(
        drivers=drivers,
        searches=searches,
        patience=timedelta(seconds=30),
        clock=clock,
        nudge=nudge,
        whereabouts=None,
    )


async def test_a_reservation_that_another_process_has_begun_meanwhile_is_not_lost() -> None:
    driver, search, offer_id = a_reservation()
    drivers = Kept(driver, lambda state: reservations.begun(state, offer_id, NOW + timedelta(minutes=26)))
    searches = Kept(search)

    await DriverDueHandler(the_context(drivers, searches), timedelta(minutes=5))("d-7")

    assert drivers.state.live is not None
    assert searches.events == ()
    assert searches.state == search


async def test_a_reservation_of_a_driver_who_has_gone_home_is_lost() -> None:
    driver, search, _ = a_reservation()
    drivers, searches = Kept(replace(driver, shift=None)), Kept(search)

    await DriverDueHandler(the_context(drivers, searches), timedelta(minutes=5))("d-7")

    assert [type(event).__name__ for event in searches.events] == ["MatchWithdrawn"]
