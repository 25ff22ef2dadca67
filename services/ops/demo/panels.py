"""The parts of the live picture: bars, queues, panels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from services.ops.demo.traffic import Load

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
DRIVERS = {"on the road": "cyan", "waiting": "white", "silent": "yellow", "gone home": "dim"}
ALWAYS = frozenset(
    {"searching", "assigned", "at_pickup", "picked_up", "completed", "cancelled", "unserved", "rejected"}
)  # shown with a bar even when empty
MORE_STATES = 4  # rows for others
BAR_WIDTH, NARROW = 16, 100


def bars(counts: Counter[str], styles: Mapping[str, str], total: int) -> Table:
    """A row for each name with its count and a bar; `total` fills the bar."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=17)
    table.add_column(justify="right", width=4)
    for name, style in styles.items():
        if name not in ALWAYS and not counts[name]:
            continue
        bar = ProgressBar(
            total=total, completed=counts[name], width=BAR_WIDTH, complete_style=style, finished_style=style
        )
        table.add_row(Text(name, style=style), str(counts[name] or ""), bar)
    return table


def queues(loads: Mapping[str, Load]) -> Table:
    """A row for each service with its messages."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=13)
    for _ in range(3):
        table.add_column(justify="right", width=6)
    table.add_row()
    table.add_row(*(Text(title, style="bold") for title in ("messages", "ready", "work", "done")))
    for service, load in loads.items():
        table.add_row(service, str(load.ready), str(load.in_work), str(load.done))
    return table


def rows(pairs: Iterable[tuple[str, str]]) -> Table:
    """A row for each name with its number."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=24, no_wrap=True)
    table.add_column(justify="right", width=5)
    for pair in pairs:
        table.add_row(*pair)
    return table


def panel(title: str, *parts: RenderableType) -> Panel:
    """A frame with a title around these parts."""
    return Panel(Group(*parts), title=title, title_align="left", border_style="dim", expand=False)


def beside(panels: list[Panel], width: int) -> RenderableType:
    """Place the panels in one row, or below each other when the terminal is narrow."""
    if width < NARROW:
        return Group(*panels)
    height = max(len(ALWAYS) + MORE_STATES, len(DRIVERS) + 5) + 2
    for one in panels:
        one.height = height
    row = Table.grid(padding=(0, 1))
    row.add_row(*panels)
    return row
