"""What each person of the town works with: the connection to the broker, the clock, the events so far."""

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
from services.simulator.channels.event_log import EventLog
from services.simulator.channels.gateway import Gateway
from services.simulator.channels.pace import Pace

DRIVERS_APP, CUSTOMERS_APP, MERCHANTS_APP = "/apps/drivers", "/apps/customers", "/apps/merchants"
AGENCY_APP = "/apps/dispendukcapil"
APPS = {Role.DRIVER: DRIVERS_APP, Role.MERCHANT: MERCHANTS_APP, Role.AGENCY: AGENCY_APP}
LOOKS_EVERY_S = 2.0  # business seconds between two looks into the mail
log = structlog.get_logger()


class Letters(Protocol):
    """Where people read their mail."""

    def code(self, address: str) -> str | None:
        """The newest one-time code in the mails to an address, None when there is none."""
        ...


class ActorContext:
    """Sends requests under ids that follow from the seed, and runs what people do at the same time.

    It also keeps what people know of each other without the services, by order: the recipient, the envelope,
    how often no person is at home, and who delivered. `abandoned`: orders whose first driver will fall
    silent.
    """

    def __init__(
        self, seed: int, gateway: Gateway, pace: Pace, event_log: EventLog, letters: Letters | None = None
    ) -> None:
        self.seed = seed
        self.gateway = gateway
        self.pace = pace
        self.event_log = event_log
        self.sent: Counter[str] = Counter()
        self.delivered_by: dict[str, str] = {}
        self.abandoned: set[str] = set()
        self.recipients: dict[str, str] = {}
        self.envelopes: dict[str, str] = {}
        self.absences: dict[str, int] = {}
        self.ready: dict[str, asyncio.Event] = defaultdict(asyncio.Event)  # set when a meal can be picked up
        self.brought_back: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.failures: list[str] = []
        self._letters = letters
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, data: Value, source: str) -> None:
        """Send a request and wait for its confirm, through any loss of the broker. Raises `Unsendable`."""
        await self.gateway.send(self._request(data, source))
        self.sent[TYPE_OF[type(data)]] += 1

    async def send_once(self, data: Value, source: str) -> None:
        """Send a request that may be lost. Raises `Unsendable`."""
        if await self.gateway.send_once(self._request(data, source)):
            self.sent[TYPE_OF[type(data)]] += 1

    async def register_contact(self, person: str, role: Role, locale: str, name: str) -> None:
        """Register the address at which a person reads mail."""
        channel = Channel(kind=ChannelKind.EMAIL, address=address_of(person))
        contact = RecipientContactRegistered(
            recipient_id=person, role=role, locale=locale, display_name=name, channels=[channel]
        )
        await self.send(contact, APPS.get(role, CUSTOMERS_APP))

    async def code_of(self, order_id: str) -> str:
        """Wait for the mail with the recipient's one-time code, and return the code."""
        address = address_of(self.recipients[order_id])
        while (code := self._letters.code(address) if self._letters is not None else None) is None:
            await self.pace.sleep(LOOKS_EVERY_S)
        return code

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it beside everything else; an error is kept in `failures` and logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def close(self) -> None:
        """Cancel everything that was spawned, and wait until it has ended."""
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
    """The mail address of a person of the town."""
    return f"{person}@banyuwangi.example"
