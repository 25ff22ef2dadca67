"""The table to read first: every message type that the service handles, and its handler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.message import Message
from contracts.queues import QUEUES
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.webhooks.delivery import WebhookDelivery
from services.notifications.domain.webhooks.webhook import Webhook
from services.notifications.handlers.agency_event import on_agency_event
from services.notifications.handlers.agency_webhook_registered import on_webhook_registered
from services.notifications.handlers.emergency_raised import on_emergency_raised
from services.notifications.handlers.order_event import on_order_event
from services.notifications.handlers.recipient_contact_registered import on_contact_registered
from services.notifications.handlers.recipient_erasure_requested import on_erasure_requested
from services.notifications.ports import Vault
from services.notifications.sending.leased_store import LeasedStore
from services.notifications.sending.opener import Opener
from services.runtime.change import Store
from services.runtime.clock import Clock
from services.runtime.route import Fire, Handler, Route

ORDER_EVENTS, RECEIPTS = "notifications.order_event", "notifications.agency_receipt"
FOR_AGENCIES = frozenset({*QUEUES[ORDER_EVENTS].types, *QUEUES[RECEIPTS].types})
"""Types that an agency may subscribe to: the events of its orders, and its receipts."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the handlers work with.

    `on_duty`: operators to tell. `post`: starts to post a webhook delivery.
    """

    contacts: Store[Contact]
    webhooks: Store[Webhook]
    deliveries: LeasedStore[WebhookDelivery]
    vault: Vault
    clock: Clock
    opener: Opener
    post: Fire
    on_duty: Sequence[str] = ()
    plain_http: bool = False


def routes(context: Context) -> Sequence[Route]:
    """Every route. A type that is bound to a queue and has no handler fails at the start."""
    contacts, webhooks, vault, clock = context.contacts, context.webhooks, context.vault, context.clock
    agency_event = on_agency_event(webhooks, context.deliveries, context.post)
    order_event = in_turn(on_order_event(context.opener, context.on_duty), agency_event)
    return (
        Route(
            "notifications.recipient_contact",
            {
                "recipient.contact_registered.v1": on_contact_registered(contacts, vault, clock),
                "recipient.erasure_requested.v1": on_erasure_requested(contacts, vault, clock),
            },
        ),
        Route(
            "notifications.emergency",
            {"emergency.raised.v1": on_emergency_raised(context.opener, context.on_duty)},
        ),
        Route(
            "notifications.agency_webhook",
            {
                "agency.webhook_registered.v1": on_webhook_registered(
                    webhooks, vault, clock, FOR_AGENCIES, plain_http=context.plain_http
                )
            },
        ),
        Route(RECEIPTS, dict.fromkeys(QUEUES[RECEIPTS].types, agency_event)),
        Route(ORDER_EVENTS, dict.fromkeys(QUEUES[ORDER_EVENTS].types, order_event)),
    )


def in_turn(*handlers: Handler) -> Handler:
    """One handler that calls several. Each is harmless to repeat when a later one fails."""

    async def handle(message: Message[Any]) -> None:
        for handler in handlers:
            await handler(message)

    return handle
