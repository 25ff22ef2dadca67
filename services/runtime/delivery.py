"""One message as the broker delivered it, with what our own re-publishing has noted on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aio_pika.abc import AbstractIncomingMessage
from pamqp.commands import Basic

PERSISTENT = 2
ATTEMPTS = "x-gancang-attempts"
WAITING_SINCE = "x-gancang-waiting-since"
USER = "x-gancang-user"
ORIGIN_KEY = "x-gancang-routing-key"
BROKER_NOTES = ("x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason", "x-delivery-count")


@dataclass(frozen=True, slots=True)
class Delivery:
    """`queue` is where it lay; `user` is the login that the broker has checked, or that we noted when we checked it."""

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
    def of(cls, queue: str, message: AbstractIncomingMessage, our_users: frozenset[str]) -> Delivery:
        """Read it; the note of the user is believed only from our own services."""
        headers = dict(message.headers)
        noted = headers.get(USER)
        user = str(noted) if noted is not None and message.user_id in our_users else message.user_id
        return cls(
            queue=queue,
            body=message.body,
            headers=headers,
            content_type=message.content_type,
            routing_key=str(headers.get(ORIGIN_KEY) or message.routing_key or ""),
            user=user,
            message_id=message.message_id,
            type=message.type,
            correlation_id=message.correlation_id,
            app_id=message.app_id,
        )

    @property
    def attempts(self) -> int:
        """How often a handler of ours has failed on it."""
        return _number(self.headers.get(ATTEMPTS))

    @property
    def waiting_since(self) -> float | None:
        """Real seconds since 1970 when it first waited to become legal."""
        noted = self.headers.get(WAITING_SINCE)
        return None if noted is None else _number(noted) / 1000

    def properties(self, our_user: str, notes: dict[str, Any]) -> Basic.Properties:
        """The same message for re-publishing under our own login, with further notes."""
        # A sender's own note of the user must not become ours: under our login it would be believed.
        headers = {name: value for name, value in self.headers.items() if name not in {*BROKER_NOTES, USER}}
        headers.update(notes)
        headers[ORIGIN_KEY] = self.routing_key
        if self.user is not None:
            headers[USER] = self.user
        return Basic.Properties(
            content_type=self.content_type,
            headers=headers,
            delivery_mode=PERSISTENT,
            message_id=self.message_id,
            message_type=self.type,
            correlation_id=self.correlation_id,
            app_id=self.app_id,
            user_id=our_user,
        )


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
