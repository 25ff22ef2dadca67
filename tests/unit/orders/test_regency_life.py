"""Any message, in any order and any number of times: the promises about orders hold for each service."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.registry import CONTRACTS, Exchange
from contracts.values import OrderStatus, rfc3339
from services.orders.domain.kitchen.items import items_total
from services.orders.domain.order import ENDED
from services.orders.domain.transitions import TRANSITIONS
from tests.unit.orders.payers import CAP, PAID_BY_OTHERS, add_up, budget, pledge, settled
from tests.unit.orders.regency import (
    WANTED,
    Regency,
    an_order,
    driver_says,
    forged,
    matching_says,
    merchant_says,
    parties_say,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from contracts.values import Value
    from services.orders.domain.order import Order

S = OrderStatus
MOST_ORDERS, EVENINGS = 5, 24
HAS_GOODS = {S.PICKED_UP, S.RETURNING, S.AWAITING_RETURN}
STEPS = {(source, row.target) for row in TRANSITIONS.values() for source in row.sources} | {
    (status, status) for status in S
}
# One message makes two steps at most, because a later step implies the earlier one.
EDGES = {(here, there) for here, middle in STEPS for again, there in STEPS if middle is again}
WAITS_FOR_ITSELF = {S.AWAITING_FUNDS, S.SCHEDULED, S.AWAITING_MERCHANT, S.PREPARING, S.SEARCHING}
SECRETS = re.compile(r'"(lat|lng|room)":|the blue gate|Homestay Osing|the gas is empty')
OUTCOMES = ("delivers", "delivers", "finds nobody", "brings back", "takes it back", "rides back", "is back")
NUMBER = st.integers(0, 9)
DRIVERS = st.sampled_from(["d-1", "d-2", "d-3"])


class RegencyLife(RuleBasedStateMachine):
    """Messages lie in a bag until they are delivered: late, twice, out of order, or from a stranger."""

    @initialize()
    def dawn(self) -> None:
        self.runner = asyncio.Runner()
        self.regency = Regency()
        self.ordered, self.cap = 0, CAP
        self.ends: dict[str, OrderStatus] = {}
        self.effective: set[str] = set()
        self._calm()

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

    @invariant()
    def what_has_ended_stays_as_it_ended(self) -> None:
        for order_id, order in self.regency.orders.states().items():
            if order.status in ENDED:
                assert self.ends.setdefault(order_id, order.status) is order.status
            else:
                assert order_id not in self.ends

    @invariant()
    def the_fare_is_that_of_the_items(self) -> None:
        for order in self.regency.orders.states().values():
            assert order.fare is None or order.fare.items_total == items_total(order.items)

    @rule(cap=st.sampled_from([CAP, 2 * CAP, 4 * CAP]), pledged=st.booleans())
    def more_money_comes(self, cap: int, pledged: bool) -> None:
        self.regency.say(pledge() if pledged else budget(max(cap, self.cap)))
        self.cap = max(cap, self.cap)

    @invariant()
    def every_rupiah_adds_up(self) -> None:
        add_up(self.regency.ledgers, self.regency.orders.states())

    @invariant()
    def goods_that_ended_have_a_whole_chain(self) -> None:
        for order in self.regency.orders.states().values():
            if order.details.get("envelope") and order.status in {S.COMPLETED, S.RETURNED}:
                steps = [str(link.step) for link in order.custody]
                assert steps[0] == "picked_up"
                assert steps[-1] == ("delivered" if order.status is S.COMPLETED else "return_confirmed")
                assert all(link.envelope for link in (order.custody[0], order.custody[-1]))

    def teardown(self) -> None:
        """At the end only orders with goods or passengers under way are left."""
        if not hasattr(self, "runner"):
            return
        try:
            self._evening()
        finally:
            self.runner.close()

    def _evening(self) -> None:
        for _ in range(EVENINGS):
            self._calm()
            self.regency.clock.time += timedelta(hours=1)
            self.regency.post.look_again()
            self._do(self.regency.fire())
        statuses = {order_id: order.status for order_id, order in self.regency.orders.states().items()}
        assert not {order_id for order_id, status in statuses.items() if status in WAITS_FOR_ITSELF}, statuses
        assert not self.regency.post.busy
        settled(self.regency.ledgers, self.regency.orders.states())
        self._nothing_leaks()
        assert [
            refusal for refusal in self.regency.post.refused if not CONTRACTS[refusal.type].is_request
        ] == []

    def _nothing_leaks(self) -> None:
        """No public event says who or where exactly, and no digits of a code are stored or published."""
        ours = [message for message in self.regency.post.heard.values() if not message.id.startswith("m-")]
        public = [
            message.data.model_dump_json()
            for message in ours
            if CONTRACTS[message.type].exchange is Exchange.EVENTS
        ]
        written = json.dumps([store.documents for store in self.regency.stores], default=str)
        assert not any(SECRETS.search(said) for said in public)
        for order in self.regency.orders.states().values():
            digits = self.regency.digits(order)
            assert digits is None or not any(re.search(rf"\b{digits}\b", text) for text in (written, *public))

    def _on_the_way(self) -> list[Order]:
        return [order for order in self.regency.orders.states().values() if order.status in HAS_GOODS]

    def _one_of(self, sayings: dict[str, Value], chance: int, lies: bool) -> None:
        said = list(sayings.values())[chance % len(sayings)]
        self.regency.say(forged(said) if lies else said, forged=lies)

    def _calm(self) -> None:
        while self.regency.post.bag:
            self._deliver(0, again=False)

    def _deliver(self, number: int, *, again: bool) -> None:
        """Read one message: a stranger's and a repeated one change nothing, others follow the table."""
        bag = self.regency.post.bag
        message = bag[number % len(bag)].message
        before = self._versions()
        statuses = {order_id: order.status for order_id, order in self.regency.orders.states().items()}
        self._do(self.regency.deliver(number, again=again))
        changed = {
            order_id for order_id, version in self._versions().items() if before.get(order_id) != version
        }
        assert not (changed and message.id in self.regency.forged), message
        assert not (changed and message.id in self.effective), message
        if changed:
            self.effective.add(message.id)
        for order_id in changed & statuses.keys():
            assert (statuses[order_id], self.regency.orders.states()[order_id].status) in EDGES

    def _versions(self) -> dict[str, Any]:
        return {order_id: document["version"] for order_id, document in self.regency.orders.documents.items()}

    def _do(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        self.runner.run(run())


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
