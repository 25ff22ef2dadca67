"""Given-up messages: read without removing, put back where they came from, or thrown away."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aiormq.exceptions import AMQPError

from contracts.queues import QUEUES, UNROUTED, QueueKind
from contracts.registry import Exchange
from services.ops.errors import CommandError
from services.runtime.messaging.delivery import ATTEMPTS, BROKER_NOTES, ORIGIN_KEY, WAITING_SINCE
from services.runtime.messaging.parking import CONTENT_TYPE, ERROR, FAILED, HANDLER, PARKED_AT, REASON, SEALED
from services.runtime.sealing import Sealer

PARKED = ".parked"
QUEUE_NAMES = (
    *(queue.parked for queue in QUEUES.values() if queue.kind is QueueKind.WORK),
    UNROUTED,
)
# What parking and the ladder have noted; a replayed message starts afresh.
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
PUBLISH_S = 10.0
UNKNOWN = "unknown"

Seen = Callable[[int], None]  # hears of each message that was looked at


class UnknownQueueError(CommandError):
    """No queue of given-up messages has this name."""

    def __init__(self, name: str) -> None:
        """Name it."""
        super().__init__(f"no queue of parked messages: {name} (gancang parked list)")
        self.name = name


class UnopenableError(CommandError):
    """A sealed body that our key does not open."""

    def __init__(self, queue: str) -> None:
        """Name the queue."""
        super().__init__(
            f"{queue}: a sealed message is opened with the master key under which it was parked: put that into GANCANG_OLD_DATA_KEYS"
        )


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """One given-up message."""

    queue: str
    raw: AbstractIncomingMessage

    @property
    def headers(self) -> dict[str, Any]:
        """Its headers with everything noted on it."""
        return dict(self.raw.headers)

    @property
    def id(self) -> str:
        """The message's id as its sender gave it, empty when it had none."""
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
        """(exchange, routing key) that lead it back to where it came from."""
        if self.queue == UNROUTED:
            return Exchange.REQUESTS.value, self.routing_key
        return "", self.queue.removesuffix(PARKED)

    def fresh(self, sealer: Sealer | None, user: str) -> Message:
        """The message as it was before it was given up. Raises UnopenableError."""
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

    def _opened(self, sealer: Sealer | None) -> bytes:
        if sealer is None:
            raise UnopenableError(self.queue)
        try:
            return sealer.open(self.raw.body, self._context)
        except ValueError:
            raise UnopenableError(self.queue) from None

    def master(self, sealer: Sealer) -> str | None:
        """The id of the master key under which it is sealed; None where that is not in the ring."""
        try:
            return sealer.id_for(self.raw.body, self._context)
        except ValueError:
            return None

    @property
    def _context(self) -> str:
        return f"parked:{self.headers[SEALED]}"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which messages: the one with this id, or all of them."""

    message_id: str | None

    def wants(self, message: ParkedMessage) -> bool:
        """Whether this one is meant."""
        return self.message_id is None or message.id == self.message_id


@contextlib.asynccontextmanager
async def opened(connection: AbstractConnection, name: str) -> AsyncIterator[AbstractChannel]:
    """A channel on which what was read and not acknowledged goes back when the block ends."""
    if name not in QUEUE_NAMES:
        raise UnknownQueueError(name)
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    try:
        yield channel
    finally:
        if not channel.is_closed:
            await channel.close()


async def read(channel: AbstractChannel, name: str, limit: int | None = None) -> AsyncIterator[ParkedMessage]:
    """The messages that lie there now, oldest first; none where the queue does not exist."""
    try:
        queue = await channel.declare_queue(name, passive=True)
    except AMQPError:
        return
    count = queue.declaration_result.message_count or 0
    for _ in range(count if limit is None else min(limit, count)):
        raw = await queue.get(no_ack=False, fail=False)
        if raw is None:
            return
        yield ParkedMessage(name, raw)


async def by_master(connection: AbstractConnection, sealer: Sealer) -> Counter[str]:
    """How many sealed ones each master key opens, by its id; those of a key that is not in the ring under `UNKNOWN`."""
    counts: Counter[str] = Counter()
    for name in QUEUE_NAMES:
        async with opened(connection, name) as channel:
            counts.update(
                [message.master(sealer) or UNKNOWN async for message in read(channel, name) if message.sealed]
            )
    return counts


async def replay(
    channel: AbstractChannel, name: str, wish: Wish, sealer: Sealer | None, user: str, seen: Seen
) -> int:
    """Put messages back where they came from; each is removed once the broker has confirmed its copy."""
    replayed = 0
    async for message in read(channel, name):
        seen(1)
        if not wish.wants(message):
            continue
        target, key = message.target()
        exchange = await channel.get_exchange(target) if target else channel.default_exchange
        try:
            await exchange.publish(message.fresh(sealer, user), key, mandatory=True, timeout=PUBLISH_S)
        except AMQPError as error:
            raise CommandError(f"{name}: not put back after {replayed} ({type(error).__name__})") from None
        await message.raw.ack()
        replayed += 1
    return replayed


async def discard(channel: AbstractChannel, name: str, wish: Wish, seen: Seen) -> int:
    """Throw messages away."""
    discarded = 0
    async for message in read(channel, name):
        seen(1)
        if wish.wants(message):
            await message.raw.ack()
            discarded += 1
    return discarded


def plain(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Headers as JSON can hold them."""
    return {
        name: value if isinstance(value, str | int | float | bool) else str(value)
        for name, value in headers.items()
    }
