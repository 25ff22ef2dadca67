"""One morning: services as real processes, the town around them, and a check of everything at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import structlog
from aiormq.exceptions import AMQPError
from pymongo.errors import PyMongoError
from rich.console import Console

from services.ops import terminal
from services.ops.connecting.environment import joinable
from services.ops.demo.checks.evidence import Evidence, Servers, gather
from services.ops.demo.checks.invariants import InvariantResult, check
from services.ops.demo.short_pauses import shortened
from services.ops.demo.stories import Narrator
from services.ops.demo.summary import Document, Timing, summarise
from services.ops.demo.traffic import Traffic
from services.ops.demo.view import View
from services.ops.embedded import ServerUrls
from services.ops.embedded.ports import free_ports
from services.ops.running.keys import fresh_keys
from services.ops.running.readiness import all_ready
from services.ops.running.service_processes import ServiceProcess, ServiceProcesses, known_services
from services.ops.running.setup import mail_settings
from services.orders.settings import OrdersSettings
from services.runtime.clock import clock_from
from services.runtime.tasks import cancel_and_wait
from services.simulator.channels.mailbox import Mailbox
from services.simulator.town import Scenario, Town

QUIET_WITHIN_S = 20.0
LOOK_EVERY_S = 0.5
WATCH_EVERY_S = 0.5
MOST_RESTARTS = 20
STORIES = 8
LIMIT_S, SLOWEST, LONGEST_RIDE_S = 60.0, 2, 1_800
FOUR_LOCAL, LOCAL_OFFSET, FRIDAY, DAYS_OF_A_WEEK = 21, timedelta(hours=7), 4, 7
CLOCK_VARIABLE, CATALOGUE_VARIABLE = "GANCANG_CLOCK", "GANCANG_CATALOGUE"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Morning:
    """What is played, and where. `folder` keeps the services' logs."""

    scenario: Scenario
    speed: float
    urls: ServerUrls
    folder: Path
    console: Console
    servers_s: float

    @property
    def limit_s(self) -> float:
        """Real seconds after which orders that have not ended are an error."""
        business = self.scenario.orders * self.scenario.every_s + LONGEST_RIDE_S
        return LIMIT_S + SLOWEST * business / self.speed


async def play(morning: Morning) -> Document:
    """Play the morning and summarise it. Raises `NotReadyError`, `ServiceDiedError` at the start."""
    began = monotonic()
    async with Mailbox() as mailbox:
        environment = _environment(morning, mailbox)
        with joinable(morning.urls, environment), ServiceProcesses(environment, morning.folder) as processes:
            started = _start(processes)
            with terminal.waiting("starting the services", morning.console):
                await all_ready(started)
            services_s = monotonic() - began
            morning.console.print(f"services ready … {services_s:.1f} s", highlight=False)
            town = Town(morning.scenario, morning.urls.amqp, clock_from(environment[CLOCK_VARIABLE]), mailbox)
            narrator = Narrator(town)
            async with town.open():
                traffic = Traffic(morning.urls.amqp, [(service.name, service.port) for service in started])
                view = View(town, traffic, narrator, morning.console)
                async with _beside(traffic.run()), _beside(view.run()), _beside(_watch(morning, processes)):
                    town_s = await _live(morning, town)
                servers = Servers(morning.urls.amqp, morning.urls.mongodb)
                await _quiet(town, mailbox, servers)
                # The queues show every message only when no service holds one unacknowledged.
                processes.stop()
                evidence, results = await _look(town, mailbox, servers)
    timing = Timing(round(morning.servers_s, 1), round(services_s, 1), round(town_s, 1), morning.speed)
    return summarise(evidence, results, timing, _settings(morning), narrator.best(STORIES))


def _environment(morning: Morning, mailbox: Mailbox) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        **morning.urls.environment(),
        **fresh_keys(),
        **mail_settings(mailbox),
        CATALOGUE_VARIABLE: str(shortened(OrdersSettings().catalogue, morning.folder)),
        CLOCK_VARIABLE: f"{first_light(now).isoformat()},{morning.speed},{now.isoformat()}",
        "GANCANG_LOG": "json",
    }


def first_light(now: datetime) -> datetime:
    """Four o'clock in the regency on a day before the real date, on which Mount Ijen is open.

    The date is near the real one, because the database removes expired documents by its own clock. On the
    first Friday of a month the mountain is closed.
    """
    morning = now.replace(hour=FOUR_LOCAL, minute=0, second=0, microsecond=0) - timedelta(days=1)
    local = (morning + LOCAL_OFFSET).date()
    first_friday = local.weekday() == FRIDAY and local.day <= DAYS_OF_A_WEEK
    return morning - timedelta(days=1) if first_friday else morning


def _start(processes: ServiceProcesses) -> list[ServiceProcess]:
    names = known_services()
    return [
        processes.start(name, port=port) for name, port in zip(names, free_ports(len(names)), strict=True)
    ]


async def _live(morning: Morning, town: Town) -> float:
    """Let the town live; returns the real seconds until the last order ended, or until the limit."""
    began = monotonic()
    await town.live(morning.limit_s)
    return monotonic() - began


async def _watch(morning: Morning, processes: ServiceProcesses) -> None:
    """Restart services that were killed, as a process supervisor would."""
    restarts = 0
    while True:
        await asyncio.sleep(WATCH_EVERY_S)
        for service in list(processes.running):
            code = service.process.poll()
            if code is not None and restarts < MOST_RESTARTS:
                restarts += 1
                processes.running.remove(service)
                morning.console.print(f"{service.name} ended ({code}) and is restarted")
                processes.start(service.name, port=service.port)


async def _quiet(town: Town, mailbox: Mailbox, servers: Servers) -> None:
    """Wait until all invariants hold, at most `QUIET_WITHIN_S`."""
    deadline = monotonic() + QUIET_WITHIN_S
    while monotonic() < deadline:
        heard = len(town.event_log.events)
        await asyncio.sleep(LOOK_EVERY_S)
        if len(town.event_log.events) == heard and await _all_hold(town, mailbox, servers):
            return


async def _all_hold(town: Town, mailbox: Mailbox, servers: Servers) -> bool:
    """Whether all invariants hold now; False while a server is away."""
    try:
        _, results = await _look(town, mailbox, servers)
    except (AMQPError, PyMongoError, OSError, TimeoutError) as error:
        log.info("demo.server_away", error=type(error).__name__)
        return False
    return all(result.holds for result in results)


async def _look(town: Town, mailbox: Mailbox, servers: Servers) -> tuple[Evidence, list[InvariantResult]]:
    evidence = await gather(town, mailbox, servers)
    return evidence, check(evidence)


def _settings(morning: Morning) -> Document:
    scenario = morning.scenario
    return {
        "seed": scenario.seed,
        "speed": morning.speed,
        "orders_sent": scenario.orders,
        "drivers": scenario.drivers,
    }


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await cancel_and_wait(task)
