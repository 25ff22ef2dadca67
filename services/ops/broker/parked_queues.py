"""The queues of given-up messages: read without removing, put back where they came from, or discard."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import AMQPError

from contracts.queues import QUEUES, UNROUTED, QueueKind
from services.ops.broker.parked_message import ParkedMessage
from services.ops.errors import CommandError
from services.runtime.sealing import Sealer

QUEUE_NAMES = (
    *(queue.parked for queue in QUEUES.values() if queue.kind is QueueKind.WORK),
    UNROUTED,
)
PUBLISH_S = 10.0
UNKNOWN = "unknown"

Advance = Callable[[int], None]  # takes how many more messages were read


class UnknownQueueError(CommandError):
    """No queue of given-up messages has this name."""

    def __init__(self, name: str) -> None:
        """Name it."""
        super().__init__(f"no queue of parked messages: {name} (gancang parked list)")
        self.name = name


@dataclass(frozen=True, slots=True)
class Selection:
    """Which messages: the one with this id, or with None all of them."""

    message_id: str | None

    def includes(self, message: ParkedMessage) -> bool:
        """Whether this message is selected."""
        return self.message_id is None or message.id == self.message_id


@contextlib.asynccontextmanager
async def opened(connection: AbstractConnection, name: str) -> AsyncIterator[AbstractChannel]:
    """Open a channel; when the block ends, messages that were read and not acknowledged go back.

    Raises `UnknownQueueError`.
    """
    if name not in QUEUE_NAMES:
        raise UnknownQueueError(name)
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    try:
        yield channel
    finally:
        if not channel.is_closed:
            await channel.close()


async def read(channel: AbstractChannel, name: str, limit: int | None = None) -> AsyncIterator[ParkedMessage]:
    """Yield the messages that are there now, oldest first; none when the queue does not exist."""
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


async def count_by_master_key(connection: AbstractConnection, sealer: Sealer) -> Counter[str]:
    """Count sealed messages by the id of their master key; `UNKNOWN` for keys that the ring does not hold."""
    counts: Counter[str] = Counter()
    for name in QUEUE_NAMES:
        async with opened(connection, name) as channel:
            counts.update(
                [message.master(sealer) or UNKNOWN async for message in read(channel, name) if message.sealed]
            )
    return counts


async def replay(
    channel: AbstractChannel,
    name: str,
    selection: Selection,
    sealer: Sealer | None,
    user: str,
    advance: Advance,
) -> int:
    """Put messages back where they came from; each is removed once the broker has confirmed its copy.

    Returns how many. Raises `UnopenableError`, `CommandError` when the broker takes one no longer.
    """
    replayed = 0
    async for message in read(channel, name):
        advance(1)
        if not selection.includes(message):
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


async def discard(channel: AbstractChannel, name: str, selection: Selection, advance: Advance) -> int:
    """Remove messages for ever. Returns how many."""
    discarded = 0
    async for message in read(channel, name):
        advance(1)
        if selection.includes(message):
            await message.raw.ack()
            discarded += 1
    return discarded
