"""Which queue is handled by what."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.queues import QUEUES
from services.notifications.handlers.agency_event import InTurn, OnAgencyEvent
from services.notifications.handlers.agency_webhook_registered import OnWebhookRegistered
from services.notifications.handlers.emergency_raised import OnEmergencyRaised
from services.notifications.handlers.order_event import OnOrderEvent
from services.notifications.handlers.recipient_contact_registered import OnContactRegistered
from services.notifications.handlers.recipient_erasure_requested import OnErasureRequested
from services.runtime.route import Route

ORDER_EVENTS, RECEIPTS = "notifications.order_event", "notifications.agency_receipt"


def routes(
    on_contact: OnContactRegistered,
    on_erasure: OnErasureRequested,
    on_order_event: OnOrderEvent,
    on_emergency: OnEmergencyRaised,
    on_webhook: OnWebhookRegistered,
    on_agency_event: OnAgencyEvent,
) -> Sequence[Route]:
    """The table; a type that is bound to a queue and not handled fails at the start."""
    return (
        Route(
            "notifications.recipient_contact",
            {"recipient.contact_registered.v1": on_contact, "recipient.erasure_requested.v1": on_erasure},
        ),
        Route("notifications.emergency", {"emergency.raised.v1": on_emergency}),
        Route("notifications.agency_webhook", {"agency.webhook_registered.v1": on_webhook}),
        Route(RECEIPTS, dict.fromkeys(QUEUES[RECEIPTS].types, on_agency_event)),
        Route(
            ORDER_EVENTS, dict.fromkeys(QUEUES[ORDER_EVENTS].types, InTurn((on_order_event, on_agency_event)))
        ),
    )
