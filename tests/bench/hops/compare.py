"""All programs in alternating rounds, so that other work on the machine hits all alike.

Prints medians and ratios as a table, and writes the figures and a picture.
"""

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

from services.ops.errors import CommandError
from tests.bench.hops.contestants import CONTESTANTS, Contestant, ours
from tests.bench.hops.picture import bars
from tests.bench.hops.rivals import interpreter
from tests.bench.hops.rounds import Result, play
from tests.bench.hops.servers import Servers, servers
from tests.bench.hops.table import print_table

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
        ours("documented", "FastStream as documented", faststream="documented"),
        ours("documented-raw", "the same with aiormq's message", faststream="documented-raw"),
    ]


@dataclass(slots=True)
class Played:
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
    """Measure, print, and write the files asked for.

    Raises `CommandError` if a round of any program was wrong.
    """
    python = interpreter() if not all(each.ours for each in contestants) else ""
    with tempfile.TemporaryDirectory(prefix="gancang-hops-") as name:
        folder = Path(name)
        with servers(server, folder / "servers") as running:
            played = asyncio.run(_rounds(contestants, running, orders, rounds, python, folder, console))
            document = _document(contestants, played, server, running.database, orders, rounds)
    print_table(document, console)
    if json_file is not None:
        json_file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    if picture is not None:
        title = f"three hops, orders a second (median of {rounds}, {orders} orders, {document['database']})"
        picture.write_text(
            bars(title, [(row["title"], row["rate"], row["ours"]) for row in document["programs"]])
        )
    if played.failures:
        raise CommandError(f"{len(played.failures)} rounds were wrong: {' | '.join(played.failures)}")


async def _rounds(
    contestants: Sequence[Contestant],
    running: Servers,
    orders: int,
    rounds: int,
    python: str,
    folder: Path,
    console: Console,
) -> Played:
    played = Played({each.name: [] for each in contestants}, [])
    for number in range(rounds):
        order = (
            list(contestants)[number % len(contestants) :] + list(contestants)[: number % len(contestants)]
        )
        for each in order:
            which = sys.executable if each.ours else python
            try:
                result = await play(each, running, orders, which, folder / f"{each.name}.log")
            except CommandError as error:
                played.failures.append(f"round {number + 1}: {error}")
                console.print(f"round {number + 1}  {each.title:<36}  wrong", style="red")
                continue
            played.results[each.name].append(result)
            console.print(
                f"round {number + 1}  {each.title:<36} {result.rate:6.0f} orders/s", highlight=False
            )
    return played


def _document(
    contestants: Sequence[Contestant], played: Played, server: str, database: str, orders: int, rounds: int
) -> dict[str, Any]:
    rows = [_row(each, played.results[each.name]) for each in contestants if played.results[each.name]]
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
        "failures": played.failures,
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
