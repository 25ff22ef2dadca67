"""The town while it lives: a live picture on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta, timezone
from time import monotonic
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from contracts.events.notifications import NotificationFailed, NotificationSent
from contracts.message import Message
from services.ops.demo.stories import Narrator
from services.ops.demo.traffic import Traffic
from services.simulator.people.drivers import Rider
from services.simulator.town import Town

REFRESH_S, LINE_EVERY_S = 0.25, 3.0
STORIES, TEMPLATES, MORE_STATES = 6, 8, 4
STATES = {
    "requested": "white",
    "scheduled": "white",
    "awaiting_merchant": "yellow",
    "preparing": "yellow",
    "searching": "yellow",
    "assigned": "cyan",
    "at_pickup": "cyan",
    "picked_up": "cyan",
    "awaiting_return": "cyan",
    "returning": "cyan",
    "completed": "green",
    "cancelled": "magenta",
    "returned": "magenta",
    "handed_over": "magenta",
    "unserved": "red",
    "rejected": "red",
    "refused": "red",
}
ALWAYS = frozenset(
    {"searching", "assigned", "at_pickup", "picked_up", "completed", "cancelled", "unserved", "rejected"}
)
DRIVERS = {"on the road": "cyan", "waiting": "white", "silent": "yellow", "gone home": "dim"}
BAR_WIDTH, NARROW = 16, 100
WESTERN_INDONESIA = timezone(timedelta(hours=7))


class View:
    """Shows a town until it is stopped."""

    def __init__(self, town: Town, traffic: Traffic, narrator: Narrator, console: Console) -> None:
        self._town, self._traffic, self._narrator, self._console = town, traffic, narrator, console
        self._began = monotonic()
        self._rate = 0.0
        self._counted = (self._began, 0)
        self._told: Counter[str] = Counter()
        town.chronicle.listen(self._hear)

    async def run(self) -> None:
        """Until cancelled."""
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
            self._told[event.data.template] += 1

    def _states(self) -> Counter[str]:
        return Counter(self._town.chronicle.status.values())

    def _drivers(self) -> Counter[str]:
        return Counter(_doing(rider) for rider in self._town.riders.values())

    def _measure(self) -> float:
        """Events per second, over the last second or so."""
        now, count = monotonic(), len(self._town.chronicle.events)
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
            f"{monotonic() - self._began:5.0f} s  {self._clock()}  {len(self._town.chronicle.ended)}/"
            f"{self._town.scenario.orders} ended · {shown or 'no orders yet'} · {driving} driver{'s' * (driving != 1)} on the road · "
            f"{self._told.total()} told · queues {sum(load.ready for load in loads)} ready, "
            f"{sum(load.in_work for load in loads)} in work · {self._measure():.0f} events/s"
        )

    def _picture(self) -> RenderableType:
        panels = [
            _panel("orders", self._bars(self._states(), STATES, self._town.scenario.orders)),
            _panel("drivers", self._bars(self._drivers(), DRIVERS, len(self._town.riders)), self._queues()),
            _panel(
                "people told", _rows((name, str(count)) for name, count in self._told.most_common(TEMPLATES))
            ),
        ]
        tales = [
            Text(f"· {tale}", overflow="ellipsis", no_wrap=True) for tale in self._narrator.latest(STORIES)
        ]
        return Group(self._head(), Text(), _beside(panels, self._console.width), Text(), *tales)

    def _head(self) -> RenderableType:
        ended, wanted = len(self._town.chronicle.ended), self._town.scenario.orders
        head = Table.grid(padding=(0, 2))
        head.add_row(
            Text(f"Banyuwangi, {self._clock()}", style="bold cyan"),
            Text(f"{ended} of {wanted} orders ended", style="bold"),
            ProgressBar(total=wanted, completed=ended, width=BAR_WIDTH * 2),
            Text(f"{self._measure():.0f} events/s", style="bold"),
        )
        return head

    def _bars(self, counts: Counter[str], styles: dict[str, str], total: int) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_column(width=17)
        table.add_column(justify="right", width=4)
        for name, style in styles.items():
            if name not in ALWAYS and not counts[name]:
                continue
            bar = ProgressBar(
                total=total,
                completed=counts[name],
                width=BAR_WIDTH,
                complete_style=style,
                finished_style=style,
            )
            table.add_row(Text(name, style=style), str(counts[name] or ""), bar)
        return table

    def _queues(self) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_column(width=13)
        for _ in range(3):
            table.add_column(justify="right", width=6)
        table.add_row()
        table.add_row(*(Text(title, style="bold") for title in ("messages", "ready", "work", "done")))
        for service, load in self._traffic.loads.items():
            table.add_row(service, str(load.ready), str(load.in_work), str(load.done))
        return table

    def _clock(self) -> str:
        return self._town.pace.now().astimezone(WESTERN_INDONESIA).strftime("%H:%M:%S")


def _doing(rider: Rider) -> str:
    if not rider.phone.alive:
        return "silent"
    if rider.driving:
        return "on the road"
    return "waiting" if rider.on_shift else "gone home"


def _rows(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=24, no_wrap=True)
    table.add_column(justify="right", width=5)
    for row in rows:
        table.add_row(*row)
    return table


def _panel(title: str, *parts: RenderableType) -> Panel:
    return Panel(Group(*parts), title=title, title_align="left", border_style="dim", expand=False)


def _beside(panels: list[Panel], width: int) -> RenderableType:
    """In one row, or below each other where the terminal is narrow."""
    if width < NARROW:
        return Group(*panels)
    height = max(len(ALWAYS) + MORE_STATES, len(DRIVERS) + 5) + 2
    for panel in panels:
        panel.height = height
    row = Table.grid(padding=(0, 1))
    row.add_row(*panels)
    return row
