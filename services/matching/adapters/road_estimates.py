"""Travel times estimated from the straight line: factor and speed of each area, as dated data."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.regions import villages
from contracts.values import DistrictCode
from services.matching.domain.ground.calendar import day_of
from services.matching.domain.ground.travel import RoadEstimate, Travel, estimate_for
from services.matching.ports import Approach
from services.runtime.errors import NotConfigured

BUILT_IN = Path(__file__).parents[1] / "roads.toml"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    districts: Annotated[frozenset[DistrictCode], Field(min_length=1)]
    since: date
    road_factor: Annotated[float, Field(ge=1, le=5)]
    speed_kmh: Annotated[float, Field(gt=0, le=120)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    estimate: tuple[_Row, ...] = ()


def read_estimates(path: Path = BUILT_IN) -> tuple[RoadEstimate, ...]:
    """Read the estimates in a file like `roads.toml`. Raises `NotConfigured`."""
    try:
        rows = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).estimate
    except (OSError, ValueError, ValidationError) as error:
        raise NotConfigured("GANCANG_MATCHING_ROADS", f"cannot be used: {type(error).__name__}") from error
    return tuple(RoadEstimate(row.since, row.road_factor, row.speed_kmh, row.districts) for row in rows)


class RoadEstimates:
    """The estimate of the district in which the village nearest to the pick-up lies."""

    def __init__(self, estimates: Sequence[RoadEstimate], default: RoadEstimate) -> None:
        self._estimates = estimates
        self._default = default
        self._districts = [village.district_code for village in villages()]
        self._lat = np.array([village.lat for village in villages()])
        self._lng = np.array([village.lng for village in villages()])

    async def travel(self, approaches: Sequence[Approach], now: datetime) -> Sequence[Sequence[Travel]]:
        """For each approach the ride of each of its drivers."""
        return [self.of(approach, now) for approach in approaches]

    def of(self, approach: Approach, now: datetime) -> list[Travel]:
        """The ride of each driver to one pick-up."""
        # Banyuwangi spans a degree near latitude -8: this is precise enough to find the nearest village.
        nearest = np.argmin((self._lat - approach.lat) ** 2 + (0.99 * (self._lng - approach.lng)) ** 2)
        here = estimate_for(self._districts[int(nearest)], day_of(now), self._estimates, self._default)
        return here.travel([seen.straight_m for seen in approach.drivers])
