"""Shows the town while it runs: a live picture on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta, timezone
from time import monotonic
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from contracts.events.notifications import NotificationFailed, NotificationSent
from contracts.message import Message
from services.ops.demo.panels import BAR_WIDTH, DRIVERS, STATES, bars, beside, panel, queues, rows
from services.ops.demo.stories import Narrator
from services.ops.demo.traffic import Traffic
from services.simulator.people.drivers import Driver
from services.simulator.town import Town

REFRESH_S, LINE_EVERY_S = 0.25, 3.0
STORIES, TEMPLATES = 6, 8
WESTERN_INDONESIA = timezone(timedelta(hours=7))


class View:
    """Shows a town until it is cancelled."""

    def __init__(self, town: Town, traffic: Traffic, narrator: Narrator, console: Console) -> None:
        self._town, self._traffic, self._narrator, self._console = town, traffic, narrator, console
        self._began = monotonic()
        self._rate = 0.0
        self._counted = (self._began, 0)
        self._notified: Counter[str] = Counter()
        town.event_log.listen(self._hear)

    async def run(self) -> None:
        """Show it until cancelled."""
        if self._console.is_terminal:
            await self._live()
        else:
            await self._lines()

    async def _live(self) -> None:
        with Live(self._picture(), console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                await asyncio.sleep(REFRESH_S)
                live.update(self._picture(), refresh=True)

    async def _lines(self) -> None:
        while True:
            await asyncio.sleep(LINE_EVERY_S)
            self._console.print(self._line(), highlight=False)

    def _hear(self, event: Message[Any]) -> None:
        if isinstance(event.data, NotificationSent) and not isinstance(event.data, NotificationFailed):
            self._notified[event.data.template] += 1

    def _states(self) -> Counter[str]:
        return Counter(self._town.event_log.status.values())

    def _drivers(self) -> Counter[str]:
        return Counter(_doing(driver) for driver in self._town.drivers.values())

    def _measure(self) -> float:
        """Events per second, over about the last second."""
        now, count = monotonic(), len(self._town.event_log.events)
        since, before = self._counted
        if now - since >= 1:
            self._rate = (count - before) / (now - since)
            self._counted = (now, count)
        return self._rate

    def _line(self) -> str:
        states, loads = self._states(), self._traffic.loads.values()
        shown = ", ".join(f"{states[state]} {state}" for state in STATES if states[state])
        driving = self._drivers()["on the road"]
        return (
            f"{monotonic() - self._began:5.0f} s  {self._clock()}  {len(self._town.event_log.ended)}/"
            f"{self._town.scenario.orders} ended · {shown or 'no orders yet'} · "
            f"{driving} driver{'s' * (driving != 1)} on the road · "
            f"{self._notified.total()} notified · queues {sum(load.ready for load in loads)} ready, "
            f"{sum(load.in_work for load in loads)} in work · {self._measure():.0f} events/s"
        )

    def _picture(self) -> RenderableType:
        panels = [
            panel("orders", bars(self._states(), STATES, self._town.scenario.orders)),
            panel(
                "drivers",
                bars(self._drivers(), DRIVERS, len(self._town.drivers)),
                queues(self._traffic.loads),
            ),
            panel(
                "notifications",
                rows((name, str(count)) for name, count in self._notified.most_common(TEMPLATES)),
            ),
        ]
        stories = [
            Text(f"· {story}", overflow="ellipsis", no_wrap=True) for story in self._narrator.latest(STORIES)
        ]
        return Group(self._head(), Text(), beside(panels, self._console.width), Text(), *stories)

    def _head(self) -> RenderableType:
        ended, ordered = len(self._town.event_log.ended), self._town.scenario.orders
        head = Table.grid(padding=(0, 2))
        head.add_row(
            Text(f"Banyuwangi, {self._clock()}", style="bold cyan"),
            Text(f"{ended} of {ordered} orders ended", style="bold"),
            ProgressBar(total=ordered, completed=ended, width=BAR_WIDTH * 2),
            Text(f"{self._measure():.0f} events/s", style="bold"),
        )
        return head

    def _clock(self) -> str:
        return self._town.pace.now().astimezone(WESTERN_INDONESIA).strftime("%H:%M:%S")


def _doing(driver: Driver) -> str:
    if not driver.phone.reachable:
        return "silent"
    if driver.driving:
        return "on the road"
    return "waiting" if driver.on_shift else "gone home"
