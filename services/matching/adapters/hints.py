"""Hints between the matching processes: a search was written, a driver is available.

A lost one costs a moment, no match.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import datetime
from typing import Any, Protocol

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractExchange
from aiormq.exceptions import AMQPError

from contracts.queues import HINTS
from services.matching.adapters.positions import Positions

GATHER_S = 0.005
log = structlog.get_logger()


class Rounds(Protocol):
    """The rounds of the process that leads."""

    def search_changed(self, key: str) -> None:
        """A search was written."""
        ...

    def driver_available(self, driver_id: str) -> None:
        """A driver may get offers."""
        ...


class BrokerHints:
    """Hints go straight to the rounds where this process leads, over the broker where another one does."""

    def __init__(self) -> None:
        self._leading = False
        self._me = secrets.token_hex(6)
        self._rounds: Rounds | None = None
        self._positions: Positions | None = None
        self._exchange: AbstractExchange | None = None
        self._searches: set[str] = set()
        self._places: list[list[Any]] = []
        self._available: set[str] = set()
        self._sending: asyncio.Task[None] | None = None

    def connect(self, rounds: Rounds, positions: Positions) -> None:
        """Set who receives the hints in this process."""
        self._rounds, self._positions = rounds, positions

    def lead(self, leading: bool) -> None:  # noqa: FBT001  a switch
        """Note whether the rounds run in this process."""
        self._leading = leading

    def appeared(self, driver_id: str) -> None:
        """A driver appeared in the positions, which every process reads itself."""
        if self._leading and self._rounds is not None:
            self._rounds.driver_available(driver_id)

    async def declare(self, channel: AbstractChannel) -> None:
        """Declare the exchange to the other processes."""
        self._exchange = await channel.declare_exchange(HINTS, aio_pika.ExchangeType.FANOUT, durable=True)

    def stop(self) -> None:
        """Send nothing more: the channel is closed."""
        self._exchange = None

    def search_changed(self, key: str) -> None:
        """A search was written."""
        if self._leading and self._rounds is not None:
            self._rounds.search_changed(key)
        else:
            self._searches.add(key)
            self._send_soon()

    def shift_started(self, driver_id: str, lat: float, lng: float, at: datetime) -> None:
        """A driver started a shift here: their first position, for every process."""
        if self._positions is not None:
            self._positions.saw(driver_id, lat, lng, at.timestamp())
        self._places.append([driver_id, lat, lng, at.timestamp()])
        self._send_soon()

    def driver_available(self, driver_id: str) -> None:
        """A driver may get offers, perhaps for the first time."""
        if self._leading and self._rounds is not None:
            self._rounds.driver_available(driver_id)
        else:
            self._available.add(driver_id)
            self._send_soon()

    def received(self, body: bytes) -> None:
        """Pass on a hint from the broker; one that this process sent itself is ignored."""
        try:
            said = json.loads(body)
            if said["from"] == self._me or self._rounds is None or self._positions is None:
                return
            for driver_id, lat, lng, at in said["places"]:
                self._positions.saw(str(driver_id), float(lat), float(lng), float(at))
            if self._leading:
                self._pass_on(self._rounds, said)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("hint.unreadable", error=type(error).__name__)

    def _pass_on(self, rounds: Rounds, said: dict[str, Any]) -> None:
        for key in said["searches"]:
            rounds.search_changed(str(key))
        for driver_id in said["available"]:
            rounds.driver_available(str(driver_id))

    def _send_soon(self) -> None:
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="hints")

    async def _send(self) -> None:
        while self._searches or self._places or self._available:
            await asyncio.sleep(GATHER_S)
            said = {
                "from": self._me,
                "searches": sorted(self._searches),
                "places": self._places,
                "available": sorted(self._available),
            }
            self._searches, self._places, self._available = set(), [], set()
            if self._exchange is None:
                continue
            try:
                await self._exchange.publish(
                    aio_pika.Message(json.dumps(said).encode()), "", mandatory=False, timeout=5
                )
            except (AMQPError, OSError, TimeoutError, RuntimeError) as error:
                log.info("hint.lost", error=type(error).__name__)
