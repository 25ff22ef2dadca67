"""The relay: publishes outboxes with confirms, many at a time, each from its oldest event on."""

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

MAX_IN_FLIGHT = 2_000  # aggregates with unconfirmed events; then writers wait
MAX_REMEMBERED = 10_000  # aggregates whose confirmed keys are kept
log = structlog.get_logger()


class Marker(Protocol):
    """Removes confirmed events from the outbox of their aggregate."""

    def mark_sent(self, aggregate_id: str, version: int, keys: set[str], *, complete: bool) -> None:
        """Remove these outbox keys.

        `version`: the newest one published. `complete`: no other event is unsent.
        """
        ...


@dataclass(slots=True)
class InFlight:
    """The unconfirmed events of one aggregate in their order, and the keys that were confirmed lately.

    A document that was read before our mark was written still shows confirmed events; these are not sent
    again.
    """

    unconfirmed: dict[str, Outgoing] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    version: int = 0
    sender: asyncio.Task[None] | None = None


class Relay:
    """Publishes for one process. What cannot be sent stays in the outbox for the sweeper."""

    def __init__(self, service: str, user: str, get_channel: GetChannel) -> None:
        self._service = service
        self._user = user
        self._publisher = Publisher(get_channel)
        self._in_flight: OrderedDict[tuple[int, str], InFlight] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_capacity = asyncio.Event()
        self._has_capacity.set()

    async def wait_for_capacity(self) -> None:
        """Wait while too many events are unconfirmed, so that a slow broker slows the writers down."""
        await self._has_capacity.wait()

    def submit(self, marker: Marker, aggregate_id: str, version: int, outbox: Sequence[Outgoing]) -> None:
        """Publish what is not in flight yet, oldest first; mark it as sent after the broker's confirm."""
        flight = self._find(marker, aggregate_id)
        known = {entry.key for entry in outbox if entry.key in flight.confirmed}
        flight.unconfirmed.update({entry.key: entry for entry in outbox if entry.key not in known})
        flight.version = max(flight.version, version)
        if flight.sender is None and flight.unconfirmed:
            flight.confirmed = known
            flight.sender = asyncio.create_task(self._send(marker, aggregate_id, flight))
            self._track(flight.sender)
        elif not flight.unconfirmed and known:
            marker.mark_sent(aggregate_id, version, known, complete=True)

    async def publish(self, outgoing: Outgoing) -> None:
        """Publish one event and wait for the confirm. Raises `BrokerAway`."""
        await self._publisher.publish(
            outgoing.exchange, outgoing.type, outgoing.body.encode(), self._properties(outgoing)
        )

    async def publish_mandatory(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        """Publish bytes that a queue must take, and wait for the confirm.

        Raises `BrokerAway`, also without such a queue.
        """
        await self._publisher.publish_mandatory(exchange, routing_key, body, properties)

    async def wait_until_idle(self, within: float) -> None:
        """Wait for the confirms in flight, at most `within` real seconds."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within)

    def _find(self, marker: Marker, aggregate_id: str) -> InFlight:
        key = (id(marker), aggregate_id)
        flight = self._in_flight.setdefault(key, InFlight())
        self._in_flight.move_to_end(key)
        while len(self._in_flight) > MAX_REMEMBERED:
            oldest, forgotten = next(iter(self._in_flight.items()))
            if forgotten.sender is not None:
                break
            del self._in_flight[oldest]
        return flight

    async def _send(self, marker: Marker, aggregate_id: str, flight: InFlight) -> None:
        """Publish the events write by write.

        After a failure the rest is left to the sweeper, so the order is kept.
        """
        try:
            while flight.unconfirmed:
                first = min(order_of(key)[0] for key in flight.unconfirmed)
                entries = [entry for key, entry in flight.unconfirmed.items() if order_of(key)[0] == first]
                if not await self._send_write(marker, aggregate_id, flight, entries):
                    return
        finally:
            flight.unconfirmed.clear()
            flight.sender = None

    async def _send_write(
        self, marker: Marker, aggregate_id: str, flight: InFlight, entries: list[Outgoing]
    ) -> bool:
        if len(entries) == 1:
            errors = [await self._attempt(entries[0])]
        else:
            errors = await asyncio.gather(*(self._attempt(entry) for entry in entries))
        for entry, error in zip(entries, errors, strict=True):
            if error is None:
                metrics.PUBLISHED.labels(self._service, entry.type).inc()
                flight.confirmed.add(entry.key)
                del flight.unconfirmed[entry.key]
            else:
                log.warning(
                    "relay.unsent", aggregate=aggregate_id, type=entry.type, error=type(error).__name__
                )
        all_sent = all(error is None for error in errors)
        if flight.confirmed:
            marker.mark_sent(
                aggregate_id,
                flight.version,
                set(flight.confirmed),
                complete=all_sent and not flight.unconfirmed,
            )
        return all_sent

    async def _attempt(self, entry: Outgoing) -> Exception | None:
        try:
            await self.publish(entry)
        except Exception as error:  # noqa: BLE001  any error: the sweeper tries again
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
        self._update_capacity()
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._update_capacity()
        if not task.cancelled() and task.exception() is not None:
            log.error("relay.failed", exc_info=task.exception())

    def _update_capacity(self) -> None:
        metrics.OUTBOX_IN_FLIGHT.labels(self._service).set(len(self._tasks))
        if len(self._tasks) < MAX_IN_FLIGHT:
            self._has_capacity.set()
        else:
            self._has_capacity.clear()
