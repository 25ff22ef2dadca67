"""How far and how long it is by road, where nobody but a straight line is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.matching.domain.ground.distance import KMH


class Way(NamedTuple):
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

    def ways(self, straight_m: Sequence[float]) -> list[Way]:
        """The estimates for straight lines."""
        road = [straight * self.road_factor for straight in straight_m]
        return [Way(metres, metres * KMH / self.speed_kmh) for metres in road]


def estimate_for(
    district: str, day: date, estimates: Sequence[RoadEstimate], otherwise: RoadEstimate
) -> RoadEstimate:
    """The newest one for the district that holds on that day, else the one for everywhere else."""
    holding = [each for each in estimates if district in each.districts and each.since <= day]
    return max(holding, key=lambda each: each.since, default=otherwise)
