"""A new webhook delivery is posted when it is opened, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from services.notifications.domain.webhooks.delivery import WebhookDelivery
from services.notifications.domain.webhooks.webhook import Webhook
from services.notifications.handlers.agency_event import on_agency_event
from services.notifications.sending.leased_store import LeasedStore
from services.runtime.change import Store, Stored
from services.runtime.clock import SystemClock
from tests.support.agencies import RECEIPT, a_receipt
from tests.support.builders import NOW, a_message

if TYPE_CHECKING:
    from collections.abc import Callable

WEBHOOK = Webhook("dukcapil", b"", "a.test", frozenset({RECEIPT}), frozenset(), NOW, 1)


class Webhooks:
    async def get(self, agency_id: str) -> Stored[Webhook] | None:
        return Stored(agency_id, 1, WEBHOOK) if agency_id == "dukcapil" else None


class Deliveries:
    """Each is opened once."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    async def change(
        self, delivery_id: str, _: object, decide: Callable[[object], object], *, expect_new: bool
    ) -> str | None:
        assert expect_new
        new = decide(delivery_id if delivery_id in self.opened else None) is not None
        self.opened += [delivery_id] * new
        return delivery_id if new else None


async def test_a_new_delivery_is_posted_once_without_waiting_for_its_timer() -> None:
    deliveries = Deliveries()
    begun: list[str] = []

    async def fire(delivery_id: str) -> None:
        begun.append(delivery_id)

    store = LeasedStore(cast("Store[WebhookDelivery]", deliveries), SystemClock(), "/test")  # it only opens
    handle = on_agency_event(cast("Store[Webhook]", Webhooks()), store, fire)  # it only reads
    for receipt in (a_receipt(), a_receipt(), a_receipt(agency_id="dinkes")):
        await handle(a_message(receipt))

    assert begun == deliveries.opened
    assert len(begun) == 1
