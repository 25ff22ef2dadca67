"""The whole town, and somebody pulls plugs: every invariant of the demo still holds."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from services.ops.demo.morning import Morning, play
from services.simulator.town import Scenario
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.ops.embedded import EmbeddedServers

pytestmark = [
    pytest.mark.chaos,
    # aiormq drops its own close() when a connection dies under it
    pytest.mark.filterwarnings("ignore:coroutine 'Connection.close' was never awaited"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
ORDERS, DRIVERS, EVERY_S, SPEED = 200, 90, 4.0, 20.0
LONG = pytest.mark.skipif(
    "GANCANG_TEST_LONG" not in os.environ,
    reason="a minute and a half more each: GANCANG_TEST_LONG=1 runs them",
)
AWAY_S, READY_WITHIN_S = 20, 60
SERVICES = ("orders", "matching", "notifications")


def children_of_ours(service: str) -> list[int]:
    """Process ids of a service that this process has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if f"services.{service}".encode() in command and parent == os.getpid():
            found.append(int(folder.name))
    return found


async def kill_every_service(_: EmbeddedServers) -> None:
    """Each of them twice, in the thick of it."""
    for service in SERVICES * 2:
        await asyncio.sleep(5)
        found = await eventually(partial(children_of_ours, service))
        assert len(found) == 1
        os.kill(found[0], signal.SIGKILL)


async def broker_away(servers: EmbeddedServers) -> None:
    await asyncio.sleep(15)
    await asyncio.to_thread(servers.rabbit.stop)
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(servers.rabbit.start)


async def database_away(servers: EmbeddedServers) -> None:
    await asyncio.sleep(15)
    await asyncio.to_thread(servers.mongo.stop)
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(servers.mongo.start)


async def database_killed(servers: EmbeddedServers) -> None:
    for _ in range(3):
        await asyncio.sleep(10)
        await asyncio.to_thread(servers.mongo.kill)
        await asyncio.to_thread(servers.mongo.start)


async def broker_killed(servers: EmbeddedServers) -> None:
    await asyncio.sleep(20)
    await asyncio.to_thread(servers.rabbit.kill)
    await asyncio.to_thread(servers.rabbit.start)


@pytest.mark.parametrize(
    "trouble",
    [
        kill_every_service,
        broker_away,
        database_away,
        pytest.param(database_killed, marks=LONG),
        pytest.param(broker_killed, marks=LONG),
    ],
)
async def test_every_invariant_holds_after(
    own_servers: EmbeddedServers, tmp_path: Path, trouble: Callable[[EmbeddedServers], Awaitable[None]]
) -> None:
    shown = io.StringIO()
    morning = Morning(
        Scenario(seed=7, orders=ORDERS, drivers=DRIVERS, every_s=EVERY_S),
        SPEED,
        own_servers.urls,
        tmp_path,
        Console(file=shown, width=140),
        0.0,
    )

    async def trouble_in_town() -> None:
        await eventually(lambda: "services ready" in shown.getvalue(), within=READY_WITHIN_S)
        await trouble(own_servers)

    document, _ = await asyncio.gather(play(morning), trouble_in_town())

    broken = [row for row in document["invariants"] if not row["holds"]]
    assert broken == [], shown.getvalue()[-3000:]
    assert sum(sum(reasons.values()) for reasons in document["orders"].values()) == ORDERS
