"""Where every driver was seen last: hexagons of H3 in plain dictionaries, in the memory of one process."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from h3.api import basic_int as h3

from services.matching.domain.distance import metres
from services.matching.ports import Sighting

RESOLUTION = 8
# Neighbouring hexagons advance by 1.5 edges at least; edges near Java are up to a tenth shorter than the mean of 531 m.
RING_M = 1.5 * 470.0
NOBODY: frozenset[str] = frozenset()


class PositionIndex:
    """Times are seconds since 1970: half the memory of datetimes."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float, float, int]] = {}
        self._cells: dict[int, set[str]] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def saw(self, driver_id: str, lat: float, lng: float, at: float) -> bool:
        """Note a position; False when a newer one is known."""
        cell: int = h3.latlng_to_cell(lat, lng, RESOLUTION)
        known = self._seen.get(driver_id)
        if known is not None:
            if known[2] > at:
                return False
            if known[3] != cell:
                self._leave(driver_id, known[3])
        self._seen[driver_id] = (lat, lng, at, cell)
        if known is None or known[3] != cell:
            self._cells.setdefault(cell, set()).add(driver_id)
        return True

    def last_seen(self, driver_id: str) -> float | None:
        """When he was seen last."""
        known = self._seen.get(driver_id)
        return None if known is None else known[2]

    def forget_before(self, oldest: float) -> None:
        """Drop who was not seen since."""
        for driver_id, (_, _, at, cell) in list(self._seen.items()):
            if at < oldest:
                del self._seen[driver_id]
                self._leave(driver_id, cell)

    def near(self, lat: float, lng: float, radius_m: float, oldest: datetime) -> list[Sighting]:
        """Those seen within the radius, not before `oldest`, nearest first."""
        since = oldest.timestamp()
        found = []
        for cell in h3.grid_disk(h3.latlng_to_cell(lat, lng, RESOLUTION), ceil(radius_m / RING_M) + 1):
            for driver_id in self._cells.get(cell, NOBODY):
                there_lat, there_lng, at, _ = self._seen[driver_id]
                away = metres(lat, lng, there_lat, there_lng)
                if at >= since and away <= radius_m:
                    found.append(Sighting(driver_id, away))
        found.sort(key=lambda sighting: sighting.straight_m)
        return found

    def _leave(self, driver_id: str, cell: int) -> None:
        there = self._cells[cell]
        there.discard(driver_id)
        if not there:
            del self._cells[cell]
