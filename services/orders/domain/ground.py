"""Points on the ground, and the distance between two."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Protocol

EARTH_RADIUS_M = 6_371_008.8  # IUGG mean radius R1
SAME_PLACE_M = 20  # two places closer than this are the same one


class HasPoint(Protocol):
    """Anything with a latitude and a longitude, in WGS 84 degrees."""

    @property
    def lat(self) -> float:
        """Degrees north."""
        ...

    @property
    def lng(self) -> float:
        """Degrees east."""
        ...


def distance_m(start: HasPoint, end: HasPoint) -> float:
    """Great-circle distance in metres (haversine)."""
    lat = radians(end.lat - start.lat)
    lng = radians(end.lng - start.lng)
    h = sin(lat / 2) ** 2 + cos(radians(start.lat)) * cos(radians(end.lat)) * sin(lng / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(h))
