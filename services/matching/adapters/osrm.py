"""Travel times from a router with OSRM's HTTP API (`/table/v1`), within a time limit; else the estimate."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Annotated

import structlog
from httpx import AsyncClient, HTTPError, InvalidURL
from prometheus_client import Counter
from pydantic import BaseModel, Field, ValidationError

from services.matching.adapters.road_estimates import RoadEstimates
from services.matching.domain.ground.travel import Travel
from services.matching.ports import Approach, Sighting

# osrm-routed allows a hundred coordinates in a table by default.
MOST_COORDINATES = 100
MOST_AT_ONCE = 8
PAUSE_S = 15.0
ASKED = Counter(
    "gancang_router_tables_total", "Tables asked of the router, by what became of them", ["outcome"]
)
log = structlog.get_logger()

Seconds = Annotated[float, Field(ge=0)]


class _Table(BaseModel):
    """A row for each driver, with one column: the pick-up. `null` where there is no road."""

    durations: list[tuple[Seconds | None]]
    distances: list[tuple[Seconds | None]]


class Osrm:
    """`limit_s`: real seconds for all tables of a round; later ones are estimated.

    After a failure the router gets a pause.
    """

    def __init__(self, client: AsyncClient, url: str, estimates: RoadEstimates, limit_s: float) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._estimates = estimates
        self._limit_s = limit_s
        self._paused_until = 0.0
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)

    async def travel(self, approaches: Sequence[Approach], now: datetime) -> Sequence[Sequence[Travel]]:
        """For each approach the ride of each of its drivers.

        Never fails, never takes longer than the limit.
        """
        estimated = [self._estimates.of(approach, now) for approach in approaches]
        if monotonic() < self._paused_until or not any(estimated):
            return estimated
        tables = [asyncio.create_task(self._table(approach), name="router") for approach in approaches]
        done, late = await asyncio.wait(tables, timeout=self._limit_s)
        for table in late:
            table.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        routed = [table.result() if table in done else None for table in tables]
        if late or None in routed:
            self._pause(len(late))
        return [_merged(found, guess) for found, guess in zip(routed, estimated, strict=True)]

    async def _table(self, approach: Approach) -> list[Travel | None] | None:
        """The rides of one approach, in as many requests as they need; None where the router failed."""
        rides: list[Travel | None] = []
        most = MOST_COORDINATES - 1
        for start in range(0, len(approach.drivers), most):
            url = self._table_url(approach, approach.drivers[start : start + most])
            try:
                async with self._at_once:
                    answer = await self._client.get(url, timeout=self._limit_s)
                table = _Table.model_validate_json(answer.raise_for_status().content)
                pairs = zip(table.distances, table.durations, strict=True)
                rides += [_travel(metres, seconds) for (metres,), (seconds,) in pairs]
            except (HTTPError, InvalidURL, ValidationError, ValueError) as error:
                ASKED.labels("failed").inc()
                log.info("router.failed", error=type(error).__name__)
                return None
        ASKED.labels("answered").inc()
        return rides if len(rides) == len(approach.drivers) else None

    def _table_url(self, approach: Approach, drivers: Sequence[Sighting]) -> str:
        points = [(approach.lng, approach.lat), *((seen.lng, seen.lat) for seen in drivers)]
        places = ";".join(f"{lng:.6f},{lat:.6f}" for lng, lat in points)
        sources = ";".join(str(number) for number in range(1, len(drivers) + 1))
        query = f"sources={sources}&destinations=0&annotations=duration,distance"
        return f"{self._url}/table/v1/driving/{places}?{query}"

    def _pause(self, late: int) -> None:
        ASKED.labels("late").inc(late)
        self._paused_until = monotonic() + PAUSE_S
        log.warning("router.paused", late=late, seconds=PAUSE_S)


def _travel(metres: float | None, seconds: float | None) -> Travel | None:
    return None if metres is None or seconds is None else Travel(metres, seconds)


def _merged(routed: list[Travel | None] | None, estimated: list[Travel]) -> list[Travel]:
    if routed is None:
        return estimated
    return [found or guess for found, guess in zip(routed, estimated, strict=True)]
