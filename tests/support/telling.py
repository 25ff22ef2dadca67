"""Notifications, contacts and plans to tell stories with."""

from __future__ import annotations

from typing import Any

from services.notifications.domain.attempts import Cause
from services.notifications.domain.channels.contact import Contact, SealedChannel
from services.notifications.domain.notification import Notification
from services.notifications.domain.retry_policy import Plan
from tests.support.builders import NOW

PLAN = Plan(failures=3, failures_ringing=2)
EMAIL = SealedChannel("email", b"1")
PUSH = SealedChannel("push", b"2")
SMS = SealedChannel("sms", b"3")
ORDER = ("push", "whatsapp", "email", "sms")


def a_notification(event_type: str = "order.completed.v1", **changes: Any) -> Notification:
    cause = Cause("/gancang/orders", "e-1", event_type, "o-1", sequence=4)
    template = event_type.removesuffix(".v1")
    fields = {"id": "n-1", "role": "customer", "recipient_id": "c-1", "template": template, "parameters": {}}
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
