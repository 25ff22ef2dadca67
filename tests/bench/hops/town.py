"""The sender of the latency bench: orders by the clock or one at a time, and when each notification came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

import aio_pika
import aiormq
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from contracts.registry import Exchange
from services.runtime.messaging.publishing import Publisher
from tests.bench.hops.job import TAKE_IN, order_id
from tests.bench.hops.programs.gancang import request

IN_FLIGHT = 500
ARRIVES_WITHIN_S = 30.0


class Town:
    """Sends orders, and knows when the notification of each came.

    It runs on the same cores as what it measures, so it builds its messages beforehand and publishes them
    joined.
    """

    def __init__(self, channel: aiormq.Channel) -> None:
        self._publisher = Publisher(_always(channel))
        self._places = asyncio.Semaphore(0)
        self.due: dict[str, float] = {}
        self.took_ms: dict[str, float] = {}
        self.waited_for: dict[str, asyncio.Event] = {}

    async def hear(self, raw: DeliveredMessage) -> None:
        """A notification."""
        order = str((raw.header.properties.headers or {})["ce-subject"])
        self.took_ms[order] = (perf_counter() - self.due[order]) * 1000
        self._places.release()
        if order in self.waited_for:
            self.waited_for[order].set()

    async def one_at_a_time(self, first: int, orders: int) -> list[float]:
        """The next one is sent when the notification has come."""
        for number, message in enumerate(_messages(first, orders), start=first):
            arrived = self.waited_for[order_id(number)] = asyncio.Event()
            await self._send(number, message, perf_counter())
            await asyncio.wait_for(arrived.wait(), ARRIVES_WITHIN_S)
        return self._took(first, orders)

    async def flat_out(self, first: int, orders: int) -> float:
        """Orders a second when the next one is sent as soon as fewer than `IN_FLIGHT` are on their way."""
        messages, sending = _messages(first, orders), set()
        self._places = asyncio.Semaphore(IN_FLIGHT)
        began = perf_counter()
        for number, message in enumerate(messages, start=first):
            await asyncio.wait_for(self._places.acquire(), ARRIVES_WITHIN_S)
            sending.add(asyncio.create_task(self._send(number, message, perf_counter())))
        await asyncio.gather(*sending)
        await self._all_told(first, orders)
        return orders / (perf_counter() - began)

    async def at_rate(self, first: int, rate: float, seconds: float) -> list[float]:
        """Send at a fixed rate, without waiting for notifications.

        A time counts from when an order was due, not sent.
        """
        orders = int(rate * seconds)
        messages = _messages(first, orders)
        began, sending = perf_counter(), set()
        for number, message in enumerate(messages):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            sending.add(asyncio.create_task(self._send(first + number, message, due)))
        await asyncio.gather(*sending)
        await self._all_told(first, orders)
        return self._took(first, orders)

    async def _all_told(self, first: int, orders: int) -> None:
        async with asyncio.timeout(ARRIVES_WITHIN_S):
            while any(order_id(number) not in self.took_ms for number in range(first, first + orders)):
                await asyncio.sleep(0.01)

    async def _send(self, number: int, message: aio_pika.Message, due: float) -> None:
        """Returns when the broker has confirmed it."""
        self.due[order_id(number)] = due
        properties: Basic.Properties = message.properties
        await self._publisher.publish(Exchange.REQUESTS, TAKE_IN.type, message.body, properties)

    def _took(self, first: int, orders: int) -> list[float]:
        return sorted(self.took_ms[order_id(number)] for number in range(first, first + orders))


def _messages(first: int, orders: int) -> list[aio_pika.Message]:
    return [request(number) for number in range(first, first + orders)]


def _always(channel: aiormq.Channel) -> Callable[[], Awaitable[aiormq.Channel]]:
    async def get() -> aiormq.Channel:
        return channel

    return get
