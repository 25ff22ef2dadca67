"""Travel times: estimated, or from a router on a real socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
from httpx import AsyncClient

from services.matching.adapters import osrm
from services.matching.adapters.osrm import Osrm
from services.matching.adapters.road_estimates import RoadEstimates, read_estimates
from services.matching.domain.ground.travel import RoadEstimate, Travel, estimate_for
from services.matching.ports import Approach, Sighting
from services.runtime.errors import NotConfigured
from tests.support.builders import NOW

EVERYWHERE = RoadEstimate(date.min, 1.3, 36)
TOWN, PALTUDING = (-8.2106, 114.3745), (-8.0716, 114.2236)
ESTIMATED = Travel(1300, 130)
Answer = Callable[[str], tuple[int, bytes]]


def an_approach(drivers: int = 1, straight_m: float = 1000.0, where: tuple[float, float] = TOWN) -> Approach:
    return Approach(
        *where, [Sighting(f"d-{number}", straight_m, where[0] + 0.009, where[1]) for number in range(drivers)]
    )


def table(*ways: tuple[float | None, float | None]) -> bytes:
    """A table as OSRM writes it, from (metres, seconds) of each driver."""
    return json.dumps(
        {"code": "Ok", "distances": [[m] for m, _ in ways], "durations": [[s] for _, s in ways]}
    ).encode()


@contextmanager
def a_router(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """A router on a port of its own; it keeps the requests."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, body = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def ask(url: str, *approaches: Approach, times: int = 1, box_s: float = 5.0) -> list[Any]:
    async with AsyncClient() as client:
        router = Osrm(client, url, RoadEstimates((), EVERYWHERE), box_s)
        return [await router.travel(approaches, NOW) for _ in range(times)]


async def test_travel_times_of_the_router_are_used() -> None:
    with a_router(lambda _: (200, table((2100, 340.5), (900, 80)))) as (url, asked):
        ((ways,),) = await ask(url, an_approach(drivers=2))

    assert ways == [Travel(2100, 340.5), Travel(900, 80)]
    places = "114.374500,-8.210600;114.374500,-8.201600;114.374500,-8.201600"
    assert asked == [f"/table/v1/driving/{places}?sources=1;2&destinations=0&annotations=duration,distance"]


async def test_a_driver_without_a_road_to_the_pickup_is_estimated() -> None:
    with a_router(lambda _: (200, table((None, None), (900, 80)))) as (url, _):
        ((ways,),) = await ask(url, an_approach(drivers=2))

    assert ways == [ESTIMATED, Travel(900, 80)]


async def test_more_drivers_than_a_table_holds_take_several_requests() -> None:
    def answer(path: str) -> tuple[int, bytes]:
        return 200, table(*[(1.0, 1.0)] * (path.split("?", maxsplit=1)[0].count(";")))

    with a_router(answer) as (url, asked):
        ((ways,),) = await ask(url, an_approach(drivers=150))

    assert ways == [Travel(1, 1)] * 150
    assert len(asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"oops"),
        (200, b"no json"),
        (200, b'{"code":"Ok"}'),
        (200, table((1, 1), (1, 1), (1, 1))),
        (200, table((1, -1))),
        (400, b'{"code":"TooBig"}'),
    ],
)
async def test_a_router_that_fails_gets_a_pause_and_the_estimate_is_used(
    answer: tuple[int, bytes],
) -> None:
    with a_router(lambda _: answer) as (url, asked):
        first, second = await ask(url, an_approach(), times=2)

    assert first == second == [[ESTIMATED]]
    assert len(asked) == 1


async def test_late_tables_are_estimated_and_the_others_used() -> None:
    released = Event()

    def answer(path: str) -> tuple[int, bytes]:
        if f"{PALTUDING[0]:.6f}" in path:
            released.wait(10)
        return 200, table((700, 70))

    before = osrm.ASKED.labels("late")._value.get()
    with a_router(answer) as (url, _):
        since = monotonic()
        ((quick, slow),) = await ask(url, an_approach(), an_approach(where=PALTUDING), box_s=0.5)
        took = monotonic() - since
        released.set()

    assert (quick, slow) == ([Travel(700, 70)], [ESTIMATED])
    assert took < 5
    assert osrm.ASKED.labels("late")._value.get() == before + 1


async def test_without_a_reachable_router_the_estimate_is_used() -> None:
    with a_router(lambda _: (200, b"")) as (url, _):
        pass

    assert await ask(url, an_approach()) == [[[ESTIMATED]]]


async def test_the_climb_to_paltuding_takes_about_an_hour() -> None:
    roads = RoadEstimates(read_estimates(), EVERYWHERE)

    ((up,), (town,)) = await roads.travel(
        [an_approach(straight_m=22_600, where=PALTUDING), an_approach()], NOW
    )

    assert up.seconds == pytest.approx(3600, rel=0.05)
    assert town == ESTIMATED


def test_the_newest_estimate_that_holds_on_the_day_counts() -> None:
    old, new = (RoadEstimate(date(year, 1, 1), 2, 20, frozenset({"35.10.24"})) for year in (2020, 2025))

    chosen = [
        estimate_for("35.10.24", date(year, 6, 1), (new, old), EVERYWHERE) for year in (2019, 2021, 2026)
    ]

    assert chosen == [EVERYWHERE, old, new]
    assert estimate_for("35.10.16", date(2026, 6, 1), (new, old), EVERYWHERE) == EVERYWHERE


@pytest.mark.parametrize("text", ["estimate = 3", "[[estimate]]\ndistricts = []", "not toml"])
def test_an_invalid_file_of_estimates_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "roads.toml").write_text(text)

    with pytest.raises(NotConfigured):
        read_estimates(tmp_path / "roads.toml")
