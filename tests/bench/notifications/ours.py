"""The job by our service's own parts: planning, lanes, breakers, leases, retries; its documents are kept in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

from services.notifications.adapters.channels.configured import channels_of
from services.notifications.adapters.channels.log import StructlogChannel
from services.notifications.adapters.texts.templates import JinjaTexts
from services.notifications.delivery import Parts, delivering
from services.notifications.domain.attempts import Status
from services.notifications.handlers.order_event import OnOrderEvent
from services.notifications.sending.notification_store import Ledger
from services.notifications.sending.opener import Opening
from services.notifications.settings import NotificationsSettings
from services.runtime.change import Stored
from services.runtime.clock import SystemClock
from services.runtime.process.settings import RuntimeSettings
from services.runtime.sealing import Sealer
from tests.bench.notifications.job import CONNECTIONS, UNDER_WAY, Job, Took


@dataclass
class InMemory:
    """Aggregates of one kind without a database."""

    states: dict[str, Any] = field(default_factory=dict)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UNDER_WAY))
    sent: int = 0

    async def get(self, aggregate_id: str) -> Stored[Any] | None:
        state = self.states.get(aggregate_id)
        return None if state is None else Stored(aggregate_id, 1, state)

    async def change(self, aggregate_id: str, _cause: Any, decide: Any, *, expect_new: bool = False) -> Any:
        change = decide(None if expect_new else self.states.get(aggregate_id))
        if change is None:
            return None
        self.states[aggregate_id] = change.state
        if getattr(change.state, "status", None) is Status.SENT:
            self.sent += 1
            self.room.release()
        return change.state


class Open:
    """A gate that is never closed."""

    def close(self, reason: str) -> None:
        raise AssertionError(reason)

    async def passed(self) -> None:
        return


@dataclass(frozen=True)
class Around:
    """What a service's parts ask of the runtime."""

    clock: SystemClock
    sealer: Any
    gate: Open
    settings: RuntimeSettings


@dataclass(frozen=True)
class OneKey:
    """Everybody's addresses lie under one key."""

    sealer: Sealer

    async def key(self, _contact_id: str, _life: int) -> Sealer:
        return self.sealer


class NothingLater:
    """No order moves on while it is measured."""

    async def templates_after(self, _notification: Any) -> list[str]:
        return []


async def run(job: Job) -> Took:
    """Until everybody is told."""
    settings = _settings(job)
    around = Around(SystemClock(), job.sealer, Open(), RuntimeSettings())
    notifications, contacts = InMemory(), InMemory(dict(job.contacts))
    ledger = Ledger(notifications, around.clock, settings.plan(1))
    texts, vault = JinjaTexts(settings.timezone), OneKey(job.sealer)
    parts = Parts(contacts, ledger, NothingLater(), texts, channels_of(settings), vault, StructlogChannel())
    delivery = delivering(around, settings, parts)  # type: ignore[arg-type]
    handle = OnOrderEvent(
        Opening(ledger, delivery.planning, delivery.lanes, NothingLater(), around.clock), ()
    )
    workers = [asyncio.create_task(worker()) for worker in delivery.workers]
    began, spent = perf_counter(), process_time()
    for event in job.events:
        await notifications.room.acquire()
        await handle(event)
    while notifications.sent < len(job.events):
        await asyncio.sleep(0.001)
    took = Took(perf_counter() - began, process_time() - spent)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return took


def _settings(job: Job) -> NotificationsSettings:
    if job.kind == "email":
        return NotificationsSettings(
            smtp_host="127.0.0.1", smtp_port=job.port, smtp_tls="none", smtp_connections=CONNECTIONS["email"]
        )
    return NotificationsSettings(
        sms_url=f"http://127.0.0.1:{job.port}/messages", http_connections=CONNECTIONS["sms"]
    )
