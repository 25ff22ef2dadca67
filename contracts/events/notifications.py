"""What became of telling somebody. No address, no text."""

from __future__ import annotations

from contracts.measures import EventId, ReasonCode
from contracts.values import Id, Short, Value


class NotificationSent(Value):
    """A channel took the notification; `cause` is the id of the event it tells of."""

    notification_id: Id
    recipient_id: Id
    channel: Short
    cause: EventId
    template: Short


class NotificationFailed(NotificationSent):
    """No channel took it."""

    reason: ReasonCode
