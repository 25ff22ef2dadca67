"""A message as the broker delivered it, with the `x-gancang-` headers of our own re-publishing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pamqp.commands import Basic

from services.runtime.messaging.headers import encodable_headers, short
from services.runtime.messaging.incoming import Incoming

PERSISTENT = 2
ATTEMPTS = "x-gancang-attempts"
WAITING_SINCE = "x-gancang-waiting-since"
USER = "x-gancang-user"
ORIGIN_KEY = "x-gancang-routing-key"
OUR_PREFIX = "x-gancang-"
OUR_NOTES = frozenset({ATTEMPTS, WAITING_SINCE, USER, ORIGIN_KEY})
BROKER_NOTES = (
    "x-death",
    "x-first-death-exchange",
    "x-first-death-queue",
    "x-first-death-reason",
    "x-delivery-count",
)
# Sender-selected distribution: RabbitMQ sends copies to the queues they name, and would do so under our
# login.
SENDER_SELECTED = ("CC", "BCC")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message.

    `queue` is the queue it came from. `user` is the login that the broker has checked, now or before we
    re-published it.
    """

    queue: str
    body: bytes
    headers: dict[str, Any]
    content_type: str | None
    routing_key: str
    user: str | None
    message_id: str | None
    type: str | None
    correlation_id: str | None
    app_id: str | None

    @classmethod
    def of(cls, queue: str, message: Incoming, our_users: frozenset[str]) -> Delivery:
        """Read a message.

        Headers like ours are kept only from our own services, and only those that we read back.
        """
        ours = message.user_id in our_users
        headers = {
            name: value
            for name, value in message.headers.items()
            if not name.startswith(OUR_PREFIX) or (ours and name in OUR_NOTES)
        }
        origin = _text(headers.get(ORIGIN_KEY))
        return cls(
            queue=queue,
            body=message.body,
            headers=headers,
            content_type=message.content_type,
            routing_key=origin if origin is not None else message.routing_key or "",
            # A message that we re-published comes under our login; its sender is in our header, or unknown.
            user=_text(headers.get(USER)) if origin is not None else message.user_id,
            message_id=message.message_id,
            type=message.type,
            correlation_id=message.correlation_id,
            app_id=message.app_id,
        )

    @property
    def attempts(self) -> int:
        """How often a handler has failed on this message."""
        return _number(self.headers.get(ATTEMPTS))

    @property
    def waiting_since(self) -> float | None:
        """When it was first put on the ladder to wait: real seconds since 1970, or None."""
        noted = self.headers.get(WAITING_SINCE)
        return None if noted is None else _number(noted) / 1000

    def properties(self, our_user: str, notes: dict[str, Any]) -> Basic.Properties:
        """The properties to re-publish the message under our login, with our `notes` as further headers."""
        # A user that the sender has noted is dropped: under our login it would be believed.
        left_behind = {*BROKER_NOTES, *SENDER_SELECTED, USER}
        headers = encodable_headers(
            {name: value for name, value in self.headers.items() if name not in left_behind}
        )
        headers.update(notes)
        headers[ORIGIN_KEY] = self.routing_key
        if self.user is not None:
            headers[USER] = self.user
        return Basic.Properties(
            content_type=self.content_type,
            headers=headers,
            delivery_mode=PERSISTENT,
            message_id=short(self.message_id),
            message_type=short(self.type),
            correlation_id=short(self.correlation_id),
            app_id=short(self.app_id),
            user_id=our_user,
        )


def _text(value: Any) -> str | None:
    return short(value) if isinstance(value, str) else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
