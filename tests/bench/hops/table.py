"""The table of a comparison."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

COLUMNS = ("orders/s", "lowest to highest", "first ÷ it", "CPU ms/order", "program", "broker", "database")


def print_table(document: dict[str, Any], console: Console) -> None:
    """Print the medians of each program, and how ours compares."""
    rows: list[dict[str, Any]] = document["programs"]
    own = next((row["rate"] for row in rows if row["ours"]), rows[0]["rate"])
    orders, rounds, database = document["orders"], document["rounds"], document["database"]
    table = Table(title=f"three hops · {orders} orders · median of {rounds} · {database}")
    table.add_column("program")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for row in rows:
        cpu = row["cpu_ms"]
        table.add_row(
            row["title"],
            f"{row['rate']:.0f}",
            f"{row['lowest']:.0f} to {row['highest']:.0f}",
            f"{own / row['rate']:.2f}",
            f"{sum(cpu.values()):.2f}",
            *(f"{cpu[name]:.2f}" for name in ("program", "broker", "database")),
            style="bold" if row["ours"] else "",
        )
    console.print(table)
    _print_ratios(rows, console)


def _print_ratios(rows: list[dict[str, Any]], console: Console) -> None:
    fastest = max((row for row in rows if row["framework"]), key=lambda row: row["rate"], default=None)
    best = max((row["rate"] for row in rows if row["ours"]), default=None)
    if fastest and best:
        console.print(
            f"ours is {best / fastest['rate']:.2f} x the fastest framework ({fastest['title']})",
            highlight=False,
        )
    limit = next((row["rate"] for row in rows if row["name"] == "batches"), None)
    if limit and best:
        console.print(f"ours is {best / limit:.2f} x the hand-written micro-batches", highlight=False)
