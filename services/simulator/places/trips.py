"""From where to where people go: between doors near the villages of the regency's list."""

from __future__ import annotations

from enum import StrEnum
from random import Random

from contracts.regions import Village, villages
from contracts.values import Place
from services.simulator.places.geography import OUTSIDE, metres, near, point_of, remote, town

SHORTEST_M = 600


class Trip(StrEnum):
    """How far, and where."""

    AROUND_THE_CORNER = "around_the_corner"
    IN_TOWN = "in_town"
    ANYWHERE = "anywhere"
    REMOTE = "remote"
    OUTSIDE = "outside"


# Metres as the crow flies. A third of those who may go anywhere go to another district, farther than the 4 km
# of road that the minimum fare covers.
REACH_M = {Trip.AROUND_THE_CORNER: 1_300, Trip.IN_TOWN: 2_400, Trip.REMOTE: 6_000, Trip.OUTSIDE: 2_400}
FAR_M = (3_400, 5_500)
FAR_SHARE = 1 / 3


def draw_trip(trip: Trip, random: Random) -> tuple[Place, Place]:
    """Draw pick-up and drop-off."""
    if trip is Trip.ANYWHERE and random.random() < FAR_SHARE:
        return _far(random)
    around, within = (remote() if trip is Trip.REMOTE else town()), REACH_M.get(trip, REACH_M[Trip.IN_TOWN])
    while True:
        start, end = random.choice(around), random.choice(around)
        if start is not end and metres(point_of(start), point_of(end)) <= within:
            pickup, dropoff = near(start, random), near(end, random)
            if metres(pickup, dropoff) >= SHORTEST_M:
                return pickup, OUTSIDE if trip is Trip.OUTSIDE else dropoff


def _far(random: Random) -> tuple[Place, Place]:
    """Draw a trip from the town into another district."""
    start = random.choice(town())
    nearest, farthest = FAR_M
    ends = [village for village in villages() if _in_another_district(start, village, nearest, farthest)]
    return near(start, random), near(random.choice(ends), random)


def _in_another_district(start: Village, village: Village, nearest: int, farthest: int) -> bool:
    return (
        village.district_code != start.district_code
        and nearest <= metres(point_of(start), point_of(village)) <= farthest
    )
