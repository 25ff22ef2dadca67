"""Promises about orders: what has to hold after every message, and at the end of the day."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from contracts.registry import CONTRACTS, Exchange
from contracts.values import OrderStatus
from services.orders.domain.kitchen.items import items_total
from services.orders.domain.order import ENDED
from services.orders.domain.transitions import TRANSITIONS
from tests.unit.orders.payers import CAP, add_up, settled
from tests.unit.orders.regency import Regency

if TYPE_CHECKING:
    from collections.abc import Awaitable

S = OrderStatus
EVENINGS = 24
STEPS = {(source, row.target) for row in TRANSITIONS.values() for source in row.sources} | {
    (status, status) for status in S
}
# One message makes two steps at most, because a later step implies the earlier one.
EDGES = {(here, there) for here, middle in STEPS for again, there in STEPS if middle is again}
WAITS_FOR_ITSELF = {S.AWAITING_FUNDS, S.SCHEDULED, S.AWAITING_MERCHANT, S.PREPARING, S.SEARCHING}
SECRETS = re.compile(r'"(lat|lng|room)":|the blue gate|Homestay Osing|the gas is empty')


class RegencyPromises(RuleBasedStateMachine):
    """Messages lie in a bag until they are delivered. Subclasses have the rules that send them."""

    @initialize()
    def dawn(self) -> None:
        self.runner = asyncio.Runner()
        self.regency = Regency()
        self.ordered, self.cap = 0, CAP
        self.ends: dict[str, OrderStatus] = {}
        self.effective: set[str] = set()
        self._calm()

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

    def _calm(self) -> None:
        while self.regency.post.bag:
            self._deliver(0, again=False)

    def _deliver(self, number: int, *, again: bool) -> None:
        """Read one message: a forged and a repeated one change nothing, others follow the table."""
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
