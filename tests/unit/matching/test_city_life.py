"""Whatever people do, however messages come and whenever a process dies: one driver an order, one live order a driver."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.events.emergencies import EmergencyRaised
from contracts.events.matching import MatchMade, OfferClosed, OfferMade
from contracts.events.orders import OrderDriverAssigned, OrderDriverUnassigned
from contracts.requests import drivers as said
from contracts.requests.orders import EmergencyResolved, OrderEmergencyRaised
from contracts.values import OrderStatus
from services.matching.domain.searches.search import Status
from tests.support import builders
from tests.unit.matching.city import HOSPITAL, City
from tests.unit.matching.conftest import RULES

if TYPE_CHECKING:
    from collections.abc import Awaitable

SHELTER, MOST_ORDERS = "shelter", 6
DRIVERS = ("d-1", "d-2", "d-3", "d-4")
DRIVER, PROCESS = st.sampled_from(DRIVERS), st.sampled_from((0, 1))
NUMBER = st.integers(0, 9)
OPERATOR = {"role": "operator", "id": "op-1"}
AGENCY = {"role": "agency", "id": "dispendukcapil"}
DRIVEN = {OrderStatus.ASSIGNED, OrderStatus.AT_PICKUP, OrderStatus.PICKED_UP}
MOST_OPEN = 3

FACTS: dict[str, Any] = {
    "shift ends": lambda name: said.DriverShiftEnded(driver_id=name),
    "shift begins": lambda name: builders.a_shift_started(driver_id=name),
    "suspended": lambda name: said.DriverSuspended.model_validate(
        {"driver_id": name, "by": OPERATOR, "reason": "complaint"}
    ),
    "reinstated": lambda name: said.DriverReinstated.model_validate({"driver_id": name, "by": OPERATOR}),
    "moved away": lambda name: said.DriverResidenceRevoked.model_validate({"driver_id": name, "by": AGENCY}),
    "attested": lambda name: builders.a_residence_attested(driver_id=name),
    "queues up": lambda name: said.DriverStandbyJoined(driver_id=name, standby_id=HOSPITAL),
    "leaves the queue": lambda name: said.DriverStandbyLeft(driver_id=name, standby_id=HOSPITAL),
}
STEPS: dict[str, Any] = {
    "arrives": said.DriverArrived,
    "picks up": said.DriverPickedUp,
    "delivers": said.DriverDelivered,
    "cancels": lambda **who: said.DriverCancelled(**who, reason="flat tyre"),
    "calls for help": lambda **who: said.DriverEmergencyRaised.model_validate(
        {**who, "place": {"lat": -8.2, "lng": 114.3}}
    ),
}


class CityLife(RuleBasedStateMachine):
    """Handlers stop before each read and each write; the machine chooses who goes on, what comes twice, and who dies."""

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

    @precondition(lambda self: len(self.city.orders.documents) < MOST_ORDERS)
    @rule(from_the_shelter=st.booleans())
    def order(self, from_the_shelter: bool) -> None:
        self.orders += 1
        self.city.say(
            builders.an_order_requested(order_id=f"{SHELTER if from_the_shelter else 'o'}-{self.orders}")
        )

    @precondition(lambda self: len(self.city.orders.documents) < MOST_ORDERS)
    @rule(
        from_the_shelter=st.booleans(),
        names=st.lists(DRIVER, min_size=1, max_size=3, unique=True),
        pressing=st.integers(1, 3),
    )
    def order_and_accept(self, from_the_shelter: bool, names: list[str], pressing: int) -> None:
        """As far as the accepts, which nobody has heard of yet: alone the rules above seldom come so far."""
        self.order(from_the_shelter)
        self._rest(Random(4))
        for order_id in self._searched()[-1:]:
            for name in names:
                self._do(self.city.post.begin(self.city.ask(order_id, name), 0))
            self._rest(Random(5))
            for offer in [offer for offer in self._open_offers() if offer.driver_id in names][:pressing]:
                self._answer(offer, accepts=True)

    @precondition(lambda self: self.city.orders.documents)
    @rule(number=NUMBER, by=st.sampled_from([OPERATOR, {"role": "customer", "id": "c-1"}]))
    def customer_cancels(self, number: int, by: Any) -> None:
        order = sorted(self.city.orders.documents)[-1 - number % len(self.city.orders.documents)]
        self.city.say(builders.a_cancellation_requested(order_id=order, by=by))

    @precondition(lambda self: self._searched())
    @rule(number=NUMBER, names=st.lists(DRIVER, min_size=1, max_size=4, unique=True), process=PROCESS)
    def ask(self, number: int, names: list[str], process: int) -> None:
        searched = self._searched()
        for name in names:
            self._do(self.city.post.begin(self.city.ask(searched[number % len(searched)], name), process))

    @precondition(lambda self: self._open_offers())
    @rule(number=NUMBER, accepts=st.sampled_from([True, True, False]))
    def answer(self, number: int, accepts: bool) -> None:
        offers = self._open_offers()
        self._answer(offers[number % len(offers)], accepts)

    @precondition(lambda self: self.city.said(OfferMade))
    @rule(number=NUMBER, accepts=st.booleans())
    def answer_an_old_offer(self, number: int, accepts: bool) -> None:
        offers = self.city.said(OfferMade)
        self._answer(offers[-1 - number % len(offers)].data, accepts)

    @precondition(lambda self: len(self._open_offers()) > 1)
    @rule()
    def everybody_accepts(self) -> None:
        for offer in self._open_offers():
            self._answer(offer, accepts=True)

    @rule()
    def all_can_work(self) -> None:
        for name in DRIVERS:
            for fact in ("reinstated", "attested", "shift begins"):
                self.city.say(FACTS[fact](name))
        self._rest(Random(3))

    @rule(name=DRIVER, fact=st.sampled_from(sorted(FACTS)))
    def driver_says(self, name: str, fact: str) -> None:
        self.city.say(FACTS[fact](name))

    @precondition(lambda self: self.city.said(OrderDriverAssigned))
    @rule(number=NUMBER, step=st.sampled_from(sorted(STEPS)))
    def driver_goes_on(self, number: int, step: str) -> None:
        assigned = self.city.said(OrderDriverAssigned)
        trip = assigned[-1 - number % len(assigned)].data
        self.city.say(STEPS[step](driver_id=trip.driver_id, order_id=trip.order_id))

    @precondition(lambda self: self.city.orders.documents)
    @rule(number=NUMBER)
    def passenger_calls_for_help(self, number: int) -> None:
        order = sorted(self.city.orders.documents)[-1 - number % len(self.city.orders.documents)]
        call = {
            "order_id": order,
            "by": {"role": "customer", "id": "c-1"},
            "place": {"lat": -8.2, "lng": 114.3},
        }
        self.city.say(OrderEmergencyRaised.model_validate(call))

    @precondition(lambda self: self.city.said(EmergencyRaised))
    @rule(number=NUMBER)
    def emergency_is_looked_after(self, number: int) -> None:
        raised = self.city.said(EmergencyRaised)
        emergency = raised[-1 - number % len(raised)].data
        self.city.say(
            EmergencyResolved.model_validate({"emergency_id": emergency.emergency_id, "by": OPERATOR})
        )

    @rule(seconds=st.integers(1, 20), heard=st.sets(DRIVER))
    def time_passes(self, seconds: int, heard: set[str]) -> None:
        self.city.clock.time += timedelta(seconds=seconds)
        self.city.whereabouts.reported.update(dict.fromkeys(heard, self.city.clock.now()))
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
        for event in sorted(events, key=lambda event: event.sequence):
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
    def three_offers_are_open_at_most_and_none_of_a_search_that_is_not(self) -> None:
        for search in self.city.searches.states().values():
            assert len(search.open_offers) <= (MOST_OPEN if search.status is Status.OPEN else 0)

    @invariant()
    def only_who_can_go_waits_in_a_queue(self) -> None:
        for driver in self.city.drivers.states().values():
            assert driver.standby is None or (driver.shift and not driver.live and not driver.emergencies)

    def teardown(self) -> None:
        """Everything comes to rest: what is still driven is delivered, and nothing is left over."""
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
            search.order_id for search in self.city.searches.states().values() if search.status is Status.OPEN
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
        self._everybody_is_judged_for_what_he_could_win()

    def _searched(self) -> list[str]:
        return sorted(
            key for key, search in self.city.searches.states().items() if search.status is Status.OPEN
        )

    def _open_offers(self) -> list[Any]:
        return [offer for key in self._searched() for offer in self.city.searches.states()[key].open_offers]

    def _answer(self, offer: Any, accepts: bool) -> None:
        answer = said.DriverOfferAccepted if accepts else said.DriverOfferDeclined
        self.city.say(answer(driver_id=offer.driver_id, offer_id=offer.offer_id))

    def _everybody_is_judged_for_what_he_could_win(self) -> None:
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


TestCityLife = CityLife.TestCase
TestCityLife.settings = settings(
    max_examples=50, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
