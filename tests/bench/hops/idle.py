"""What the real services cost while nothing happens: CPU, memory, and the time from start to ready."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from services.ops.embedded.ports import LOOPBACK, free_ports
from services.ops.running.keys import fresh_keys
from services.ops.running.service_processes import ServiceProcess, ServiceProcesses, known_services
from tests.bench.hops.servers import servers
from tests.bench.hops.workers import cpu_of, rss_mib

SETTLE_S = 3.0
READY_WITHIN_S = 30.0
POLL_S = 0.01


def measure(server: str, seconds: float, console: Console, json_file: Path | None) -> None:
    """Start each service once so that the topology stands, then again with a clock, then leave all idle."""
    with (
        tempfile.TemporaryDirectory(prefix="gancang-idle-") as name,
        servers(server, Path(name) / "servers") as running,
        running.fresh() as urls,
    ):
        environment = {**urls.environment(), **fresh_keys(), "GANCANG_LOG": "json"}
        rows = asyncio.run(_measure(environment, Path(name), seconds))
    table = Table(title=f"idle for {seconds:.0f} s · {running.database}")
    for column in ("service", "ready after s", "again s", "CPU % of a core", "RSS MiB"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            row["service"],
            f"{row['first_s']:.2f}",
            f"{row['ready_s']:.2f}",
            f"{row['cpu_percent']:.2f}",
            f"{row['rss_mib']:.0f}",
        )
    console.print(table)
    if json_file is not None:
        json_file.write_text(
            json.dumps({"server": server, "database": running.database, "services": rows}, indent=2)
        )


async def _measure(environment: dict[str, str], folder: Path, seconds: float) -> list[dict[str, Any]]:
    first_s = {}
    with ServiceProcesses(environment, folder) as children:
        for name in known_services():
            first_s[name] = (await started(children, name))[1]
    with ServiceProcesses(environment, folder) as children:
        ready = {name: await started(children, name) for name in known_services()}
        await asyncio.sleep(SETTLE_S)
        began, before = monotonic(), {name: cpu_of(child.process.pid) for name, (child, _) in ready.items()}
        await asyncio.sleep(seconds)
        passed = monotonic() - began
        return [
            {
                "service": name,
                "first_s": round(first_s[name], 2),
                "ready_s": round(ready_s, 2),
                "cpu_percent": round((cpu_of(child.process.pid) - before[name]) * 100 / passed, 2),
                "rss_mib": round(rss_mib(child.process.pid), 1),
            }
            for name, (child, ready_s) in ready.items()
        ]


async def started(children: ServiceProcesses, name: str) -> tuple[ServiceProcess, float]:
    port, began = free_ports(1)[0], monotonic()
    child = children.start(name, port=port)
    async with httpx.AsyncClient(trust_env=False, timeout=2) as client, asyncio.timeout(READY_WITHIN_S):
        while True:
            children.check()
            try:
                if (await client.get(f"http://{LOOPBACK}:{port}/readyz")).is_success:
                    return child, monotonic() - began
            except httpx.TransportError:
                await asyncio.sleep(POLL_S)
