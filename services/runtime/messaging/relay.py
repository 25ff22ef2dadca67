"""Sends events to the broker with confirms, an aggregate's outbox from its head, many in flight."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from pamqp.commands import Basic

from services.runtime import metrics
from services.runtime.clock import real_now
from services.runtime.messaging.delivery import PERSISTENT
from services.runtime.messaging.headers import short
from services.runtime.messaging.outbox import Outgoing, order_of
from services.runtime.messaging.publishing import GetChannel, Publisher

ROOM = 2_000
REMEMBERED = 10_000
log = structlog.get_logger()


class Marker(Protocol):
    """Who is told that events were confirmed."""

    def sent(self, aggregate_id: str, version: int, keys: set[str], *, complete: bool) -> None:
        """`complete`: nothing else of the aggregate is unsent."""
        ...


@dataclass(slots=True)
class Flight:
    """The events of one aggregate between us and the confirm, in their order, and the keys confirmed of late.

    A document read before our mark was written still shows what was confirmed; that is not sent again.
    """

    waiting: dict[str, Outgoing] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    version: int = 0
    sender: asyncio.Task[None] | None = None


class Relay:
    """One per process. What it can't send stays in the outbox for the sweeper."""

    def __init__(self, service: str, user: str, get_channel: GetChannel) -> None:
        self._service = service
        self._user = user
        self._publisher = Publisher(get_channel)
        self._flights: OrderedDict[tuple[int, str], Flight] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()

    async def room(self) -> None:
        """Wait while too many events are unconfirmed, so that a slow broker slows us down."""
        await self._room.wait()

    def submit(self, marker: Marker, aggregate_id: str, version: int, outbox: Sequence[Outgoing]) -> None:
        """Send what is not under way yet, oldest first, and mark it when the broker has confirmed."""
        flight = self._flight(marker, aggregate_id)
        known = {entry.key for entry in outbox if entry.key in flight.confirmed}
        flight.waiting.update({entry.key: entry for entry in outbox if entry.key not in known})
        flight.version = max(flight.version, version)
        if flight.sender is None and flight.waiting:
            flight.confirmed = known
            flight.sender = asyncio.create_task(self._send(marker, aggregate_id, flight))
            self._track(flight.sender)
        elif not flight.waiting and known:
            marker.sent(aggregate_id, version, known, complete=True)

    async def publish(self, outgoing: Outgoing) -> None:
        """Send one and wait for the confirm. Raises `BrokerAway`."""
        await self._publisher.publish(
            outgoing.exchange, outgoing.type, outgoing.body.encode(), self._properties(outgoing)
        )

    async def publish_mandatory(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        """Send bytes that some queue must take, and wait for the confirm. Raises `BrokerAway`; also when there is no queue."""
        await self._publisher.publish_mandatory(exchange, routing_key, body, properties)

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
            if forgotten.sender is not None:
                break
            del self._flights[oldest]
        return flight

    async def _send(self, marker: Marker, aggregate_id: str, flight: Flight) -> None:
        """One write's events after the other's; at the first failure the rest waits for the sweeper, in order."""
        try:
            while flight.waiting:
                first = min(order_of(key)[0] for key in flight.waiting)
                entries = [entry for key, entry in flight.waiting.items() if order_of(key)[0] == first]
                if not await self._send_write(marker, aggregate_id, flight, entries):
                    return
        finally:
            flight.waiting.clear()
            flight.sender = None

    async def _send_write(
        self, marker: Marker, aggregate_id: str, flight: Flight, entries: list[Outgoing]
    ) -> bool:
        if len(entries) == 1:
            outcomes = [await self._attempt(entries[0])]
        else:
            outcomes = await asyncio.gather(*(self._attempt(entry) for entry in entries))
        for entry, outcome in zip(entries, outcomes, strict=True):
            if outcome is None:
                metrics.PUBLISHED.labels(self._service, entry.type).inc()
                flight.confirmed.add(entry.key)
                del flight.waiting[entry.key]
            else:
                log.warning(
                    "relay.unsent", aggregate=aggregate_id, type=entry.type, error=type(outcome).__name__
                )
        all_sent = all(outcome is None for outcome in outcomes)
        if flight.confirmed:
            marker.sent(
                aggregate_id, flight.version, set(flight.confirmed), complete=all_sent and not flight.waiting
            )
        return all_sent

    async def _attempt(self, entry: Outgoing) -> Exception | None:
        try:
            await self.publish(entry)
        except Exception as error:  # noqa: BLE001  whatever it is, the sweeper tries again
            return error
        return None

    def _properties(self, outgoing: Outgoing) -> Basic.Properties:
        headers: dict[str, Any] = outgoing.headers
        return Basic.Properties(
            content_type="application/json",
            headers=headers,
            delivery_mode=PERSISTENT,
            message_id=short(headers["ce-id"]),
            message_type=outgoing.type,
            correlation_id=short(headers.get("ce-correlationid")),
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
            log.error("relay.failed", exc_info=task.exception())

    def _note(self) -> None:
        metrics.OUTBOX_IN_FLIGHT.labels(self._service).set(len(self._tasks))
        if len(self._tasks) < ROOM:
            self._room.set()
        else:
            self._room.clear()
