"""What every actor of the town has at hand: the way to the broker, the clock, and what has been heard."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine
from typing import Any, Protocol

import structlog

from contracts.message import Message, derived_id, new_traceparent
from contracts.registry import CONTRACTS, TYPE_OF
from contracts.requests.recipients import Channel, ChannelKind, RecipientContactRegistered
from contracts.values import Role, Value
from services.runtime.tasks import cancel_and_wait
from services.simulator.channels.event_log import Chronicle
from services.simulator.channels.gateway import Gateway
from services.simulator.channels.pace import Pace

DRIVERS, CUSTOMERS, MERCHANTS, AGENCY = (
    "/apps/drivers",
    "/apps/customers",
    "/apps/merchants",
    "/apps/dispendukcapil",
)
SOURCES = {Role.DRIVER: DRIVERS, Role.MERCHANT: MERCHANTS, Role.AGENCY: AGENCY}
LOOKS_EVERY_S = 2.0
log = structlog.get_logger()


class Letters(Protocol):
    """Where people read what was written to them."""

    def code(self, address: str) -> str | None:
        """The newest one-time code in the letters to an address."""
        ...


class Desk:
    """Sends requests under ids that follow from the seed, and keeps what the actors do at the same time."""

    def __init__(
        self, seed: int, gateway: Gateway, pace: Pace, chronicle: Chronicle, letters: Letters | None = None
    ) -> None:
        self.seed = seed
        self.gateway = gateway
        self.pace = pace
        self.chronicle = chronicle
        self.sent: Counter[str] = Counter()
        self.delivered_by: dict[str, str] = {}
        self.forsaken: set[str] = set()  # orders whose first driver will fall silent
        self.recipients: dict[str, str] = {}
        self.envelopes: dict[str, str] = {}
        self.absences: dict[str, int] = {}
        self.ready: dict[str, asyncio.Event] = defaultdict(asyncio.Event)  # meals on the counter
        self.brought_back: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.failures: list[str] = []
        self._letters = letters
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, data: Value, source: str) -> None:
        """Send a request and wait for its confirm, however often the broker is away meanwhile."""
        await self.gateway.send(self._request(data, source))
        self.sent[TYPE_OF[type(data)]] += 1

    async def send_once(self, data: Value, source: str) -> None:
        """Send what may be lost."""
        if await self.gateway.send_once(self._request(data, source)):
            self.sent[TYPE_OF[type(data)]] += 1

    async def register_contact(self, person: str, role: Role, locale: str, name: str) -> None:
        """Tell where the person reads mail."""
        channel = Channel(kind=ChannelKind.EMAIL, address=address_of(person))
        contact = RecipientContactRegistered(
            recipient_id=person, role=role, locale=locale, display_name=name, channels=[channel]
        )
        await self.send(contact, SOURCES.get(role, CUSTOMERS))

    async def code_of(self, order_id: str) -> str:
        """What the recipient reads in his letter; he waits for it at the door."""
        address = address_of(self.recipients[order_id])
        while (code := self._letters.code(address) if self._letters is not None else None) is None:
            await self.pace.sleep(LOOKS_EVERY_S)
        return code

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do it beside everything else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def close(self) -> None:
        """Stop what the actors still do."""
        await cancel_and_wait(*self._tasks)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failures.append(repr(error))
            log.error("town.actor_failed", exc_info=error)

    def _request(self, data: Value, source: str) -> Message[Value]:
        name = TYPE_OF[type(data)]
        about = CONTRACTS[name].about
        now = self.pace.now()
        return Message(
            id=derived_id(self.seed, source, name, now, data.model_dump_json()),
            type=name,
            source=source,
            time=now,
            data=data,
            subject=getattr(data, about, None) if about else None,
            correlation_id=getattr(data, "order_id", None),
            traceparent=new_traceparent(),
        )


def address_of(person: str) -> str:
    """Where a person of the town reads mail."""
    return f"{person}@banyuwangi.example"
