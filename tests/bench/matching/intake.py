"""Positions taken in per second, from the bytes of messages of 500, and the memory of 50,000 drivers."""

from __future__ import annotations

import gc
import json
import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from h3.api import basic_int as h3

from contracts.codec import parse, read
from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.positions import Positions
from services.matching.domain.pairing.solver import warm_up
from services.runtime.clock import SystemClock

MESSAGES, A_MESSAGE, DRIVERS, PAGE_KIB = 200, 500, 50_000, 4
HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "m",
    "ce-type": "driver.positions_reported.v1",
    "ce-source": "/bench",
}
Take = Callable[[Any], None]


class Dictionaries:
    """The rival: a tuple for each driver and a set for each hexagon, one position after the other."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float, float, int]] = {}
        self._cells: dict[int, set[str]] = {}

    def reported(self, report: Any) -> None:
        """Take a report in."""
        for position in report.positions:
            driver_id, at = position.driver_id, position.at.timestamp()
            cell = h3.latlng_to_cell(position.lat, position.lng, 8)
            known = self._seen.get(driver_id)
            if known is not None and known[2] > at:
                continue
            if known is not None and known[3] != cell:
                self._cells[known[3]].discard(driver_id)
            self._seen[driver_id] = (position.lat, position.lng, at, cell)
            self._cells.setdefault(cell, set()).add(driver_id)


def measure() -> dict[str, Any]:
    """Measure each in a process of its own, so that neither counts the other's memory."""
    return {"columns": _apart("columns"), "dictionaries": _apart("dictionaries")}


def _apart(name: str) -> dict[str, Any]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (name,))


def _measure(name: str) -> dict[str, Any]:
    import services.matching.app  # noqa: F401, PLC0415  all that a matching process has loaded

    warm_up()
    bodies = _bodies()
    gc.collect()
    before = _rss_mib()
    take: Take = Dictionaries().reported if name == "dictionaries" else _columns()
    began = perf_counter()
    for body in bodies:
        take(parse(read(HEADERS, body, "application/json", datetime.now(UTC))).data)
    took = perf_counter() - began
    after = _rss_mib()
    return {
        "positions_a_second": round(MESSAGES * A_MESSAGE / took),
        "rss_mib": round(after),
        "gained_mib": round(after - before, 1),
    }


def _columns() -> Take:
    return Positions(PositionIndex(), SystemClock(), timedelta(seconds=120), lambda _: None).reported


def _bodies() -> list[bytes]:
    """Reports in which every driver appears twice, at two places."""
    dice, at = np.random.default_rng(1), datetime.now(UTC).isoformat()
    places = dice.uniform((-8.26, 114.30), (-8.17, 114.39), (MESSAGES * A_MESSAGE, 2)).tolist()
    rows = [
        {"driver_id": f"d-{n % DRIVERS}", "lat": lat, "lng": lng, "at": at}
        for n, (lat, lng) in enumerate(places)
    ]
    return [
        json.dumps({"positions": rows[start : start + A_MESSAGE]}).encode()
        for start in range(0, len(rows), A_MESSAGE)
    ]


def _rss_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KIB / 1024
