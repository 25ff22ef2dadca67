"""Events of an agency's own orders, and its receipts: one webhook delivery for each, opened once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic_core import to_json

from contracts.message import Message, derived_id
from contracts.values import rfc3339
from services.notifications.domain.webhooks.delivery import WebhookDelivery
from services.notifications.domain.webhooks.webhook import Webhook
from services.notifications.sending.leased_store import LeasedStore
from services.runtime.change import Store, cause_of
from services.runtime.route import Fire, Handler


def on_agency_event(
    webhooks: Store[Webhook], deliveries: LeasedStore[WebhookDelivery], fire: Fire
) -> Handler:
    """An order without an agency costs nothing, one whose agency has no webhook costs a read.

    `fire` starts to post. A new delivery is posted from here, not by its timer, before which the backlog of
    other agencies may be due. A repeated message opens nothing: the delivery's id derives from the event's
    and the agency's.
    """

    async def handle(message: Message[Any]) -> None:
        agency_id: str | None = getattr(message.data, "agency_id", None)
        if agency_id is None:
            return
        stored = await webhooks.get(agency_id)
        if stored is None or not stored.state.wants(message.type, getattr(message.data, "service", None)):
            return
        opened = _delivery(message, agency_id, deliveries.clock.now())
        if await deliveries.open(opened, cause_of(message)):
            await fire(opened.id)

    return handle


def _delivery(message: Message[Any], agency_id: str, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        id=derived_id("webhook", message.source, message.id, agency_id),
        created_at=now,
        due=now,
        agency_id=agency_id,
        event_id=message.id,
        event_type=message.type,
        order_id=message.data.order_id,
        body=_body(message),
        traceparent=message.traceparent,
    )


def _body(message: Message[Any]) -> str:
    """The event in the structured mode of CloudEvents."""
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
