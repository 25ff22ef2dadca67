"""The demand of a simulated day in Banyuwangi, and the drivers at work, drawn from the seed alone.

The shape of the day is an assumption, not a count: morning and evening peak, the town busier than the
villages, trips of a few kilometres, and on the monthly drive a quarter of an hour in which offices order from
the warungs for needy households.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from contracts.regions import Village, villages
from services.matching.domain.ground.distance import metres

HOUR = 3600.0
TOWN = ("35.10.16", "35.10.17", "35.10.15", "35.10.21", "35.10.09")
TOWN_WEIGHT, COUNTRY_WEIGHT = 40.0, 1.0
# Orders by the hour of the day, from midnight.
DEMAND = (1, 1, 1, 1, 2, 5, 9, 10, 7, 5, 5, 6, 6, 5, 5, 6, 8, 10, 9, 7, 5, 3, 2, 1)
# (begin of the shift, hours, share of the drivers)
SHIFTS = ((5, 9, 0.30), (6, 10, 0.25), (9, 9, 0.15), (13, 9, 0.15), (15, 8, 0.15))
DRIVE_AT, DRIVE_LASTS_S, WARUNGS = 9.5 * HOUR, 900.0, 12
TRIP_M, SHORTEST_M, LONGEST_M = 2500.0, 700.0, 15_000.0
NEAR_THE_POINT_M = 450.0
METRES_PER_DEGREE = 111_195.0
# Service, share, priority: medicine for a hospital's patients comes before all others.
SERVICES = (("ride", 0.68, 5), ("food", 0.28, 5), ("medicine", 0.04, 8))


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84 degrees."""

    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Request:
    """An order, `at` seconds after midnight."""

    order_id: str
    at: float
    service: str
    priority: int
    pickup: Point
    dropoff: Point
    town: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """A driver. `willing`: how likely they accept an offer near by; `slow_s`: mean seconds to an answer."""

    driver_id: str
    home: Point
    starts: float
    ends: float
    willing: float
    slow_s: float


def requests(seed: int, orders: int, drive: int) -> list[Request]:
    """The orders of the day by time; `drive` of them in the monthly drive."""
    random = Random(f"{seed} demand")
    weights = [_weight(village) for village in villages()]
    times = sorted((random.choices(range(24), DEMAND)[0] + random.random()) * HOUR for _ in range(orders))
    drawn = [_request(random, at, random.choices(villages(), weights)[0]) for at in times]
    warungs = random.sample([village for village in villages() if village.district_code in TOWN], WARUNGS)
    drawn += [
        _request(random, DRIVE_AT + random.random() * DRIVE_LASTS_S, random.choice(warungs), ("food", 1.0, 5))
        for _ in range(drive)
    ]
    drawn.sort(key=lambda request: request.at)
    return [Request(f"o-{number}", *_rest(request)) for number, request in enumerate(drawn)]


def workers(seed: int, count: int) -> list[Worker]:
    """The day's drivers."""
    random = Random(f"{seed} workers")
    weights = [_weight(village) for village in villages()]
    drawn = []
    for number in range(count):
        begin, hours, _ = random.choices(SHIFTS, [share for _, _, share in SHIFTS])[0]
        starts = (begin + random.uniform(-0.5, 0.5)) * HOUR
        home = _around(random, random.choices(villages(), weights)[0])
        drawn.append(
            Worker(
                f"d-{number}",
                home,
                starts,
                starts + hours * HOUR,
                random.betavariate(6, 1.5),
                random.uniform(2, 7),
            )
        )
    return drawn


def _request(
    random: Random, at: float, start: Village, service: tuple[str, float, int] | None = None
) -> Request:
    name, _, priority = service or random.choices(SERVICES, [share for _, share, _ in SERVICES])[0]
    pickup = _around(random, start)
    return Request("", at, name, priority, pickup, _destination(random, pickup), start.district_code in TOWN)


def _destination(random: Random, pickup: Point) -> Point:
    """Any direction; short trips are frequent, long ones rare."""
    away, angle = min(LONGEST_M, SHORTEST_M + random.expovariate(1 / TRIP_M)), random.uniform(0, 2 * math.pi)
    there = _moved(pickup, away, angle)
    nearest = min(villages(), key=lambda village: metres(there.lat, there.lng, village.lat, village.lng))
    inside = metres(there.lat, there.lng, nearest.lat, nearest.lng) < 3000
    return there if inside else _around(random, nearest)


def _around(random: Random, village: Village) -> Point:
    return _moved(
        Point(village.lat, village.lng), random.uniform(0, NEAR_THE_POINT_M), random.uniform(0, 2 * math.pi)
    )


def _moved(point: Point, away: float, angle: float) -> Point:
    north, east = away * math.cos(angle), away * math.sin(angle)
    return Point(
        point.lat + north / METRES_PER_DEGREE,
        point.lng + east / METRES_PER_DEGREE / math.cos(math.radians(point.lat)),
    )


def _weight(village: Village) -> float:
    return TOWN_WEIGHT if village.district_code in TOWN else COUNTRY_WEIGHT


def _rest(request: Request) -> tuple[float, str, int, Point, Point, bool]:
    return request.at, request.service, request.priority, request.pickup, request.dropoff, request.town
