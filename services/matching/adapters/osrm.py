"""Ways by road from a router that speaks OSRM's HTTP API (`/table/v1`), in a box of time; else the estimate."""

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
from services.matching.domain.ground.travel import Way
from services.matching.ports import Approach

# osrm-routed allows a hundred coordinates in a table unless told otherwise.
MOST_COORDINATES = 100
MOST_AT_ONCE = 8
REST_S = 15.0
ASKED = Counter(
    "gancang_router_tables_total", "Tables asked of the router, by what became of them", ["outcome"]
)
log = structlog.get_logger()

Seconds = Annotated[float, Field(ge=0)]


class _Table(BaseModel):
    """A row for each driver, with one column: the pick-up. `null` where no road leads."""

    durations: list[tuple[Seconds | None]]
    distances: list[tuple[Seconds | None]]


class Osrm:
    """`box_s`: real seconds for all tables of a round; what is not there then is estimated. One that fails rests a while."""

    def __init__(self, client: AsyncClient, url: str, estimates: RoadEstimates, box_s: float) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._estimates = estimates
        self._box_s = box_s
        self._rests_until = 0.0
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)

    async def ways(self, approaches: Sequence[Approach], now: datetime) -> Sequence[Sequence[Way]]:
        """For each approach the way of each of its drivers. Never fails, never takes longer than the box."""
        estimated = [self._estimates.of(approach, now) for approach in approaches]
        if monotonic() < self._rests_until or not any(estimated):
            return estimated
        tables = [asyncio.create_task(self._table(approach), name="router") for approach in approaches]
        done, late = await asyncio.wait(tables, timeout=self._box_s)
        for table in late:
            table.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        routed = [table.result() if table in done else None for table in tables]
        if late or None in routed:
            self._rest(len(late))
        return [_merged(found, guess) for found, guess in zip(routed, estimated, strict=True)]

    async def _table(self, approach: Approach) -> list[Way | None] | None:
        """None where the router failed."""
        ways: list[Way | None] = []
        most = MOST_COORDINATES - 1
        for start in range(0, len(approach.drivers), most):
            drivers = approach.drivers[start : start + most]
            points = [(approach.lng, approach.lat), *((seen.lng, seen.lat) for seen in drivers)]
            places = ";".join(f"{lng:.6f},{lat:.6f}" for lng, lat in points)
            sources = ";".join(str(number) for number in range(1, len(drivers) + 1))
            query = f"sources={sources}&destinations=0&annotations=duration,distance"
            try:
                async with self._at_once:
                    answer = await self._client.get(
                        f"{self._url}/table/v1/driving/{places}?{query}", timeout=self._box_s
                    )
                table = _Table.model_validate_json(answer.raise_for_status().content)
                pairs = zip(table.distances, table.durations, strict=True)
                ways += [_way(metres, seconds) for (metres,), (seconds,) in pairs]
            except (HTTPError, InvalidURL, ValidationError, ValueError) as error:
                ASKED.labels("failed").inc()
                log.info("router.failed", error=type(error).__name__)
                return None
        ASKED.labels("answered").inc()
        return ways if len(ways) == len(approach.drivers) else None

    def _rest(self, late: int) -> None:
        ASKED.labels("late").inc(late)
        self._rests_until = monotonic() + REST_S
        log.warning("router.rests", late=late, seconds=REST_S)


def _way(metres: float | None, seconds: float | None) -> Way | None:
    return None if metres is None or seconds is None else Way(metres, seconds)


def _merged(routed: list[Way | None] | None, estimated: list[Way]) -> list[Way]:
    if routed is None:
        return estimated
    return [found or guess for found, guess in zip(routed, estimated, strict=True)]
