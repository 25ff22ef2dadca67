"""`gancang bench`: how fast the services are, compared with others, and what each promise costs.

The benches themselves are beside the tests and are not installed.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from services.ops import terminal
from services.ops.errors import CommandError

ROOT = Path(__file__).parents[3]

Server = Annotated[
    str,
    typer.Option(
        "--server",
        help="fast: mongod or secantusd-rs on the PATH; embedded: the wheel; "
        "given: those of GANCANG_*, with an empty database.",
    ),
]
Orders = Annotated[int, typer.Option("--orders", min=50, max=200_000, help="Orders in a round.")]
Rounds = Annotated[
    int, typer.Option("--rounds", min=1, max=50, help="Rounds; every program runs once in each.")
]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures to this file.")]
Picture = Annotated[Path | None, typer.Option("--picture", help="Write a bar chart to this file, as SVG.")]

Day = Annotated[
    bool,
    typer.Option(
        "--day/--no-day", help="Play the days (a minute each), or measure only rounds and positions."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    bench = typer.Typer(
        no_args_is_help=True, help="Measure: throughput against others, price, latency, idle cost."
    )
    bench.command("hops")(hops)
    bench.command("price")(price)
    bench.command("latency")(latency)
    bench.command("idle")(idle)
    bench.command("matching")(matching)
    bench.command("notifications")(notifications)
    app.add_typer(bench, name="bench")


def hops(
    orders: Orders = 2000,
    rounds: Rounds = 5,
    programs: Annotated[str, typer.Option(help="Comma separated; all by default.")] = "",
    server: Server = "fast",
    json: Json = None,
    picture: Picture = None,
) -> None:
    """Three hops of an order (accept, match, notify) with our runtime and with other frameworks.

    gancang bench hops --programs gancang-3,batches,dramatiq --picture hops.svg
    """
    compare = _module("compare")
    compare.compare(
        compare.chosen(programs),
        server=_known(server),
        orders=orders,
        rounds=rounds,
        console=terminal.console(),
        json_file=json,
        picture=picture,
    )


def price(
    orders: Orders = 2000,
    rounds: Rounds = 5,
    server: Server = "fast",
    json: Json = None,
    picture: Picture = None,
) -> None:
    """Our runtime complete, and without one promise or feature at a time.

    gancang bench price --rounds 3 --json price.json
    """
    compare = _module("compare")
    compare.compare(
        compare.priced(),
        server=_known(server),
        orders=orders,
        rounds=rounds,
        console=terminal.console(),
        json_file=json,
        picture=picture,
    )


def latency(
    rate: Annotated[float, typer.Option(min=0, help="The highest rate; 0: measure it first.")] = 0,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="How long each load lasts.")] = 10,
    processes: Annotated[int, typer.Option(min=1, max=3, help="3: one a hop; 1: one for all.")] = 3,
    server: Server = "fast",
    json: Json = None,
) -> None:
    """From the publish of an order to its notification: alone, and at 50 % and 80 % of the highest rate.

    gancang bench latency --processes 1
    """
    _module("latency").measure(_known(server), rate, seconds, processes, terminal.console(), json)


def idle(
    seconds: Annotated[float, typer.Option(min=1, max=600, help="How long they are idle.")] = 20,
    server: Server = "fast",
    json: Json = None,
) -> None:
    """What each service costs while it is idle, and how soon it is ready.

    gancang bench idle --seconds 60
    """
    _module("idle").measure(_known(server), seconds, terminal.console(), json)


def matching(
    *,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Days to play; the means are printed.")] = 3,
    orders: Annotated[int, typer.Option(min=100, max=50_000, help="Orders of a day.")] = 3000,
    drive: Annotated[
        int, typer.Option(min=0, max=5_000, help="Orders of the monthly drive, within a quarter of an hour.")
    ] = 400,
    drivers: Annotated[int, typer.Option(min=10, max=5_000, help="Drivers of a day.")] = 260,
    day: Day = True,
    json: Json = None,
    picture: Picture = None,
) -> None:
    """Compare matching rounds with the optimum and with nearest-first; measure positions, memory, whole days.

    gancang bench matching --seeds 5 --json docs/matching.json --picture docs/matching.svg
    """
    _module("compare", "matching").measure(
        seeds=seeds,
        orders=orders,
        drive=drive,
        drivers=drivers,
        day=day,
        console=terminal.console(),
        json_file=json,
        picture=picture,
    )


def notifications(
    count: Annotated[int, typer.Option(min=100, max=1_000_000, help="Notifications in a round.")] = 4000,
    rounds: Rounds = 5,
    recipients: Annotated[
        int, typer.Option(min=0, max=100_000, help="Recipients of one event; 0: not measured.")
    ] = 10_000,
    server: Server = "embedded",
    json: Json = None,
) -> None:
    """Render, send and log notifications in one process, compared with a hand-written loop.

    Then one event to many people.

    gancang bench notifications --rounds 3 --json notifications.json
    """
    measure = _module("compare", "notifications").measure
    measure(
        count=count,
        rounds=rounds,
        recipients=recipients,
        server=_known(server),
        console=terminal.console(),
        json_file=json,
    )


def _known(server: str) -> str:
    choices: tuple[str, ...] = _module("servers").CHOICES
    if server not in choices:
        raise CommandError(f"no such server: {server} (there are {', '.join(choices)})")
    return server


def _module(name: str, of: str = "hops") -> ModuleType:
    if not (ROOT / "tests" / "bench" / of).is_dir():
        raise CommandError("gancang bench needs the source tree: clone it and use ./gancang bench")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module(f"tests.bench.{of}.{name}")
