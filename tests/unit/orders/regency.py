"""The orders service on aggregates in memory, and every message that its parties may send."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from contracts.codes import one_time_code
from contracts.message import Message
from contracts.registry import TYPE_OF
from contracts.requests.orders import (
    OrderRequested,
)
from contracts.values import Value
from services.orders.app import build
from tests.support.builders import CUSTOMER, PARK
from tests.support.ledger_rows import LedgerRows
from tests.support.meals import HOMESTAY, RUJAK, TEMPONG, WARUNG, an_open_merchant
from tests.support.memory import Turns
from tests.support.post import Post, fires
from tests.unit.matching.city import CityClock, FakeRuntime
from tests.unit.orders.payers import PAID_BY_OTHERS, money_at_dawn
from tests.unit.orders.sayings import OFFICE

if TYPE_CHECKING:
    from services.orders.domain.order import Order

DOOR = {**PARK, "note": "the blue gate"}
HOSPITAL = {"lat": -8.2106, "lng": 114.3745, "label": "RSUD Blambangan"}
TONIGHT = "2026-11-24T18:00:00Z"

WANTED: dict[str, dict[str, Any]] = {
    "ride": {},
    "food": {"pickup": WARUNG, "dropoff": HOMESTAY, "items": [TEMPONG, RUJAK]},
    "meal-tonight": {
        "service": "food",
        "pickup": WARUNG,
        "dropoff": HOMESTAY,
        "items": [RUJAK],
        "scheduled_for": TONIGHT,
    },
    "document": {
        "customer": {"id": OFFICE, "kind": "agency", "locale": "id"},
        "agency_id": OFFICE,
        "recipient": {"id": "r-5"},
        "details": {"envelope": "ENV-0042"},
    },
    "medicine": {"recipient": {"id": "r-5"}},
    **PAID_BY_OTHERS,
    "parcel": {"recipient": {"id": "r-7"}, "details": {"weight_kg": 3.5, "size": "small"}},
    "ijen": {
        "dropoff": {"lat": -8.0716, "lng": 114.2236, "label": "Paltuding"},
        "scheduled_for": TONIGHT,
        "details": {"ticket_declared": True, "health_letter_declared": True},
    },
    "urgent": {"details": {"triage": "non_critical"}},
}
"""Service → what a good request says besides the usual. An entry with another name names its service."""


class Regency:
    """The orders service behind a post. `forged`: ids of messages that their sender may not send."""

    def __init__(self) -> None:
        self.clock = CityClock()
        self.turns = Turns()
        self.post = Post(self.turns, self.clock.now)
        self.publish = self.post.publish
        self.forged: set[str] = set()
        self.ledgers = LedgerRows()
        runtime = FakeRuntime("orders", self)  # type: ignore[arg-type]
        runtime.database["ledgers"] = self.ledgers
        self.key = runtime.settings.one_time_key
        application = asyncio.run(build(runtime))  # type: ignore[arg-type]
        self.stores = runtime.stores
        self.orders = next(store for store in runtime.stores if store.kind.name == "order")
        self.fires = fires(application.timers)
        self.post.subscribe(application.routes)
        self._sent = 0
        for fact in (*an_open_merchant(), *money_at_dawn()):
            self.say(fact)

    def say(self, data: Value, *, forged: bool = False) -> None:
        """Publish a message; it is not read yet."""
        self._sent += 1
        message = Message(f"m-{self._sent}", TYPE_OF[type(data)], "app.test", self.clock.now(), data)
        if forged:
            self.forged.add(message.id)
        self.publish(message)

    async def deliver(self, number: int, *, again: bool) -> None:
        """Let the service read one message, from beginning to end."""
        await self.post.deliver(number, 0, again=again)
        await self.finish()

    async def finish(self) -> None:
        """Let every waiting read and write go on."""
        while self.turns.waiting:
            await self.post.go_on(0)

    async def fire(self) -> None:
        """Fire all timers that are due."""
        for store, handle in self.fires.items():
            for each in store.due(self.clock.now()):
                await self.post.begin(handle(each), 0)
                await self.finish()

    def order(self, number: int) -> Order:
        """The order of this number, counted from the newest."""
        orders = sorted(self.orders.documents)
        order: Order = self.orders.states()[orders[-1 - number % len(orders)]]
        return order

    def digits(self, order: Order) -> str | None:
        """The digits of the recipient's code; None without a code."""
        return None if order.code is None else one_time_code(self.key, order.order_id, order.code.serial)


def an_order(order_id: str, service: str) -> OrderRequested:
    """A good request for a service."""
    usual = {
        "order_id": order_id,
        "service": service,
        "customer": CUSTOMER,
        "pickup": HOSPITAL,
        "dropoff": DOOR,
    }
    return OrderRequested.model_validate({**usual, **WANTED[service]})
