"""What the demo looks at when the town has gone quiet: events, documents, queues, mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aio_pika import connect
from aiormq.exceptions import AMQPError

from contracts.events.orders import OrderCompleted, OrderEvent, OrderReturned
from contracts.message import Message
from contracts.queues import QUEUES, QueueKind
from contracts.values import Fare
from services.runtime.change import Document
from services.runtime.messaging.topology import DELAYS_S, delay_exchange
from services.runtime.storage import database
from services.simulator.channels.mailbox import Mailbox
from services.simulator.people.context import address_of
from services.simulator.plans.errand import Errand
from services.simulator.town import Town

WORK_QUEUES = tuple(
    [queue.name for queue in QUEUES.values() if queue.kind is QueueKind.WORK]
    + [delay_exchange(seconds) for seconds in DELAYS_S]
)
# Except the sink and the leader's token, all other queues hold messages only when something went wrong.
PARKED_QUEUES = tuple(
    [queue.parked for queue in QUEUES.values() if queue.kind is QueueKind.WORK]
    + [queue.name for queue in QUEUES.values() if queue.kind is QueueKind.PLAIN]
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`events` in the order heard, each once. `documents` by collection. `mail`: address → id → how often.

    `promised`: by order the errand, with the end that it should have. `secrets`: what no public event may
    hold. `codes`: the newest one-time code in the mails to an address; `code_readers`: the addresses that may
    get one.
    """

    ordered: frozenset[str]
    events: tuple[Message[Any], ...]
    documents: Mapping[str, list[Document]]
    queues: Mapping[str, int]
    mail: Mapping[str, Mapping[str, int]]
    addresses: Mapping[str, str]
    delivered_by: Mapping[str, str]
    barred_drivers: frozenset[str] = frozenset()
    promised: Mapping[str, Errand] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    codes: Mapping[str, str] = field(default_factory=dict)
    code_readers: frozenset[str] = frozenset()
    troubles: tuple[str, ...] = ()

    def of(self, *kinds: type) -> Iterable[Message[Any]]:
        """The events with data of these models."""
        return (event for event in self.events if isinstance(event.data, kinds))

    def owed(self) -> Iterable[tuple[OrderEvent, Fare]]:
        """The ends for which a payer owes the fare: completed, or tried and returned."""
        return (
            (event.data, event.data.fare)
            for event in self.of(OrderCompleted, OrderReturned)
            if event.data.fare is not None
        )


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers to look at, by their URLs."""

    amqp: str
    mongodb: str

    async def documents(self) -> dict[str, list[Document]]:
        """Every document of every collection. Raises what the driver raises."""
        client = database.connect(self.mongodb)
        try:
            store = database.database_of(client)
            names = await store.list_collection_names()
            return {name: await store[name].find().to_list(None) for name in sorted(names)}
        finally:
            client.close()

    async def depths(self) -> dict[str, int]:
        """How many messages are ready in each of our queues that exists. Raises `AMQPError`."""
        connection = await connect(self.amqp, timeout=5)
        async with connection:
            depths = {}
            for name in (*WORK_QUEUES, *PARKED_QUEUES):
                channel = await connection.channel()
                try:
                    queue = await channel.declare_queue(name, passive=True)
                except AMQPError:
                    continue
                depths[name] = queue.declaration_result.message_count or 0
                await channel.close()
        return depths


async def gather(town: Town, mailbox: Mailbox, servers: Servers) -> Evidence:
    """Look at everything once. Raises what the drivers raise while a server is away."""
    drivers, context = town.drivers.values(), town.context
    return Evidence(
        ordered=town.ordered,
        events=tuple(town.event_log.events),
        documents=await servers.documents(),
        queues=await servers.depths(),
        mail={address: dict(ids) for address, ids in mailbox.received.items()},
        addresses=town.addresses,
        delivered_by=dict(context.delivered_by),
        barred_drivers=frozenset(driver.plan.id for driver in drivers if not driver.plan.may_work),
        promised={order_id: customer.errand for order_id, customer in town.errand_customers.items()},
        secrets=town.secrets,
        codes=dict(mailbox.codes),
        code_readers=frozenset(address_of(person) for person in context.recipients.values()),
        troubles=(*context.failures, *town.gateway.unreadable),
    )
