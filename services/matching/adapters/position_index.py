"""The last position of every driver, in the memory of one process: columns of numbers, and hexagons of H3."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil

import numpy as np
from h3.api import basic_int as h3
from numpy.typing import NDArray

from services.matching.domain.ground.distance import Flags, Floats, Indices, metres_between
from services.matching.ports import Circle, Nearby, Sighting

RESOLUTION = 9
# Neighbouring hexagons advance by at least 1.5 edges; near Java an edge is up to a tenth shorter than the
# mean of 201 m.
RING_M = 1.5 * 177.0
ALL = 2**31
# Looking into a hexagon takes as long as measuring the distance to so many drivers.
DRIVERS_A_HEXAGON = 6
BLOCK = 200
DISCS = 2048
FIRST_ROOM = 1024
NEVER = -np.inf
Cells = NDArray[np.uint64]


class PositionIndex:
    """Times are seconds since 1970. A driver keeps their row until `forget_before` drops one."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._lat, self._lng = np.zeros(FIRST_ROOM), np.zeros(FIRST_ROOM)
        self._at = np.full(FIRST_ROOM, NEVER)
        self._cell: Cells = np.zeros(FIRST_ROOM, dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._ids)

    def saw(self, driver_id: str, lat: float, lng: float, at: float) -> bool:
        """Note a position; return False when a newer one is known."""
        newer, _ = self.saw_all([driver_id], np.array([lat]), np.array([lng]), np.array([at]))
        return bool(newer[0])

    def saw_all(
        self, driver_ids: Sequence[str], lat: Floats, lng: Floats, at: Floats
    ) -> tuple[Flags, Floats]:
        """Note many; return for each whether it is the newest, and when the driver was seen before."""
        rows = np.fromiter((self._row(driver_id) for driver_id in driver_ids), np.int64, len(driver_ids))
        before = self._at[rows]
        newer: Flags = at >= before
        # Sorted by time: of two positions of one driver the later one stays.
        kept = np.argsort(at, kind="stable")
        kept = kept[newer[kept]]
        where = zip(lat[kept].tolist(), lng[kept].tolist(), strict=True)
        cells = (h3.latlng_to_cell(north, east, RESOLUTION) for north, east in where)
        self._cell[rows[kept]] = np.fromiter(cells, np.uint64, len(kept))
        self._lat[rows[kept]], self._lng[rows[kept]], self._at[rows[kept]] = lat[kept], lng[kept], at[kept]
        return newer, before

    def last(self, driver_id: str) -> tuple[float, float, float] | None:
        """Latitude, longitude and time of the last position; None for an unknown driver."""
        row = self._rows.get(driver_id)
        return None if row is None else (float(self._lat[row]), float(self._lng[row]), float(self._at[row]))

    def forget_before(self, oldest: float) -> None:
        """Forget drivers without a position since `oldest`."""
        stay = np.flatnonzero(self._at[: len(self._ids)] >= oldest)
        if len(stay) == len(self._ids):
            return
        self._ids = [self._ids[row] for row in stay.tolist()]
        self._rows = {driver_id: row for row, driver_id in enumerate(self._ids)}
        for name in ("_lat", "_lng", "_at", "_cell"):
            column = getattr(self, name)
            column[: len(stay)] = column[stay]
        self._at[len(stay) :] = NEVER

    def near(self, lat: float, lng: float, radius_m: float, oldest: datetime) -> list[Sighting]:
        """The drivers within the radius, seen since `oldest`, nearest first."""
        return self.around([Circle(lat, lng, radius_m)], oldest, ALL).of(0)

    def around(
        self, circles: Sequence[Circle], oldest: datetime, enough: int, without: Collection[str] = ()
    ) -> Nearby:
        """The `enough` nearest drivers in each circle, seen since `oldest`, except those in `without`."""
        view = _View(*self._findable(oldest.timestamp(), without))
        found = [
            self._block(circles[start : start + BLOCK], start, view, enough)
            for start in range(0, len(circles), BLOCK)
        ]
        circle, row, straight = (
            (np.concatenate(column) for column in zip(*found, strict=True)) if found else _NOTHING
        )
        return Nearby(circle, row, straight, self._lat[row], self._lng[row], self._ids)

    def _block(
        self, circles: Sequence[Circle], number: int, view: _View, enough: int
    ) -> tuple[Indices, Indices, Floats]:
        """The same for a few circles, numbered from `number`: columns of all pairs take memory."""
        lat, lng = np.array([circle.lat for circle in circles]), np.array([circle.lng for circle in circles])
        radius = np.array([circle.radius_m for circle in circles], dtype=np.float64)
        centres = [h3.latlng_to_cell(circle.lat, circle.lng, RESOLUTION) for circle in circles]
        found: list[tuple[Indices, Indices, Floats]] = []
        open_circles, rings = np.arange(len(circles)), 1
        while len(open_circles):
            pair_circle, row, within = view.pairs([centres[circle] for circle in open_circles], rings)
            covered = np.minimum(within, radius[open_circles])
            straight = metres_between(
                lat[open_circles][pair_circle], lng[open_circles][pair_circle], self._lat[row], self._lng[row]
            )
            sure = straight <= covered[pair_circle]
            counts = np.bincount(pair_circle[sure], minlength=len(open_circles))
            done = (counts >= enough) | (covered >= radius[open_circles])
            take = sure & done[pair_circle]
            found.append((open_circles[pair_circle[take]], row[take], straight[take]))
            open_circles, rings = open_circles[~done], _wider(rings, float(radius.max()))
        circle, row, straight = _nearest(found, len(circles), enough)
        return circle + number, row, straight

    def _findable(self, since: float, without: Collection[str]) -> tuple[Indices, Cells]:
        """The rows that count, and their hexagons, sorted by hexagon."""
        alive = self._at[: len(self._ids)] >= since
        alive[[self._rows[driver_id] for driver_id in without if driver_id in self._rows]] = False
        rows = np.flatnonzero(alive)
        cells = self._cell[rows]
        order = np.argsort(cells, kind="stable")
        return rows[order], cells[order]

    def _row(self, driver_id: str) -> int:
        row = self._rows.get(driver_id)
        if row is None:
            row = self._rows[driver_id] = len(self._ids)
            self._ids.append(driver_id)
            if row >= len(self._at):
                self._grow()
        return row

    def _grow(self) -> None:
        room = len(self._at)
        self._lat, self._lng = np.append(self._lat, np.zeros(room)), np.append(self._lng, np.zeros(room))
        self._at = np.append(self._at, np.full(room, NEVER))
        self._cell = np.append(self._cell, np.zeros(room, dtype=np.uint64))


class _View:
    """Rows sorted by hexagon, so that the rows of one lie side by side."""

    def __init__(self, rows: Indices, cells: Cells) -> None:
        self._rows = rows
        self._cells = cells

    def pairs(self, centres: Sequence[int], rings: int) -> tuple[Indices, Indices, float]:
        """(position in `centres`, row) of every driver in the rings around each centre.

        The third value: the distance in metres up to which no driver is missing.
        """
        if len(self._rows) <= DRIVERS_A_HEXAGON * _hexagons(rings):
            every_row = np.tile(self._rows, len(centres))
            return np.repeat(np.arange(len(centres)), len(self._rows)), every_row, np.inf
        discs = [_disc(centre, rings) for centre in centres]
        sizes, cells = np.fromiter(map(len, discs), np.int64, len(discs)), np.concatenate(discs)
        starts = np.searchsorted(self._cells, cells, "left")
        counts = np.searchsorted(self._cells, cells, "right") - starts
        owner = np.repeat(np.repeat(np.arange(len(discs)), sizes), counts)
        first = np.repeat(starts - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        return owner, self._rows[first + np.arange(len(first))], (rings - 1) * RING_M


@lru_cache(maxsize=DISCS)
def _disc(centre: int, rings: int) -> Cells:
    return np.array(h3.grid_disk(centre, rings), dtype=np.uint64)


def _nearest(
    found: list[tuple[Indices, Indices, Floats]], circles: int, enough: int
) -> tuple[Indices, Indices, Floats]:
    """The first `enough` of each circle, sorted by circle and distance."""
    circle, row, straight = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((straight, circle))
    circle, row, straight = circle[order], row[order], straight[order]
    near = np.arange(len(circle)) - np.searchsorted(circle, np.arange(circles))[circle] < enough
    return circle[near], row[near], straight[near]


_NOTHING = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def _hexagons(rings: int) -> int:
    return 3 * rings * (rings + 1) + 1


def _wider(rings: int, radius_m: float) -> int:
    """Half as many rings more, but not more than the widest radius needs."""
    return min(max(rings + 1, ceil(rings * 1.5)), ceil(radius_m / RING_M) + 1)
