"""The notifications service between a real broker, a real database and a real SMTP server."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage
from pydantic import SecretStr

from contracts.registry import CONTRACTS
from services.notifications.app import building
from services.notifications.settings import NotificationsSettings
from services.runtime.process.lifecycle import running
from services.runtime.process.settings import RuntimeSettings
from services.runtime.sealing import new_key
from services.runtime.storage import database
from tests.support.builders import a_message, on_the_wire
from tests.support.eventually import eventually
from tests.support.mailbox import Mailbox
from tests.support.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from contracts.values import Value
    from services.runtime.process.runtime import Runtime


class World:
    """One test's servers, and what an app around us would do and see."""

    def __init__(self, broker_url: str, database_uri: str, mailbox: Mailbox) -> None:
        self.broker_url = broker_url
        self.mailbox = mailbox
        self.events: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.store = database.database_of(database.connect(database_uri))
        self.keys = self.store.client[f"{self.store.name}_keys"]
        self.runtime = RuntimeSettings(
            amqp_url=SecretStr(broker_url), mongodb_uri=SecretStr(database_uri), data_key=SecretStr(new_key())
        )
        self.settings = NotificationsSettings(
            smtp_host="127.0.0.1",
            smtp_port=mailbox.port,
            smtp_tls="none",
            retry_first_s=0.2,
            sender="gancang@gancang.test",
        )
        self._connection: Any = None

    @asynccontextmanager
    async def service(self, **changes: Any) -> AsyncIterator[Runtime]:
        """The service at work; changes to its settings, `clock` to the runtime's."""
        clock = changes.pop("clock", "")
        build = building(NotificationsSettings(**{**self.settings.model_dump(), **changes}))
        async with running(
            "notifications", build, self.runtime.model_copy(update={"clock": clock})
        ) as runtime:
            await self._listen()
            yield runtime

    async def publish(self, data: Value, times: int = 1, **changes: Any) -> str:
        """Send a message the way an app or another service would; answers its id."""
        message = a_message(data, **{"time": datetime.now(UTC), **changes})
        headers, body = on_the_wire(message)
        channel = await self._connection.channel()
        exchange = await channel.get_exchange(CONTRACTS[message.type].exchange.value)
        for _ in range(times):
            sent = aio_pika.Message(
                body, headers=headers, content_type="application/json", message_id=message.id
            )
            await exchange.publish(sent, routing_key=message.type)
        await channel.close()
        return message.id

    async def publish_raw(self, data: Value, routing_key: str, specversion: str = "1.0") -> None:
        """Send a request as an app with a mistake in it would."""
        headers, body = on_the_wire(a_message(data))
        async with self._connection.channel() as channel:
            exchange = await channel.get_exchange("gancang.requests")
            sent = aio_pika.Message(
                body, headers={**headers, "ce-specversion": specversion}, content_type="application/json"
            )
            await exchange.publish(sent, routing_key=routing_key, mandatory=False)

    async def given_up(self, *queues: str) -> list[bytes] | None:
        """What lies there, headers and bodies, once there is something in each; it stays there."""
        found: list[bytes] = []
        async with self._connection.channel() as channel:
            for name in queues:
                message = await (await channel.get_queue(name)).get(no_ack=False, fail=False)
                if message is None:
                    return None
                found += [message.body, repr(message.headers).encode()]
        return found

    def of_type(self, name: str) -> list[dict[str, Any]]:
        """The data of the events of this type."""
        return [data for type_name, _, data in self.events if type_name == name]

    async def document(self, notification_id: str) -> dict[str, Any]:
        """A notification as the database keeps it."""
        found: dict[str, Any] | None = await self.store["notifications"].find_one({"_id": notification_id})
        assert found is not None
        return found

    async def register(self, *contacts: Value) -> None:
        """Send the contacts, and wait until all of them are known."""
        for contact in contacts:
            await self.publish(contact)

        async def all_known() -> bool:
            return bool(await self.store["contacts"].count_documents({}) >= len(contacts))

        await eventually(all_known)

    async def nothing_waits(self) -> bool:
        """Whether our queues are empty."""
        channel = await self._connection.channel()
        names = ("notifications.order_event", "notifications.recipient_contact")
        queues = [await channel.declare_queue(name, passive=True) for name in names]
        await channel.close()
        return not any(queue.declaration_result.message_count for queue in queues)

    async def _listen(self) -> None:
        if self._connection is not None:
            return
        self._connection = await aio_pika.connect(self.broker_url)
        channel = await self._connection.channel()
        queue = await channel.declare_queue("app.test.events", auto_delete=True)
        await queue.bind("gancang.events", "notification.#")
        await queue.bind("gancang.events", "request.#")
        await queue.bind("gancang.events", "recipient.#")
        await queue.consume(self._take, no_ack=True)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        self.events.append((message.routing_key or "", dict(message.headers), json.loads(message.body)))

    async def close(self) -> None:
        self.store.client.close()
        if self._connection is not None:
            await self._connection.close()


@pytest.fixture
async def world(broker_url: str, database_uri: str) -> AsyncIterator[World]:
    """Servers for this test alone."""
    async with Mailbox() as mailbox:
        world = World(broker_url, database_uri, mailbox)
        yield world
        await world.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """An agency's server."""
    async with Receiver() as receiver:
        yield receiver
