"""How far and how long it is by road, where nobody but a straight line is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.matching.domain.distance import KMH


@dataclass(frozen=True, slots=True)
class Way:
    """A stretch of road and how long a motorcycle takes for it."""

    metres: float
    seconds: float


@dataclass(frozen=True, slots=True)
class RoadEstimate:
    """Road metres for a metre of straight line, and the speed, in these districts (all where none is named) since that day."""

    since: date
    road_factor: float
    speed_kmh: float
    districts: frozenset[str] = frozenset()

    def way(self, straight_m: float) -> Way:
        """The estimate for a straight line."""
        road = straight_m * self.road_factor
        return Way(road, road * KMH / self.speed_kmh)


def estimate_for(district: str, day: date, estimates: Sequence[RoadEstimate], otherwise: RoadEstimate) -> RoadEstimate:
    """The newest one for the district that holds on that day, else the one for everywhere else."""
    holding = [each for each in estimates if district in each.districts and each.since <= day]
    return max(holding, key=lambda each: each.since, default=otherwise)
