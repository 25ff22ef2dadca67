"""`gancang bench notifications`: ours and a hand-written loop, and ten thousand recipients of one event."""

from __future__ import annotations

import json
import platform
import statistics
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from services.notifications.domain.audience.table import EMAIL, SMS
from tests.bench.notifications import by_hand, many, ours
from tests.bench.notifications.job import Took, a_job, log_to_nowhere
from tests.bench.notifications.receivers import Receivers, receiving

PROGRAMS = {"gancang": ours.run, "by hand": by_hand.run}
GOAL = 0.8


def measure(
    *, count: int, rounds: int, recipients: int, server: str, console: Console, json_file: Path | None
) -> None:
    """Measure, print, and write what was asked for."""
    log_to_nowhere()
    document: dict[str, Any] = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "count": count,
    }
    with receiving() as receivers:
        document["speed"] = [_speed(kind, receivers, count, rounds, console) for kind in (EMAIL, SMS)]
    _print_speed(document["speed"], console)
    if recipients:
        document["many"] = many.measure(server, recipients, console)
    if json_file is not None:
        json_file.write_text(json.dumps(document, indent=2) + "\n")


def _speed(kind: str, receivers: Receivers, count: int, rounds: int, console: Console) -> dict[str, Any]:
    port = receivers.smtp if kind == EMAIL else receivers.http
    found: dict[str, list[Took]] = {name: [] for name in PROGRAMS}
    for number in range(rounds + 1):  # the first warms up
        for name, program in sorted(PROGRAMS.items(), reverse=bool(number % 2)):
            took = uvloop.run(program(a_job(kind, port, count)))
            arrived = receivers.count()
            if arrived != count:
                raise AssertionError(f"{name}: {arrived} of {count} arrived")
            if number:
                found[name].append(took)
                cpu = took.cpu_s / count * 1e6
                console.print(
                    f"{kind:<6} round {number}  {name:<8} {count / took.seconds:7.0f}/s {cpu:7.0f} µs of CPU",
                    highlight=False,
                )
    pairs = list(zip(found["gancang"], found["by hand"], strict=True))
    return {
        "kind": kind,
        "per_second": {
            name: round(count / statistics.median(took.seconds for took in rows))
            for name, rows in found.items()
        },
        "cpu_us": {
            name: round(statistics.median(took.cpu_s for took in rows) / count * 1e6)
            for name, rows in found.items()
        },
        "ratio": round(statistics.median(other.seconds / mine.seconds for mine, other in pairs), 2),
        "cpu_ratio": round(statistics.median(other.cpu_s / mine.cpu_s for mine, other in pairs), 2),
    }


def _print_speed(rows: list[dict[str, Any]], console: Console) -> None:
    table = Table(title="notifications a second in one process: rendered, sent, logged")
    for column in ("channel", *PROGRAMS, "ratio", "goal", "µs of CPU: ours", "by hand", "ratio"):
        table.add_column(column, justify="right")
    for row in rows:
        rates = (f"{row['per_second'][name]:,}" for name in PROGRAMS)
        cpu = (f"{row['cpu_us'][name]:,}" for name in PROGRAMS)
        table.add_row(
            row["kind"], *rates, f"{row['ratio']:.2f}", f"≥ {GOAL}", *cpu, f"{row['cpu_ratio']:.2f}"
        )
    console.print(table)
