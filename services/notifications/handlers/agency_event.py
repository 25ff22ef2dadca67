"""What an agency hears of its own orders by webhook: one delivery for each event, opened once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from contracts.message import Message, derived_id
from contracts.values import rfc3339
from services.notifications.domain.webhooks.webhook import Delivery, Webhook
from services.runtime.change import Change, Entry, Store, cause_of
from services.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class OnAgencyEvent:
    """Costs an order without an agency nothing, and one whose agency has no webhook a read.

    `fire`: begins to send, where there is a place. What is new is sent from here and not by its timer, before which others'
    backlogs may be due.
    """

    webhooks: Store[Webhook]
    deliveries: Store[Delivery]
    clock: Clock
    fire: Callable[[str], Awaitable[None]]

    async def __call__(self, message: Message[Any]) -> None:
        """Repeated, nothing is written twice: the delivery's id derives from the event's and the agency's."""
        agency_id: str | None = getattr(message.data, "agency_id", None)
        if agency_id is None:
            return
        stored = await self.webhooks.get(agency_id)
        if stored is None or not stored.state.wants(message.type, getattr(message.data, "service", None)):
            return
        now = self.clock.now()
        opened = Delivery(
            id=derived_id("webhook", message.source, message.id, agency_id),
            agency_id=agency_id,
            event_id=message.id,
            event_type=message.type,
            order_id=message.data.order_id,
            body=_body(message),
            created_at=now,
            due=now,
            traceparent=message.traceparent,
        )

        def decide(known: Delivery | None) -> Change[Delivery] | None:
            return None if known is not None else Change(opened, entry=Entry(opened.status.value, "system"))

        if await self.deliveries.change(opened.id, cause_of(message), decide, expect_new=True):
            await self.fire(opened.id)


@dataclass(frozen=True, slots=True)
class InTurn:
    """Several handlers of one message; each repeats harmlessly when a later one fails."""

    handlers: tuple[Callable[[Message[Any]], Awaitable[None]], ...]

    async def __call__(self, message: Message[Any]) -> None:
        """One after the other."""
        for handler in self.handlers:
            await handler(message)


def _body(message: Message[Any]) -> str:
    """The event in CloudEvents' structured mode."""
    event = {
        "specversion": "1.0",
        "id": message.id,
        "type": message.type,
        "source": message.source,
        "time": rfc3339(message.time),
        "subject": message.subject,
        "sequence": None if message.sequence is None else f"{message.sequence:010d}",
        "datacontenttype": "application/json",
        "data": message.data.model_dump(mode="json", exclude_none=True, by_alias=True),
    }
    return to_json({name: value for name, value in event.items() if value is not None}).decode()
