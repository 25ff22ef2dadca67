"""How much each service has to do at this moment: messages ready in its queues, and messages in work."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpx
from aio_pika import connect
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError
from prometheus_client.parser import text_string_to_metric_families

from contracts.queues import QUEUES, QueueKind
from services.ops.embedded.ports import LOOPBACK

LOOK_EVERY_S, TIMEOUT_S = 0.5, 5
IN_WORK, HANDLED = "gancang_messages_in_work", "gancang_messages"
AWAY = (AMQPError, OSError, TimeoutError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Load:
    """How many messages of one service are ready, in work, and done since it started."""

    ready: int
    in_work: int
    done: int


class Traffic:
    """Asks the broker for the ready messages and each service for those in work.

    The broker's own statistics would be seconds old.
    """

    def __init__(self, amqp: str, ports: Iterable[tuple[str, int]]) -> None:
        self._amqp = amqp
        self._ports = tuple(ports)
        self.loads: Mapping[str, Load] = {}

    async def run(self) -> None:
        """Ask twice a second until cancelled; while the broker is away `loads` is empty."""
        while True:
            try:
                await self._ask()
            except AWAY:
                self.loads = {}
                await asyncio.sleep(LOOK_EVERY_S)

    async def _ask(self) -> None:
        connection = await connect(
            self._amqp, timeout=TIMEOUT_S, client_properties={"connection_name": "gancang.demo"}
        )
        async with connection, httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S) as client:
            while True:
                ready = await self._ready(connection)
                self.loads = {
                    service: Load(ready[service], *await _counted(client, port))
                    for service, port in self._ports
                }
                await asyncio.sleep(LOOK_EVERY_S)

    async def _ready(self, connection: AbstractConnection) -> Counter[str]:
        ready: Counter[str] = Counter()
        channel = await connection.channel()
        async with channel:
            for queue in QUEUES.values():
                if queue.kind is QueueKind.WORK:
                    declared = await channel.declare_queue(queue.name, passive=True, timeout=TIMEOUT_S)
                    ready[queue.service] += declared.declaration_result.message_count or 0
        return ready


async def _counted(client: httpx.AsyncClient, port: int) -> tuple[int, int]:
    """Read (in work, done since it started) from a service; zeros while it does not answer."""
    try:
        response = await client.get(f"http://{LOOPBACK}:{port}/metrics")
    except httpx.HTTPError:  # it is being restarted
        return 0, 0
    totals: Counter[str] = Counter()
    for family in text_string_to_metric_families(response.text):
        if family.name in {IN_WORK, HANDLED}:
            totals[family.name] += sum(
                int(sample.value) for sample in family.samples if not sample.name.endswith("_created")
            )
    return totals[IN_WORK], totals[HANDLED]
