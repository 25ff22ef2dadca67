"""`gancang bench matching`: speed and cost of a round, positions, memory, a simulated day; with rivals."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.matching import intake, speed
from tests.bench.matching.day import Day
from tests.bench.matching.demand import DRIVE_AT, DRIVE_LASTS_S, HOUR, requests, workers
from tests.bench.matching.figures import figures
from tests.bench.matching.picture import panels
from tests.bench.matching.policies import POLICIES
from tests.bench.matching.scenes import scene

ROUNDS: tuple[tuple[str, int, int, bool], ...] = (
    ("spread over the town", 500, 5_000, False),
    ("a city at its peak", 2_000, 20_000, False),
    ("all orders at one end of the town", 500, 5_000, True),
    ("more orders than drivers", 500, 300, False),
)
TIMES = 5


def measure(
    *,
    seeds: int,
    orders: int,
    drive: int,
    drivers: int,
    day: bool,
    console: Console,
    json_file: Path | None,
    picture: Path | None,
) -> None:
    """Measure, print, and write what was asked for."""
    document: dict[str, Any] = {"machine": _machine()}
    document["rounds"] = [
        speed.measure(scene(title, o, d, crowd=crowd), TIMES) for title, o, d, crowd in ROUNDS
    ]
    _print_rounds(document["rounds"], console)
    document["positions"] = intake.measure()
    _print_positions(document["positions"], console)
    if day:
        document["day"] = _days(seeds, orders, drive, drivers, console)
        _print_day(document["day"], console)
    if json_file is not None:
        json_file.write_text(json.dumps(document, indent=2) + "\n")
    if picture is not None and day:
        title = f"A day in Banyuwangi, {orders + drive:,} orders, {drivers} drivers, mean of {seeds} seeds"
        picture.write_text(panels(title, document["day"]["policies"]))


def _days(seeds: int, orders: int, drive: int, drivers: int, console: Console) -> dict[str, Any]:
    played: dict[str, list[dict[str, Any]]] = {name: [] for name in POLICIES}
    for seed in range(1, seeds + 1):
        asked, driving = requests(seed, orders, drive), workers(seed, drivers)
        for name, policy in POLICIES.items():
            day = Day(seed, asked, driving)
            policy(day)
            asyncio.run(day.run())
            played[name].append(figures(day))
            console.print(f"seed {seed}  {name:<15} {_line(played[name][-1])}", highlight=False)
    return {
        "orders": orders,
        "drive": drive,
        "drivers": drivers,
        "drive_at_h": [DRIVE_AT / HOUR, (DRIVE_AT + DRIVE_LASTS_S) / HOUR],
        "policies": [{"policy": name, "mean": _mean(rows), "seeds": rows} for name, rows in played.items()],
    }


def _mean(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {name: round(statistics.mean(row[name] for row in rows), 4) for name in rows[0]}


def _line(row: dict[str, Any]) -> str:
    pickup, slowest = row["pickup_median_s"], row["pickup_p95_s"]
    return f"{row['served_percent']:.1f} % served, pick-up {pickup:.0f} s, 95 % within {slowest:.0f} s"


def _machine() -> dict[str, Any]:
    versions = {name: version(name) for name in ("numpy", "scipy", "h3")}
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        **versions,
    }


def _print_rounds(rows: list[dict[str, Any]], console: Console) -> None:
    table = Table(
        title=f"a round, from positions to pairs · CPU, median of {TIMES} · cost above the least possible"
    )
    for name in (
        "",
        "orders",
        "drivers",
        "batched ms",
        "cost",
        "nearest first ms",
        "cost",
        "dense optimum ms",
    ):
        table.add_column(name, justify="right" if name else "left")
    for row in rows:
        ours, theirs = row["batched"], row["nearest_first"]
        table.add_row(
            row["scene"],
            f"{row['orders']:,}",
            f"{row['drivers']:,}",
            f"{ours['ms']:.0f}",
            f"+{ours['above_optimum_percent']:.2f} %",
            f"{theirs['ms']:.0f}",
            f"+{theirs['above_optimum_percent']:.1f} %",
            f"{row['dense_optimum']['ms']:.0f}",
        )
    console.print(table)


def _print_positions(rows: dict[str, Any], console: Console) -> None:
    table = Table(title=f"positions in messages of {intake.A_MESSAGE}, {intake.DRIVERS:,} drivers")
    for name in ("kept in", "positions/s", "process MiB", "of it theirs MiB"):
        table.add_column(name, justify="right")
    for name, row in rows.items():
        table.add_row(name, f"{row['positions_a_second']:,}", f"{row['rss_mib']}", f"{row['gained_mib']}")
    console.print(table)


COLUMNS: tuple[tuple[str, Callable[[dict[str, float]], str]], ...] = (
    ("served", lambda mean: f"{mean['served_percent']:.2f} %"),
    ("in the drive", lambda mean: f"{mean['drive_served_percent']:.1f} %"),
    ("pick-up median", lambda mean: f"{mean['pickup_median_s']:.0f} s"),
    ("p95", lambda mean: f"{mean['pickup_p95_s']:.0f} s"),
    ("ride to it median", lambda mean: f"{mean['approach_median_s']:.0f} s"),
    ("p95", lambda mean: f"{mean['approach_p95_s']:.0f} s"),
    ("offers/served", lambda mean: f"{mean['offers_per_served']:.2f}"),
    ("Gini", lambda mean: f"{mean['gini']:.3f}"),
)


def _print_day(day: dict[str, Any], console: Console) -> None:
    demand = f"{day['orders']:,} orders and {day['drive']} in the drive, {day['drivers']} drivers"
    table = Table(title=f"a day: {demand} · mean of the seeds")
    table.add_column("policy")
    for name, _ in COLUMNS:
        table.add_column(name, justify="right")
    for row in day["policies"]:
        table.add_row(row["policy"], *(show(row["mean"]) for _, show in COLUMNS))
    console.print(table)
