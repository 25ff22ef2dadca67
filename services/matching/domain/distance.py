"""Distances on the ground, and what lies inside the country."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_008.8
SOUTH, NORTH, WEST, EAST = -11.0, 6.5, 94.5, 141.5
KMH = 3.6


def metres(lat: float, lng: float, to_lat: float, to_lng: float) -> float:
    """Straight line between two points in degrees (haversine)."""
    up = sin(radians(to_lat - lat) / 2)
    across = sin(radians(to_lng - lng) / 2)
    half = up * up + cos(radians(lat)) * cos(radians(to_lat)) * across * across
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def inside_country(lat: float, lng: float) -> bool:
    """Whether a point lies in Indonesia's bounding box; 0/0, where broken receivers place everybody, lies outside anyway."""
    return SOUTH <= lat <= NORTH and WEST <= lng <= EAST


def ride_seconds(road_m: float, speed_kmh: float) -> int:
    """How long a stretch of road takes."""
    return round(road_m / (speed_kmh / KMH))
