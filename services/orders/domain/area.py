"""The service area: whether a place lies inside, in which district, and how far apart two places are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.orders.domain.ground import HasPoint, distance_m
from services.orders.domain.route.routes import RestrictedRoute


class HasDistrict(HasPoint, Protocol):
    """A point of a district, e.g. a village."""

    @property
    def district_code(self) -> str:
        """Ministry code."""
        ...


@dataclass(frozen=True, slots=True)
class Shelter:
    """A partner's place where couriers wait. They come first for orders that begin within `reach_m` of it."""

    standby_id: str
    lat: float
    lng: float
    reach_m: int


@dataclass(frozen=True, slots=True)
class Area:
    """The area that is served. A place is inside when it lies within `reach_m` of a village point.

    `road_factor`: road metres per metre of straight line, until a router is configured.
    """

    villages: Sequence[HasDistrict]
    town_districts: frozenset[str]
    reach_m: int
    road_factor: float
    shelters: tuple[Shelter, ...] = ()
    routes: tuple[RestrictedRoute, ...] = ()

    def shelter_at(self, place: HasPoint) -> Shelter | None:
        """The nearest shelter that has this place within its reach; None without one."""
        near = [shelter for shelter in self.shelters if distance_m(shelter, place) <= shelter.reach_m]
        return min(near, key=lambda shelter: distance_m(shelter, place), default=None)

    def district_of(self, place: HasPoint) -> str | None:
        """The district of a place, by the nearest village within reach, else by the route that leads there.

        None: the place lies outside the area.
        """
        nearest = min(self.villages, key=lambda village: _squared_distance(village, place))
        if distance_m(nearest, place) <= self.reach_m:
            return nearest.district_code
        return next((route.district for route in self.routes if route.touches(place)), None)

    def is_town(self, district_code: str) -> bool:
        """Whether the town's search rules apply in the district; the rural ones apply in all others."""
        return district_code in self.town_districts

    def road_m(self, start: HasPoint, end: HasPoint) -> int:
        """Estimated distance along the road, in metres."""
        return round(distance_m(start, end) * self.road_factor)


def _squared_distance(start: HasPoint, end: HasPoint) -> float:
    # The area spans a degree near latitude -8: good enough to find the nearest village.
    return (start.lat - end.lat) ** 2 + ((start.lng - end.lng) * 0.99) ** 2
