"""Distances on the ground, and whether a point lies inside the country."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

EARTH_M = 6_371_008.8
SOUTH, NORTH, WEST, EAST = -11.0, 6.5, 94.5, 141.5
KMH = 3.6


def metres(lat: float, lng: float, to_lat: float, to_lng: float) -> float:
    """The length of the straight line between two points in degrees (haversine)."""
    up = sin(radians(to_lat - lat) / 2)
    across = sin(radians(to_lng - lng) / 2)
    half = up * up + cos(radians(lat)) * cos(radians(to_lat)) * across * across
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def metres_between(lat: Floats, lng: Floats, to_lat: Floats, to_lng: Floats) -> Floats:
    """The same for many pairs of points."""
    up = np.sin(np.radians(to_lat - lat) / 2)
    across = np.sin(np.radians(to_lng - lng) / 2)
    half = up * up + np.cos(np.radians(lat)) * np.cos(np.radians(to_lat)) * across * across
    straight: Floats = 2 * EARTH_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return straight


def inside_country(lat: float, lng: float) -> bool:
    """Whether the point lies in Indonesia's bounding box."""
    return SOUTH <= lat <= NORTH and WEST <= lng <= EAST


def all_inside_country(lat: Floats, lng: Floats) -> Flags:
    """The same for many points."""
    inside: Flags = (lat >= SOUTH) & (lat <= NORTH) & (lng >= WEST) & (lng <= EAST)
    return inside


def ride_seconds(road_m: float, speed_kmh: float) -> int:
    """Travel time by road, in whole seconds."""
    return round(road_m / (speed_kmh / KMH))
