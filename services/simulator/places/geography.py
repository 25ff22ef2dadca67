"""Where the town is, its villages, and distances."""

from __future__ import annotations

import math
from datetime import datetime
from functools import cache
from random import Random

from contracts.regions import Village, villages
from contracts.values import Place, Point

METRES_PER_DEGREE = 111_320
EARTH_ROUND_M = 6_371_000
CENTRE = Point(lat=-8.2106, lng=114.3745)
TOWN_DISTRICTS = ("35.10.15", "35.10.16", "35.10.17", "35.10.21")
TOWN_RADIUS_M = 5_000
REMOTE_FROM_M = 40_000
NEAR_THE_POINT_M = 450
ROAD_FACTOR = 1.3  # road metres per metre as the crow flies, as in the services' own data
OUTSIDE = Place(lat=-8.1724, lng=113.7009, label="Alun-alun Jember")


class Way:
    """A ride along a road at constant speed; `seconds`: how long it takes."""

    def __init__(self, start: Point, end: Point, begins: datetime, metres_per_s: float) -> None:
        self.seconds = metres(start, end) * ROAD_FACTOR / metres_per_s
        self._start, self._end, self._begins = start, end, begins

    def at(self, now: datetime) -> Point:
        """The point reached at this time."""
        gone = (now - self._begins).total_seconds()
        return between(self._start, self._end, gone / self.seconds if self.seconds else 1.0)


@cache
def town() -> tuple[Village, ...]:
    """The villages that make up the town."""
    return tuple(
        village
        for village in villages()
        if village.district_code in TOWN_DISTRICTS and metres(point_of(village), CENTRE) <= TOWN_RADIUS_M
    )


@cache
def remote() -> tuple[Village, ...]:
    """Villages too far away for any driver of the town."""
    return tuple(village for village in villages() if metres(point_of(village), CENTRE) >= REMOTE_FROM_M)


def point_of(village: Village) -> Point:
    """Where the village is."""
    return Point(lat=village.lat, lng=village.lng)


def metres(here: Point, there: Point) -> float:
    """Metres between two points, as the crow flies."""
    north = math.radians(there.lat - here.lat)
    east = math.radians(there.lng - here.lng)
    chord = (
        math.sin(north / 2) ** 2
        + math.cos(math.radians(here.lat)) * math.cos(math.radians(there.lat)) * math.sin(east / 2) ** 2
    )
    return 2 * EARTH_ROUND_M * math.asin(math.sqrt(chord))


def near(village: Village, random: Random) -> Place:
    """A random door within `NEAR_THE_POINT_M` of the village's point."""
    angle, distance = random.uniform(0, 2 * math.pi), random.uniform(0, NEAR_THE_POINT_M)
    north = distance * math.cos(angle) / METRES_PER_DEGREE
    east = distance * math.sin(angle) / (METRES_PER_DEGREE * math.cos(math.radians(village.lat)))
    return Place(lat=round(village.lat + north, 6), lng=round(village.lng + east, 6), label=village.name)


def between(start: Point, end: Point, part: float) -> Point:
    """The point after `part` (0 to 1) of the way."""
    part = min(1.0, max(0.0, part))
    return Point(
        lat=round(start.lat + (end.lat - start.lat) * part, 6),
        lng=round(start.lng + (end.lng - start.lng) * part, 6),
    )
