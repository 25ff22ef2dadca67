"""What became of a notification. No address, no text."""

from __future__ import annotations

from pydantic import Field

from contracts.shared_fields import ReasonCode
from contracts.values import Id, Short, Value


class NotificationSent(Value):
    """A channel took the notification."""

    notification_id: Id = Field(description="The notification; there is one for each event and person.")
    recipient_id: Id = Field(description="The person or party to be told.")
    channel: Short = Field(
        description="The channel used last: `email`, `push`, `whatsapp`, `sms`, `log`, or `none` before "
        "the first try."
    )
    cause: Short = Field(description="The `ce-id` of the event that it tells of.")
    template: Short = Field(description="Which text it is, e.g. `order.completed`.")


class NotificationFailed(NotificationSent):
    """No channel took the notification."""

    reason: ReasonCode = Field(description="Why no channel took it, as a reason code.")
