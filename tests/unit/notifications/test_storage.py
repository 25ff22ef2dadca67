"""How notifications and webhook deliveries are stored."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.notifications.adapters.storage.notifications import notification_kind
from services.notifications.adapters.storage.webhooks import delivery_kind
from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.webhooks.delivery import PostAttempt
from tests.support.builders import NOW
from tests.support.telling import RETRIES, a_delivery, a_notification

if TYPE_CHECKING:
    from services.runtime.storage.kind import Kind


@pytest.mark.parametrize(
    "kind",
    [notification_kind(timedelta(days=1)), delivery_kind(timedelta(days=1))],
    ids=lambda kind: kind.name,
)
def test_history_is_bounded_even_if_it_is_put_off_all_day(kind: Kind[Any]) -> None:
    assert kind.keep_history == 50


def test_the_fields_of_a_stored_webhook_delivery_keep_their_names() -> None:
    kind, delivery = delivery_kind(timedelta(days=1)), a_delivery(attempts=(PostAttempt(NOW, "503"),))

    document = kind.encode(delivery)

    assert document == {
        "id": "n-1",
        "agency_id": "dukcapil",
        "event_id": "e-1",
        "event_type": "receipt.issued.v1",
        "order_id": "o-1",
        "body": "{}",
        "created_at": NOW,
        "status": "pending",
        "due": None,
        "tries": 0,
        "attempts": ({"at": NOW, "detail": "503"},),
        "reason": None,
        "traceparent": None,
    }
    assert kind.decode(document) == delivery


def test_the_fields_of_a_stored_notification_keep_their_names() -> None:
    kind = notification_kind(timedelta(days=1))
    probe = AttemptResult(Result.UNAVAILABLE, "email", detail="smtp_421", probe=True)
    notification = a_notification(contact_roles=("customer",)).settled(probe, NOW, RETRIES, jitter=0)

    document = kind.encode(notification)

    assert document == {
        "role": "customer",
        "recipient_id": "c-1",
        "template": "order.completed",
        "parameters": {},
        "cause": {
            "source": "/gancang/orders",
            "id": "e-1",
            "type": "order.completed.v1",
            "order_id": "o-1",
            "traceparent": None,
            "sequence": 4,
        },
        "created_at": NOW,
        "status": "pending",
        "due": NOW + timedelta(seconds=2),
        "claims": 0,
        "channel": "email",
        "reason": None,
        "attempts": [
            {
                "at": NOW,
                "channel": "email",
                "result": "unavailable",
                "skipped": [],
                "detail": "smtp_421",
                "doubtful": False,
                "trial": True,
            }
        ],
        "id": "n-1",
        "roles": ["customer"],
        "thread": "o-1|customer|c-1",
        "doubts": 0,
    }
    assert kind.decode(document) == notification
