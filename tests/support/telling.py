"""Builders of notifications, contacts and a retry policy."""

from __future__ import annotations

from typing import Any

from services.notifications.domain.attempts import SourceEvent
from services.notifications.domain.channels.contact import Contact, SealedChannel
from services.notifications.domain.notification import Notification
from services.notifications.domain.retry_policy import RetryPolicy
from services.notifications.domain.webhooks.delivery import WebhookDelivery
from tests.support.builders import NOW

RETRIES = RetryPolicy(failures=3, failures_ringing=2)
EMAIL = SealedChannel("email", b"1")
PUSH = SealedChannel("push", b"2")
SMS = SealedChannel("sms", b"3")
ORDER = ("push", "whatsapp", "email", "sms")


def a_notification(event_type: str = "order.completed.v1", **changes: Any) -> Notification:
    cause = SourceEvent("/gancang/orders", "e-1", event_type, "o-1", sequence=4)
    template = event_type.removesuffix(".v1")
    fields = {
        "id": "n-1",
        "audience": "customer",
        "recipient_id": "c-1",
        "template": template,
        "parameters": {},
    }
    return Notification(**{**fields, "cause": cause, "created_at": NOW, **changes})


def a_contact(**changes: Any) -> Contact:
    fields = {
        "recipient_id": "c-1",
        "role": "customer",
        "locale": "id",
        "as_of": NOW,
        "channels": (SMS, EMAIL, PUSH),
    }
    return Contact(**{**fields, **changes})


def a_delivery(**changes: Any) -> WebhookDelivery:
    fields = {"id": "n-1", "created_at": NOW, "agency_id": "dukcapil", "event_id": "e-1", "order_id": "o-1"}
    return WebhookDelivery(**{**fields, "event_type": "receipt.issued.v1", "body": "{}", **changes})
