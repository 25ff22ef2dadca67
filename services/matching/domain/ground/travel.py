"""Road distance and travel time, estimated from the straight line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.matching.domain.ground.distance import KMH


class Travel(NamedTuple):
    """A ride by road: its length, and how long a motorcycle takes."""

    metres: float
    seconds: float


@dataclass(frozen=True, slots=True)
class RoadEstimate:
    """Road metres for a metre of straight line, and the speed, since a day.

    `districts`: where the estimate holds; empty: everywhere.
    """

    since: date
    road_factor: float
    speed_kmh: float
    districts: frozenset[str] = frozenset()

    def travel(self, straight_m: Sequence[float]) -> list[Travel]:
        """The estimate for each straight line."""
        road = [straight * self.road_factor for straight in straight_m]
        return [Travel(metres, metres * KMH / self.speed_kmh) for metres in road]


def estimate_for(
    district: str, day: date, estimates: Sequence[RoadEstimate], default: RoadEstimate
) -> RoadEstimate:
    """The newest estimate for the district that holds on that day, else the default."""
    holding = [each for each in estimates if district in each.districts and each.since <= day]
    return max(holding, key=lambda each: each.since, default=default)
