"""How webhooks and their deliveries are stored in MongoDB."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from services.notifications.adapters.storage import SOURCE
from services.notifications.domain.lease import SendStatus
from services.notifications.domain.webhooks.delivery import PostAttempt, WebhookDelivery
from services.notifications.domain.webhooks.webhook import Webhook
from services.runtime.clock import real_now
from services.runtime.storage.kind import Kind

Document = dict[str, Any]
WEBHOOKS, DELIVERIES = "webhooks", "webhook_deliveries"
KEEP_HISTORY = 50


def webhook_kind() -> Kind[Webhook]:
    """One document for each agency, without expiry."""
    return Kind(
        name="webhook",
        collection=WEBHOOKS,
        source=SOURCE,
        encode=lambda state: {
            **asdict(state),
            "types": sorted(state.types),
            "services": sorted(state.services),
        },
        decode=_decode_webhook,
        timers=lambda _: {},
        keep_seen=50,
        keep_history=KEEP_HISTORY,
    )


def delivery_kind(retention: timedelta) -> Kind[WebhookDelivery]:
    """One document for each event and agency; removed `retention` (real time) after its end."""

    def timers(state: WebhookDelivery) -> dict[str, datetime]:
        return {} if state.due is None else {"send": state.due}

    return Kind(
        name="webhook delivery",
        collection=DELIVERIES,
        source=SOURCE,
        encode=lambda state: {**asdict(state), "status": state.status.value},
        decode=_decode_delivery,
        timers=timers,
        expires=lambda state: real_now() + retention if state.ended else None,
        keep_history=KEEP_HISTORY,
        indexes=("state.agency_id",),
    )


def _decode_webhook(document: Document) -> Webhook:
    known = Webhook(**document)
    return replace(
        known, url=bytes(known.url), types=frozenset(known.types), services=frozenset(known.services)
    )


def _decode_delivery(document: Document) -> WebhookDelivery:
    attempts = tuple(PostAttempt(**row) for row in document["attempts"])
    return WebhookDelivery(**{**document, "status": SendStatus(document["status"]), "attempts": attempts})
