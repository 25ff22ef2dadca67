"""Any acts of people, any order of messages, any crash: one driver an order, one live order a driver."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contracts.events.emergencies import EmergencyRaised
from contracts.events.matching import OfferMade
from contracts.events.orders import OrderDriverAssigned
from contracts.requests import drivers as said
from contracts.requests.orders import EmergencyResolved, OrderEmergencyRaised
from tests.support import builders
from tests.unit.matching.city import HOSPITAL
from tests.unit.matching.city_machine import DRIVER, DRIVERS, NUMBER, PROCESS, SHELTER, CityMachine

MOST_ORDERS = 6
OPERATOR = {"role": "operator", "id": "op-1"}
AGENCY = {"role": "agency", "id": "dispendukcapil"}

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


class CityLife(CityMachine):
    """What the people of the city may do."""

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
        """Begin with accepts on their way: by chance alone the rules above seldom get so far."""
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
    def all_accept(self) -> None:
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
    def emergency_is_closed(self, number: int) -> None:
        raised = self.city.said(EmergencyRaised)
        emergency = raised[-1 - number % len(raised)].data
        self.city.say(
            EmergencyResolved.model_validate({"emergency_id": emergency.emergency_id, "by": OPERATOR})
        )


TestCityLife = CityLife.TestCase
TestCityLife.settings = settings(
    max_examples=50, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
