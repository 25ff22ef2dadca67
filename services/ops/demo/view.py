"""The town while it lives: a live table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta, timezone
from time import monotonic

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from services.ops.demo.stories import Narrator
from services.simulator.mailbox import Mailbox
from services.simulator.town import Town

REFRESH_S, LINE_EVERY_S = 0.25, 3.0
STORIES = 6
STATES = (
    "requested",
    "searching",
    "assigned",
    "at_pickup",
    "picked_up",
    "completed",
    "cancelled",
    "unserved",
    "rejected",
    "refused",
)
BAR_WIDTH = 30
WESTERN_INDONESIA = timezone(timedelta(hours=7))


class View:
    """Shows a town until it is stopped."""

    def __init__(self, town: Town, mailbox: Mailbox, narrator: Narrator, console: Console) -> None:
        self._town, self._mailbox, self._narrator, self._console = town, mailbox, narrator, console
        self._began = monotonic()
        self._rate = 0.0
        self._counted = (self._began, 0)

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

    def _states(self) -> Counter[str]:
        return Counter(self._town.chronicle.status.values())

    def _measure(self) -> float:
        """Events per second, over the last second or so."""
        now, count = monotonic(), len(self._town.chronicle.events)
        since, before = self._counted
        if now - since >= 1:
            self._rate = (count - before) / (now - since)
            self._counted = (now, count)
        return self._rate

    def _line(self) -> str:
        states = self._states()
        shown = ", ".join(f"{states[state]} {state}" for state in STATES if states[state])
        driving = sum(rider.driving for rider in self._town.riders.values())
        return (
            f"{monotonic() - self._began:5.0f} s  {self._clock()}  {len(self._town.chronicle.ended)}/"
            f"{self._town.scenario.orders} ended · {shown or 'no orders yet'} · {driving} drivers on the road · "
            f"{self._mailbox.count} mails · {self._measure():.0f} events/s"
        )

    def _picture(self) -> RenderableType:
        states, wanted = self._states(), self._town.scenario.orders
        table = Table.grid(padding=(0, 2))
        for state in STATES:
            if states[state]:
                bar = ProgressBar(total=wanted, completed=states[state], width=BAR_WIDTH)
                table.add_row(Text(state, style="bold"), str(states[state]), bar)
        driving = sum(rider.driving for rider in self._town.riders.values())
        head = Text(
            f"Banyuwangi, {self._clock()}   {len(self._town.chronicle.ended)} of {wanted} orders ended   "
            f"{driving} of {len(self._town.riders)} drivers on the road   "
            f"{self._mailbox.count} mails   {self._measure():.0f} events/s",
            style="bold cyan",
        )
        tales = [Text(f"· {tale}", style="dim", overflow="ellipsis", no_wrap=True) for tale in self._narrator.latest(STORIES)]
        return Group(head, Text(), table, Text(), *tales)

    def _clock(self) -> str:
        return self._town.pace.now().astimezone(WESTERN_INDONESIA).strftime("%H:%M:%S")
