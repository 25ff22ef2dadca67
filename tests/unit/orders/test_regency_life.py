"""Any message, in any order and any number of times: the promises about orders hold for each service."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contracts.values import OrderStatus, rfc3339
from tests.unit.orders.payers import CAP, PAID_BY_OTHERS, budget, pledge
from tests.unit.orders.regency import WANTED, an_order
from tests.unit.orders.regency_promises import RegencyPromises
from tests.unit.orders.sayings import driver_says, forged, matching_says, merchant_says, parties_say

if TYPE_CHECKING:
    from contracts.values import Value
    from services.orders.domain.order import Order

S = OrderStatus
MOST_ORDERS = 5
HAS_GOODS = {S.PICKED_UP, S.RETURNING, S.AWAITING_RETURN}
OUTCOMES = ("delivers", "delivers", "finds nobody", "brings back", "takes it back", "rides back", "is back")
NUMBER = st.integers(0, 9)
DRIVERS = st.sampled_from(["d-1", "d-2", "d-3"])


class RegencyLife(RegencyPromises):
    """Messages lie in a bag until they are delivered: late, twice, out of order, or forged."""

    services = sorted(WANTED)

    @precondition(lambda self: self.ordered < MOST_ORDERS)
    @rule(which=st.integers(0, 99), at_once=st.booleans())
    def order(self, which: int, at_once: bool) -> None:
        service = self.services[which % len(self.services)]
        self.ordered += 1
        self.regency.say(an_order(f"{service}-{self.ordered}", service))
        if at_once:
            self._calm()

    @precondition(lambda self: self.regency.orders.documents)
    @rule(
        number=NUMBER, driver=DRIVERS, answer=st.sampled_from(["made", "made", "made", "failed", "withdrawn"])
    )
    def matching_answers(self, number: int, driver: str, answer: str) -> None:
        self.regency.say(matching_says(self.regency.order(number), driver)[answer])

    @precondition(lambda self: self.regency.orders.documents)
    @rule(number=NUMBER, chance=st.integers(0, 99), lies=st.booleans())
    def driver_speaks(self, number: int, chance: int, lies: bool) -> None:
        order = self.regency.order(number)
        self._one_of(driver_says(order, self.regency.digits(order)), chance, lies)

    @precondition(lambda self: self.regency.orders.documents)
    @rule(number=NUMBER, chance=st.integers(0, 99), lies=st.booleans())
    def merchant_speaks(self, number: int, chance: int, lies: bool) -> None:
        until = rfc3339(self.regency.clock.now() + timedelta(seconds=90))
        self._one_of(merchant_says(self.regency.order(number), until), chance, lies)

    @precondition(lambda self: self.regency.orders.documents)
    @rule(number=NUMBER, chance=st.integers(0, 99), lies=st.booleans())
    def party_speaks(self, number: int, chance: int, lies: bool) -> None:
        self._one_of(parties_say(self.regency.order(number)), chance, lies)

    @precondition(lambda self: self.regency.orders.documents)
    @rule(number=NUMBER, driver=DRIVERS)
    def all_goes_well(self, number: int, driver: str) -> None:
        """Bring one order as far as the door, which the rules above seldom reach by chance."""
        order = self.regency.order(number)
        self.regency.say(merchant_says(order, rfc3339(self.regency.clock.now()))["is ready"])
        self._calm()
        self.regency.say(matching_says(self.regency.order(number), driver)["made"])
        self._calm()
        order = self.regency.order(number)
        self.regency.say(driver_says(order, None)["picks up"])
        self._calm()

    @precondition(lambda self: self._on_the_way())
    @rule(number=NUMBER, outcome=st.sampled_from(OUTCOMES))
    def at_the_door(self, number: int, outcome: str) -> None:
        on_the_way = self._on_the_way()
        order = on_the_way[number % len(on_the_way)]
        self.regency.say({**driver_says(order, self.regency.digits(order)), **parties_say(order)}[outcome])
        self._calm()

    @precondition(lambda self: self.regency.post.bag)
    @rule(number=st.integers(0, 30), again=st.booleans())
    def message_comes(self, number: int, again: bool) -> None:
        self._deliver(number, again=again)

    @rule()
    def all_come(self) -> None:
        self._calm()

    @rule(seconds=st.sampled_from([1, 30, 90, 200, 900, 20_000]))
    def time_passes(self, seconds: int) -> None:
        self.regency.clock.time += timedelta(seconds=seconds)
        self.regency.post.look_again()

    @rule()
    def timers_fire(self) -> None:
        self._do(self.regency.fire())

    @rule(cap=st.sampled_from([CAP, 2 * CAP, 4 * CAP]), pledged=st.booleans())
    def more_money_comes(self, cap: int, pledged: bool) -> None:
        self.regency.say(pledge() if pledged else budget(max(cap, self.cap)))
        self.cap = max(cap, self.cap)

    def _on_the_way(self) -> list[Order]:
        return [order for order in self.regency.orders.states().values() if order.status in HAS_GOODS]

    def _one_of(self, sayings: dict[str, Value], chance: int, lies: bool) -> None:
        said = list(sayings.values())[chance % len(sayings)]
        self.regency.say(forged(said) if lies else said, forged=lies)


class PayersLife(RegencyLife):
    """The same where programmes and donors pay for all orders, and more orders come to their end."""

    services = sorted(PAID_BY_OTHERS)

    @precondition(lambda self: self.ordered < MOST_ORDERS)
    @rule(
        which=NUMBER,
        driver=DRIVERS,
        outcomes=st.sampled_from([("delivers",), ("finds nobody", "brings back"), ("cancels",)]),
    )
    def one_goes_to_its_end(self, which: int, driver: str, outcomes: tuple[str, ...]) -> None:
        before = set(self.regency.orders.documents)
        self.order(which, at_once=True)
        number = next(
            (
                place
                for place, each in enumerate(sorted(self.regency.orders.documents, reverse=True))
                if each not in before
            ),
            0,
        )
        self.all_goes_well(number, driver)
        for outcome in outcomes:
            order = self.regency.order(number)
            self.regency.say(
                {**driver_says(order, self.regency.digits(order)), **parties_say(order)}[outcome]
            )
            self._calm()


TestRegencyLife = RegencyLife.TestCase
MORNINGS = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestRegencyLife.settings = MORNINGS
TestPayersLife = PayersLife.TestCase
TestPayersLife.settings = MORNINGS
