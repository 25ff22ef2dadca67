"""A message that was given up: why, where it came from, and how it was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage

from contracts.queues import UNROUTED
from contracts.registry import Exchange
from services.ops.errors import CommandError
from services.runtime.messaging.delivery import ATTEMPTS, BROKER_NOTES, ORIGIN_KEY, WAITING_SINCE
from services.runtime.messaging.parking import CONTENT_TYPE, ERROR, FAILED, HANDLER, PARKED_AT, REASON, SEALED
from services.runtime.sealing import Sealer

PARKED = ".parked"
# The headers that parking and the retry ladder have added; a replayed message starts without them.
NOTES = (
    REASON,
    ERROR,
    HANDLER,
    PARKED_AT,
    SEALED,
    FAILED,
    CONTENT_TYPE,
    ATTEMPTS,
    WAITING_SINCE,
    *BROKER_NOTES,
)


class UnopenableError(CommandError):
    """Our keys do not open a sealed body."""

    def __init__(self, queue: str) -> None:
        """Name the queue."""
        super().__init__(
            f"{queue}: a sealed message is opened with the master key under which it was parked: "
            "put that into GANCANG_OLD_DATA_KEYS"
        )


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """One given-up message."""

    queue: str
    raw: AbstractIncomingMessage

    @property
    def headers(self) -> dict[str, Any]:
        """Its headers, with those that parking has added."""
        return dict(self.raw.headers)

    @property
    def id(self) -> str:
        """The id that its sender gave it, empty when it had none."""
        known = self.raw.message_id or self.headers.get("ce-id") or ""
        return str(known)

    @property
    def routing_key(self) -> str:
        """The routing key under which it first came."""
        return str(self.headers.get(ORIGIN_KEY) or self.raw.routing_key or "")

    @property
    def reason(self) -> str:
        """Why it was given up."""
        return str(self.headers.get(REASON) or "unknown")

    @property
    def sealed(self) -> bool:
        """Whether its body is encrypted."""
        return SEALED in self.headers

    def target(self) -> tuple[str, str]:
        """(exchange, routing key) that bring it back to where it came from."""
        if self.queue == UNROUTED:
            return Exchange.REQUESTS.value, self.routing_key
        return "", self.queue.removesuffix(PARKED)

    def fresh(self, sealer: Sealer | None, user: str) -> Message:
        """The message as it was before it was given up. Raises `UnopenableError`."""
        content_type, body = self.raw.content_type, self.raw.body
        if self.sealed:
            content_type = str(self.headers.get(CONTENT_TYPE) or "") or None
            body = self._opened(sealer)
        return Message(
            body,
            headers={name: value for name, value in self.headers.items() if name not in NOTES},
            content_type=content_type,
            delivery_mode=DeliveryMode.PERSISTENT,
            message_id=self.raw.message_id,
            type=self.raw.type,
            correlation_id=self.raw.correlation_id,
            app_id=self.raw.app_id,
            user_id=user,
        )

    def master(self, sealer: Sealer) -> str | None:
        """The id of the master key under which it is sealed, None when the ring does not hold that key."""
        try:
            return sealer.id_for(self.raw.body, self._context)
        except ValueError:
            return None

    def _opened(self, sealer: Sealer | None) -> bytes:
        if sealer is None:
            raise UnopenableError(self.queue)
        try:
            return sealer.open(self.raw.body, self._context)
        except ValueError:
            raise UnopenableError(self.queue) from None

    @property
    def _context(self) -> str:
        return f"parked:{self.headers[SEALED]}"


def plain(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Headers as JSON can hold them."""
    return {
        name: value if isinstance(value, str | int | float | bool) else str(value)
        for name, value in headers.items()
    }
