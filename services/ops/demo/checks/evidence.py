"""What is left when the town has gone quiet: events, documents, queues, mail."""

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
from services.simulator.channels.event_log import Chronicle
from services.simulator.channels.mailbox import Mailbox
from services.simulator.people.context import address_of
from services.simulator.plans.errand import Errand
from services.simulator.town import Town

WORK_QUEUES = tuple(
    [queue.name for queue in QUEUES.values() if queue.kind is QueueKind.WORK]
    + [delay_exchange(seconds) for seconds in DELAYS_S]
)
# Everything else holds messages only when something went wrong, except the sink and the leader's token.
PARKED_QUEUES = tuple(
    [queue.parked for queue in QUEUES.values() if queue.kind is QueueKind.WORK]
    + [queue.name for queue in QUEUES.values() if queue.kind is QueueKind.PLAIN]
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`events` in the order heard, each once; `documents` by collection; `mail` address → Message-ID → how often.

    `promised`: the errands with the end that each should have. `codes`: the newest one-time code in the letters to an address.
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
        """The ends that cost their payer the fare: done, or tried and brought back."""
        return (
            (event.data, event.data.fare)
            for event in self.of(OrderCompleted, OrderReturned)
            if event.data.fare is not None
        )


@dataclass(frozen=True, slots=True)
class Servers:
    """Where to look."""

    amqp: str
    mongodb: str

    async def documents(self) -> dict[str, list[Document]]:
        """Every document of every collection."""
        client = database.connect(self.mongodb)
        try:
            store = database.database_of(client)
            names = await store.list_collection_names()
            return {name: await store[name].find().to_list(None) for name in sorted(names)}
        finally:
            client.close()

    async def depths(self) -> dict[str, int]:
        """Messages that lie ready in each of our queues; a missing queue has none."""
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
    """Look everywhere once."""
    chronicle: Chronicle = town.chronicle
    return Evidence(
        ordered=town.ordered,
        events=tuple(chronicle.events),
        documents=await servers.documents(),
        queues=await servers.depths(),
        mail={address: dict(ids) for address, ids in mailbox.received.items()},
        addresses=town.addresses,
        delivered_by=dict(town.desk.delivered_by),
        barred_drivers=frozenset(rider.plan.id for rider in town.riders.values() if not rider.plan.may_work),
        promised={order_id: client.errand for order_id, client in town.clients.items()},
        secrets=town.secrets,
        codes=dict(mailbox.codes),
        code_readers=frozenset(address_of(person) for person in town.desk.recipients.values()),
        troubles=(*town.desk.failures, *town.gateway.unreadable),
    )
