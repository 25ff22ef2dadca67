"""A town around the matching service: drivers, orders, and a listener to every event."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from pydantic import SecretStr

from contracts.codec import parse, read
from contracts.message import Message
from contracts.registry import CONTRACTS, TYPE_OF
from contracts.values import Value
from services.matching.app import build
from services.runtime.clock import Clock, clock_from
from services.runtime.messaging.declaring import declare
from services.runtime.process.lifecycle import running
from services.runtime.process.runtime import Runtime
from services.runtime.process.settings import RuntimeSettings
from services.runtime.sealing import new_key
from services.runtime.storage.database import connect, database_of
from tests.support import builders
from tests.support.eventually import eventually

SPEED = 20
METRES_PER_DEGREE = 111_195.0


@dataclass
class Town:
    """A test acts on the service over the broker, and observes it there."""

    channel: AbstractChannel
    clock: Clock
    settings: RuntimeSettings
    database: Any
    heard: list[Message[Any]] = field(default_factory=list)
    _sent: int = 0

    def matching(self) -> AbstractAsyncContextManager[Runtime]:
        """One process of the service."""
        return running("matching", build, self.settings)

    async def send(self, data: Value, **changes: Any) -> Message[Value]:
        """Publish as an app or the orders service does."""
        self._sent += 1
        known = {"id": f"m-{self._sent}", "time": self.clock.now()}
        message = builders.a_message(data, **{**known, **changes})
        headers, body = builders.on_the_wire(message)
        name = TYPE_OF[type(data)]
        exchange = await self.channel.get_exchange(CONTRACTS[name].exchange.value, ensure=False)
        wire = aio_pika.Message(body, headers=headers, content_type="application/json", message_id=message.id)
        await exchange.publish(wire, name)
        return message

    async def driver(self, driver_id: str, *, north_m: float = 0.0) -> None:
        """Bring an eligible driver on shift, so many metres north of the station, and wait for it."""
        await self.register(driver_id)
        await self.shift(driver_id, north_m=north_m)

    async def register(self, driver_id: str) -> None:
        await self.send(builders.a_driver_registered(driver_id=driver_id))
        await self.send(builders.a_residence_attested(driver_id=driver_id))
        await eventually(lambda: self.is_eligible(driver_id))

    async def shift(self, driver_id: str, *, north_m: float = 0.0) -> None:
        place = {"lat": builders.STATION["lat"] + north_m / METRES_PER_DEGREE, "lng": builders.STATION["lng"]}
        await self.send(builders.a_shift_started(driver_id=driver_id, place=place))
        await eventually(lambda: self.state("drivers", driver_id, "shift"))

    async def search(
        self, order_id: str = "o-1", *, life_s: float = 120, sequence: int = 1, **changes: Any
    ) -> None:
        """Start the search for a driver."""
        policy = {
            "radii_m": [1000, 1500, 2000, 2500, 3000],
            "until": self.clock.now() + timedelta(seconds=life_s),
        }
        policy.update(changes.pop("policy", {}))
        await self.send(
            builders.a_search_started(order_id=order_id, search=policy, **changes), sequence=sequence
        )

    async def accept(self, offer: Any, **changes: Any) -> Message[Value]:
        said = {"driver_id": offer.driver_id, "offer_id": offer.offer_id, **changes}
        return await self.send(builders.an_offer_accepted(**said))

    async def of(self, name: str, count: int = 1, within: float = 10.0, **about: Any) -> list[Any]:
        """The data of the first `count` events of this type with these fields."""
        await eventually(lambda: len(self.said(name, **about)) >= count, within)
        return self.said(name, **about)[:count]

    def said(self, name: str, **about: Any) -> list[Any]:
        """The data of the events of this type so far."""
        return [message.data for message in self.all(name, **about)]

    def all(self, name: str, **about: Any) -> list[Message[Any]]:
        """The same with the envelope."""
        wanted = about.items()
        return [
            m
            for m in self.heard
            if m.type == name and all(getattr(m.data, key) == want for key, want in wanted)
        ]

    def is_eligible(self, driver_id: str) -> bool:
        told = self.said("driver.eligibility_changed.v1", driver_id=driver_id)
        return bool(told) and told[-1].eligible

    async def state(self, collection: str, key: str, name: str) -> Any:
        """One field of an aggregate's state as it is stored."""
        document = await self.database[collection].find_one({"_id": key}) or {}
        return document.get("state", {}).get(name)

    async def all_drivers_free(self) -> bool:
        live: int = await self.database["drivers"].count_documents({"state.live": {"$exists": True}})
        return live == 0

    async def listen(self) -> None:
        queue = await self.channel.declare_queue("app.test.ear", durable=True)
        for exchange in ("gancang.events", "gancang.confidential"):
            await queue.bind(exchange, "#")
        await queue.consume(self._hear, no_ack=True)

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        envelope = read(message.headers, message.body, message.content_type, self.clock.now())
        self.heard.append(parse(envelope))


@pytest.fixture
def speed() -> float:
    """Business seconds per real second; a test that measures time overrides it."""
    return SPEED


@pytest.fixture
def settings(broker_url: str, database_uri: str, speed: float) -> RuntimeSettings:
    start, anchor = builders.NOW.isoformat(), datetime.now(UTC).isoformat()
    return RuntimeSettings(
        amqp_url=SecretStr(broker_url),
        mongodb_uri=SecretStr(database_uri),
        data_key=SecretStr(new_key()),
        clock=f"{start},{speed},{anchor}",
        drain_s=2,
    )


@pytest.fixture
async def town(settings: RuntimeSettings) -> AsyncIterator[Town]:
    """The town before the service is started."""
    connection = await aio_pika.connect_robust(settings.broker_url())
    client = connect(settings.mongodb_uri.get_secret_value())
    await declare(connection)
    channel = await connection.channel()
    town = Town(channel, clock_from(settings.clock), settings, database_of(client))
    await town.listen()
    yield town
    await connection.close()
    client.close()


@pytest.fixture
async def matching(town: Town) -> AsyncIterator[Runtime]:
    """One process of the service at work."""
    async with town.matching() as runtime:
        yield runtime
