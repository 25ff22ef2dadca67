"""Sends events to the broker with confirms, an aggregate's outbox from its head, many in flight."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from aiormq import Channel
from aiormq.exceptions import AMQPError
from pamqp.commands import Basic

from services.runtime import metrics
from services.runtime.clock import real_now
from services.runtime.errors import BrokerAway
from services.runtime.outbox import Outgoing

CONFIRM_S = 10.0
ROOM = 2_000
REMEMBERED = 10_000
PERSISTENT = 2
log = structlog.get_logger()

GetChannel = Callable[[], Awaitable[Channel]]


class Marker(Protocol):
    """Who is told that events were confirmed."""

    def sent(self, aggregate_id: str, version: int, keys: set[str], *, complete: bool) -> None:
        """`complete`: nothing else of the aggregate is unsent."""
        ...


@dataclass(slots=True)
class Flight:
    """Outbox keys of one aggregate: between us and the confirm, and confirmed of late.

    `broken`: one of them failed, so the sweeper has to look. A document read before our mark was written still shows
    what was confirmed; that is not sent again.
    """

    flying: set[str] = field(default_factory=set)
    confirmed: set[str] = field(default_factory=set)
    broken: bool = False


class Relay:
    """One per process. What it can't send stays in the outbox for the sweeper."""

    def __init__(self, service: str, user: str, get_channel: GetChannel) -> None:
        self._service = service
        self._user = user
        self._get_channel = get_channel
        self._flights: OrderedDict[tuple[int, str], Flight] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()

    async def room(self) -> None:
        """Wait while too many events are unconfirmed, so that a slow broker slows us down."""
        await self._room.wait()

    def submit(self, marker: Marker, aggregate_id: str, version: int, outbox: Sequence[Outgoing]) -> None:
        """Send what is not in flight yet, oldest first, and mark it when the broker has confirmed."""
        flight = self._flight(marker, aggregate_id)
        known = {entry.key for entry in outbox if entry.key in flight.confirmed}
        fresh = [entry for entry in outbox if entry.key not in flight.flying and entry.key not in known]
        if not fresh:
            if known and not flight.flying:
                marker.sent(aggregate_id, version, known, complete=len(known) == len(outbox))
            return
        if not flight.flying:
            flight.broken = False
            flight.confirmed = known
        flight.flying.update(entry.key for entry in fresh)
        self._track(asyncio.create_task(self._send(marker, flight, aggregate_id, version, fresh)))

    async def publish(self, outgoing: Outgoing) -> None:
        """Send one and wait for the confirm. Raises `BrokerAway`."""
        await self.publish_raw(outgoing.exchange, outgoing.type, outgoing.body.encode(), self._properties(outgoing))

    async def publish_raw(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties, *, mandatory: bool = False
    ) -> None:
        """Send bytes and wait for the confirm. Raises `BrokerAway`; also when a mandatory one has no queue."""
        try:
            async with asyncio.timeout(CONFIRM_S):
                channel = await self._get_channel()
                await channel.basic_publish(
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    properties=properties,
                    mandatory=mandatory,
                    wait=False,
                )
        except (AMQPError, OSError, TimeoutError, RuntimeError) as error:
            raise BrokerAway(f"publish {routing_key}") from error

    async def drained(self, within: float) -> None:
        """Wait for confirms under way, at most `within` seconds."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within)

    def _flight(self, marker: Marker, aggregate_id: str) -> Flight:
        key = (id(marker), aggregate_id)
        flight = self._flights.setdefault(key, Flight())
        self._flights.move_to_end(key)
        while len(self._flights) > REMEMBERED:
            oldest, forgotten = next(iter(self._flights.items()))
            if forgotten.flying:
                break
            del self._flights[oldest]
        return flight

    async def _send(
        self, marker: Marker, flight: Flight, aggregate_id: str, version: int, entries: list[Outgoing]
    ) -> None:
        outcomes = await asyncio.gather(*(self.publish(entry) for entry in entries), return_exceptions=True)
        sent = {entry.key for entry, outcome in zip(entries, outcomes, strict=True) if outcome is None}
        flight.flying.difference_update(entry.key for entry in entries)
        flight.broken = flight.broken or len(sent) < len(entries)
        for entry in entries:
            if entry.key in sent:
                metrics.PUBLISHED.labels(self._service, entry.type).inc()
        if sent:
            complete = not flight.flying and not flight.broken
            marker.sent(aggregate_id, version, sent | flight.confirmed, complete=complete)
            flight.confirmed |= sent
        for error in outcomes:
            if isinstance(error, BaseException):
                log.warning("relay.unsent", aggregate=aggregate_id, error=str(error))

    def _properties(self, outgoing: Outgoing) -> Basic.Properties:
        headers: dict[str, Any] = outgoing.headers
        return Basic.Properties(
            content_type="application/json",
            headers=headers,
            delivery_mode=PERSISTENT,
            message_id=headers["ce-id"],
            message_type=outgoing.type,
            correlation_id=headers.get("ce-correlationid"),
            timestamp=real_now(),
            app_id=f"gancang.{self._service}",
            user_id=self._user,
        )

    def _track(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        self._note()
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._note()
        if not task.cancelled() and task.exception() is not None:
            log.error("relay.failed", error=repr(task.exception()))

    def _note(self) -> None:
        metrics.OUTBOX_IN_FLIGHT.labels(self._service).set(len(self._tasks))
        if len(self._tasks) < ROOM:
            self._room.set()
        else:
            self._room.clear()
