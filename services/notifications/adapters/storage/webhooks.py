"""How webhooks and their deliveries are kept in MongoDB."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from services.notifications.domain.webhooks.webhook import Attempt, Delivery, Status, Webhook
from services.notifications.sending.notification_store import SOURCE
from services.runtime.clock import real_now
from services.runtime.storage.aggregates import Kind

Document = dict[str, Any]
WEBHOOKS, DELIVERIES = "webhooks", "webhook_deliveries"
KEEP_HISTORY = 50


def webhooks() -> Kind[Webhook]:
    """One document for each agency, for years."""
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


def deliveries(retention: timedelta) -> Kind[Delivery]:
    """One document for each event and agency; removed `retention` (real time) after it has ended."""

    def timers(state: Delivery) -> dict[str, datetime]:
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


def _decode_delivery(document: Document) -> Delivery:
    attempts = tuple(Attempt(**row) for row in document["attempts"])
    return Delivery(**{**document, "status": Status(document["status"]), "attempts": attempts})
