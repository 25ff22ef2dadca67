"""The job by our service: planner, worker pools, breakers, leases, retries; documents stay in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

from services.notifications.adapters.channels.configured import configured_channels
from services.notifications.adapters.channels.log import StructlogChannel
from services.notifications.adapters.texts.templates import JinjaTexts
from services.notifications.app import Parts, sending_path
from services.notifications.domain.lease import SendStatus
from services.notifications.handlers.order_event import on_order_event
from services.notifications.sending.notification_store import OWN_SOURCE, NotificationStore
from services.notifications.sending.opener import Opener
from services.notifications.settings import NotificationsSettings
from services.runtime.change import Stored
from services.runtime.clock import SystemClock
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
        if getattr(change.state, "status", None) is SendStatus.SENT:
            self.sent += 1
            self.room.release()
        return change.state


class Open:
    """A gate that is always open."""

    def close(self, reason: str) -> None:
        raise AssertionError(reason)

    async def wait_until_open(self) -> None:
        return


@dataclass(frozen=True)
class OneKey:
    """All addresses are sealed under one key."""

    sealer: Sealer

    async def key(self, _contact_id: str, _life: int) -> Sealer:
        return self.sealer


class NothingLater:
    """No order changes while it is measured."""

    async def templates_after(self, _notification: Any) -> list[str]:
        return []


async def run(job: Job) -> Took:
    """Run until every recipient is told."""
    settings, clock = _settings(job), SystemClock()
    notifications, contacts = InMemory(), InMemory(dict(job.contacts))
    store = NotificationStore(notifications, clock, OWN_SOURCE, settings.retry_policy(1), NothingLater())
    parts = Parts(
        contacts=contacts,
        store=store,
        texts=JinjaTexts(settings.timezone),
        channels=configured_channels(settings),
        vault=OneKey(job.sealer),  # type: ignore[arg-type]  # only its `key` is used
        log_channel=StructlogChannel(),
        gate=Open(),
        code_key=b"",
    )
    sending = sending_path(settings, parts)
    handle = on_order_event(Opener(store, sending.planner, sending.pools), ())
    workers = [asyncio.ensure_future(worker()) for worker in sending.workers]
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
