"""Restricted routes: which vehicles may go there, when the gate is open, and what closes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

import h3

from contracts.values import Day, VehicleClass
from services.orders.domain.ground import HasPoint
from services.orders.domain.hours import LOCAL_TIME, Hours
from services.orders.domain.route.status import RouteStatus

RESOLUTION = 9  # hexagons of about 300 m; the border of the forest is known no better than that
CELL_M = 300
FRIDAY = 4


class ClosureDays(StrEnum):
    """On which days between its first and last day a closure applies."""

    EVERY_DAY = "every_day"
    FIRST_FRIDAY = "first_friday"


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the route is closed, by local time. `first` and `last` are included; None: no limit."""

    rule: ClosureDays = ClosureDays.EVERY_DAY
    first: Day | None = None
    last: Day | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether the route is closed on the day of this instant."""
        day = moment.astimezone(LOCAL_TIME).date()
        if (self.first is not None and day < self.first) or (self.last is not None and day > self.last):
            return False
        return self.rule is ClosureDays.EVERY_DAY or (day.weekday() == FRIDAY and day.day <= 7)  # noqa: PLR2004  days of a week


@dataclass(frozen=True, slots=True)
class RestrictedRoute:
    """A route with a gate. `gate`: the h3 cells behind the gate; `approach`: those of the road up to it.

    `levels`: (first day, volcano level). `hours`: (volcano level, when the gate is open); at a level
    without hours it stays closed. `kmh`: speed on the way up. `early_min`: how long before the gate opens a
    guest may be there.
    """

    name: str
    district: str
    gate: frozenset[str]
    approach: frozenset[str]
    vehicle_classes: tuple[VehicleClass, ...]
    hours: tuple[tuple[int, Hours], ...]
    levels: tuple[tuple[Day, int], ...]
    closures: tuple[Closure, ...] = ()
    kmh: int = 30
    early_min: int = 60

    def leads_to(self, place: HasPoint) -> bool:
        """Whether the place lies behind the gate."""
        return h3.latlng_to_cell(place.lat, place.lng, RESOLUTION) in self.gate

    def touches(self, place: HasPoint) -> bool:
        """Whether the place lies behind the gate, or on the road up to it."""
        cell = h3.latlng_to_cell(place.lat, place.lng, RESOLUTION)
        return cell in self.gate or cell in self.approach

    def opens_at(self, level: int) -> bool:
        """Whether the gate opens at this volcano level."""
        return level in dict(self.hours)

    def at_gate(self, start: datetime, distance_m: int) -> datetime:
        """When a guest who leaves at `start` arrives at the gate, after so many metres."""
        return start + timedelta(hours=distance_m / 1000 / self.kmh)

    def level_on(self, moment: datetime) -> int | None:
        """The volcano level of that day by the catalogue; None before the first one."""
        day = moment.astimezone(LOCAL_TIME).date()
        known = [(since, level) for since, level in self.levels if since <= day]
        return max(known)[1] if known else None

    def refusal(self, at_gate: datetime, status: RouteStatus | None) -> str | None:
        """The reason code where the gate is closed at that time; None where it is open.

        What was announced (`status`) comes before the calendar of closures.
        """
        open_then = status.open_at(at_gate) if status else None
        if open_then is None:
            open_then = not any(closure.holds(at_gate) for closure in self.closures)
        if not open_then:
            return "route_closed"
        level = (status.level if status else None) or self.level_on(at_gate)
        hours = dict(self.hours).get(level) if level is not None else None
        if hours is None:
            return "route_closed"
        early = at_gate + timedelta(minutes=self.early_min)
        return None if hours.cover(at_gate) or hours.cover(early) else "route_hours"


def route_between(
    routes: Iterable[RestrictedRoute], start: HasPoint, end: HasPoint
) -> RestrictedRoute | None:
    """The restricted route that a trip uses; None for any other trip."""
    return next((route for route in routes if route.touches(start) or route.touches(end)), None)


def cells_of_polygon(corners: Sequence[tuple[float, float]]) -> frozenset[str]:
    """The h3 cells of an area, from its corners (degrees north, degrees east)."""
    return frozenset(
        h3.h3shape_to_cells_experimental(h3.LatLngPoly(list(corners)), RESOLUTION, contain="overlap")
    )


def cells_along(line: Sequence[tuple[float, float]], width_m: int) -> frozenset[str]:
    """The h3 cells within `width_m` of a road, from its points (degrees north, degrees east)."""
    points = [h3.latlng_to_cell(lat, lng, RESOLUTION) for lat, lng in line]
    path = {cell for start, end in pairwise(points) for cell in h3.grid_path_cells(start, end)}
    return frozenset(near for cell in path for near in h3.grid_disk(cell, width_m // CELL_M))
