"""A machine that plays the city: time, messages, crashes, and what must hold at every moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.events.matching import MatchMade, OfferClosed, OfferMade
from contracts.events.orders import OrderDriverAssigned, OrderDriverUnassigned
from contracts.requests import drivers as said
from contracts.values import OrderStatus
from services.matching.domain.searches.search import SearchStatus
from tests.support import builders
from tests.unit.matching.city import City
from tests.unit.matching.conftest import RULES

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from contracts.message import Message

SHELTER = "shelter"
DRIVERS = ("d-1", "d-2", "d-3", "d-4")
DRIVER, PROCESS = st.sampled_from(DRIVERS), st.sampled_from((0, 1))
NUMBER = st.integers(0, 9)
DRIVEN = {OrderStatus.ASSIGNED, OrderStatus.AT_PICKUP, OrderStatus.PICKED_UP}
MOST_OPEN = 3


def in_its_order(event: Message[Any]) -> int:
    """The sequence of an event, which every event of an order has."""
    assert event.sequence is not None
    return event.sequence


class CityMachine(RuleBasedStateMachine):
    """Handlers stop before each read and write; the machine chooses which goes on, repeats, or crashes."""

    evening_s = 10

    @initialize()
    def dawn(self) -> None:
        self.runner = asyncio.Runner()
        self.orders = 0
        self.city = City(
            replace(RULES, stagger=timedelta()), from_the_shelter=lambda order: order.startswith(SHELTER)
        )
        for name in DRIVERS:
            self.city.say(builders.a_driver_registered(driver_id=name))
            self.city.say(builders.a_residence_attested(driver_id=name))
            self.city.say(builders.a_shift_started(driver_id=name))
        self._do(self.city.post.calm(Random(0)))

    @rule(seconds=st.integers(1, 20), heard=st.sets(DRIVER))
    def time_passes(self, seconds: int, heard: set[str]) -> None:
        self.city.clock.time += timedelta(seconds=seconds)
        self.city.positions.reported.update(dict.fromkeys(heard, self.city.clock.now()))
        self.city.post.look_again()

    @rule(process=PROCESS)
    def timers_fire(self, process: int) -> None:
        self._do(self.city.fire(process))

    @precondition(lambda self: self.city.post.bag)
    @rule(number=st.integers(0, 30), process=PROCESS, again=st.booleans())
    def message_comes(self, number: int, process: int, again: bool) -> None:
        self._do(self.city.post.deliver(number, process, again=again))

    @precondition(lambda self: self.city.turns.waiting)
    @rule(number=NUMBER)
    def one_goes_on(self, number: int) -> None:
        self._do(self.city.post.go_on(number))

    @rule(chances=st.integers(0, 2**16), most=st.sampled_from([5, 20, 200]))
    def many_go_on(self, chances: int, most: int) -> None:
        self._rest(Random(chances), most)

    @rule(process=PROCESS)
    def process_dies(self, process: int) -> None:
        self._do(self.city.post.kill(process))

    @invariant()
    def a_driver_drives_one_order_at_most(self) -> None:
        driven = Counter(
            order.driver_id for order in self.city.orders.states().values() if order.status in DRIVEN
        )
        assert max(driven.values(), default=0) <= 1, driven

    @invariant()
    def an_order_has_one_driver_at_most(self) -> None:
        drives: dict[str, str] = {}
        events = [*self.city.said(OrderDriverAssigned), *self.city.said(OrderDriverUnassigned)]
        for event in sorted(events, key=in_its_order):
            order, driver = event.data.order_id, event.data.driver_id
            if isinstance(event.data, OrderDriverAssigned):
                assert order not in drives, f"{order}: {driver} beside {drives[order]}"
                drives[order] = driver
            else:
                assert drives.pop(order) == driver

    @invariant()
    def an_offer_closes_once_and_wins_once(self) -> None:
        closed = Counter(event.data.offer_id for event in self.city.said(OfferClosed))
        won = Counter(event.data.offer_id for event in self.city.said(MatchMade))
        assert set(closed.values()) | set(won.values()) <= {1}

    @invariant()
    def at_most_three_offers_are_open_and_none_of_a_closed_search(self) -> None:
        for search in self.city.searches.states().values():
            assert len(search.open_offers) <= (MOST_OPEN if search.status is SearchStatus.OPEN else 0)

    @invariant()
    def only_available_drivers_wait_in_a_queue(self) -> None:
        for driver in self.city.drivers.states().values():
            assert driver.standby is None or (driver.shift and not driver.live and not driver.emergencies)

    def teardown(self) -> None:
        """Bring everything to an end: live orders are delivered, and nothing is left over."""
        if not hasattr(self, "runner"):
            return
        try:
            self._evening()
        finally:
            self.runner.close()

    def _evening(self) -> None:
        for _ in range(40):
            self._rest(Random(1))
            self.city.clock.time += timedelta(seconds=self.evening_s)
            self.city.post.look_again()
            self._do(self.city.fire(0))
        for order in self.city.orders.states().values():
            if order.status in DRIVEN:
                self.city.say(said.DriverDelivered(driver_id=order.driver_id, order_id=order.order_id))
        self._rest(Random(2))
        assert not self.city.post.busy
        assert not self.city.post.ladder
        assert all(order.ended for order in self.city.orders.states().values())
        assert [driver.driver_id for driver in self.city.drivers.states().values() if driver.live] == []
        assert not [
            search.order_id
            for search in self.city.searches.states().values()
            if search.status is SearchStatus.OPEN
        ]
        made = {event.data.offer_id for event in self.city.said(OfferMade)}
        outcomes = {event.data.offer_id: event.data.outcome.value for event in self.city.said(OfferClosed)}
        stored = {
            offer.offer_id: offer.outcome
            for search in self.city.searches.states().values()
            for offer in search.offers
        }
        assert outcomes == stored
        assert outcomes.keys() == made
        assert [
            refusal for refusal in self.city.post.refused if not refusal.message_id.startswith("m-")
        ] == []
        self._records_count_only_offers_that_could_be_won()

    def _searched(self) -> list[str]:
        return sorted(
            key for key, search in self.city.searches.states().items() if search.status is SearchStatus.OPEN
        )

    def _open_offers(self) -> list[Any]:
        return [offer for key in self._searched() for offer in self.city.searches.states()[key].open_offers]

    def _answer(self, offer: Any, accepts: bool) -> None:
        answer = said.DriverOfferAccepted if accepts else said.DriverOfferDeclined
        self.city.say(answer(driver_id=offer.driver_id, offer_id=offer.offer_id))

    def _records_count_only_offers_that_could_be_won(self) -> None:
        outcomes = Counter(
            (event.data.driver_id, event.data.outcome.value) for event in self.city.said(OfferClosed)
        )
        for name, driver in self.city.drivers.states().items():
            record = driver.record
            assert record.declines == outcomes[name, "declined"]
            assert record.lapses <= outcomes[name, "expired"]
            assert record.cancels + record.vanished <= record.accepts <= outcomes[name, "accepted"]

    def _rest(self, chance: Random, most: int = 10_000) -> None:
        self._do(self.city.post.rest(chance, most))

    def _do(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        self.runner.run(run())
