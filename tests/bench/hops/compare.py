"""All programs, round by round, so that what the machine does meanwhile hits all alike; medians, ratios, a table, a picture."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from services.ops.errors import CommandError
from tests.bench.hops.contestants import CONTESTANTS, Contestant, ours
from tests.bench.hops.picture import bars
from tests.bench.hops.rivals import interpreter
from tests.bench.hops.rounds import Result, play
from tests.bench.hops.servers import Servers, servers

PACKAGES = ("aio-pika", "faststream", "motor", "pymongo", "pydantic", "uvloop")
PRICED = (
    "outbox",
    "effect-once",
    "history",
    "metrics",
    "logs",
    "tracing",
    "outbox,effect-once,history,metrics,logs,tracing",
)


def chosen(names: str) -> list[Contestant]:
    """The programs named, all when none is. Raises CommandError."""
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(CONTESTANTS)
    if unknown := [name for name in wanted if name not in CONTESTANTS]:
        raise CommandError(f"no such program: {', '.join(unknown)} (there are {', '.join(CONTESTANTS)})")
    return [CONTESTANTS[name] for name in wanted]


def priced() -> list[Contestant]:
    """Ours with everything, and without one thing at a time."""
    named = {without: "all of them" if "," in without else without for without in PRICED}
    return [
        ours("gancang-3", "with everything"),
        *(ours(f"-{n}", f"without {n}", without=w) for w, n in named.items()),
    ]


@dataclass(slots=True)
class Outcome:
    """The good rounds of each program, and a sentence for each that was not."""

    results: dict[str, list[Result]]
    failures: list[str]


def compare(
    contestants: Sequence[Contestant],
    *,
    server: str,
    orders: int,
    rounds: int,
    console: Console,
    json_file: Path | None,
    picture: Path | None,
) -> None:
    """Measure, print, write what was asked for; then raise CommandError if a round of any program was wrong."""
    python = interpreter() if not all(each.ours for each in contestants) else ""
    with tempfile.TemporaryDirectory(prefix="gancang-hops-") as name:
        folder = Path(name)
        with servers(server, folder / "servers") as running:
            outcome = asyncio.run(_rounds(contestants, running, orders, rounds, python, folder, console))
            document = _document(contestants, outcome, server, running.database, orders, rounds)
    _print(document, console)
    if json_file is not None:
        json_file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    if picture is not None:
        title = f"three hops, orders a second (median of {rounds}, {orders} orders, {document['database']})"
        picture.write_text(
            bars(title, [(row["title"], row["rate"], row["ours"]) for row in document["programs"]])
        )
    if outcome.failures:
        raise CommandError(f"{len(outcome.failures)} rounds were wrong: {' | '.join(outcome.failures)}")


async def _rounds(
    contestants: Sequence[Contestant],
    running: Servers,
    orders: int,
    rounds: int,
    python: str,
    folder: Path,
    console: Console,
) -> Outcome:
    outcome = Outcome({each.name: [] for each in contestants}, [])
    for number in range(rounds):
        order = (
            list(contestants)[number % len(contestants) :] + list(contestants)[: number % len(contestants)]
        )
        for each in order:
            which = sys.executable if each.ours else python
            try:
                result = await play(each, running, orders, which, folder / f"{each.name}.log")
            except CommandError as error:
                outcome.failures.append(f"round {number + 1}: {error}")
                console.print(f"round {number + 1}  {each.title:<36}  wrong", style="red")
                continue
            outcome.results[each.name].append(result)
            console.print(
                f"round {number + 1}  {each.title:<36} {result.rate:6.0f} orders/s", highlight=False
            )
    return outcome


def _document(
    contestants: Sequence[Contestant], outcome: Outcome, server: str, database: str, orders: int, rounds: int
) -> dict[str, Any]:
    rows = [_row(each, outcome.results[each.name]) for each in contestants if outcome.results[each.name]]
    return {
        "orders": orders,
        "rounds": rounds,
        "server": server,
        "database": database,
        "machine": {
            "cores": os.cpu_count(),
            "processor": platform.processor() or platform.machine(),
            "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in PACKAGES},
        "programs": rows,
        "failures": outcome.failures,
    }


def _row(contestant: Contestant, results: list[Result]) -> dict[str, Any]:
    def median(of: str) -> float:
        return float(round(statistics.median(getattr(result, of) for result in results), 2))

    return {
        "name": contestant.name,
        "title": contestant.title,
        "ours": contestant.ours,
        "framework": contestant.framework,
        "rate": median("rate"),
        "lowest": round(min(result.rate for result in results), 1),
        "highest": round(max(result.rate for result in results), 1),
        "cpu_ms": {
            "program": median("program_ms"),
            "broker": median("broker_ms"),
            "database": median("database_ms"),
        },
        "rounds": [asdict(result) for result in results],
    }


def _print(document: dict[str, Any], console: Console) -> None:
    rows: list[dict[str, Any]] = document["programs"]
    own = next((row["rate"] for row in rows if row["ours"]), rows[0]["rate"])
    table = Table(
        title=f"three hops · {document['orders']} orders · median of {document['rounds']} · {document['database']}"
    )
    table.add_column("program")
    for name in (
        "orders/s",
        "lowest to highest",
        "first ÷ it",
        "CPU ms/order",
        "program",
        "broker",
        "database",
    ):
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
