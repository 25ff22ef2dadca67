"""Where every driver was seen last: columns of numbers and hexagons of H3, in the memory of one process."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil

import numpy as np
from h3.api import basic_int as h3
from numpy.typing import NDArray

from services.matching.domain.ground.distance import Flags, Floats, Indices, metres_between
from services.matching.ports import Nearby, Sighting, Spot

RESOLUTION = 9
# Neighbouring hexagons advance by 1.5 edges at least; edges near Java are up to a tenth shorter than the mean of 201 m.
RING_M = 1.5 * 177.0
EVERYBODY = 2**31
# Looking into a hexagon takes as long as measuring the way of so many drivers.
DRIVERS_A_HEXAGON = 6
BLOCK = 200
DISCS = 2048
FIRST_ROOM = 1024
NEVER = -np.inf
Cells = NDArray[np.uint64]


class PositionIndex:
    """Times are seconds since 1970. A driver's row stays his until somebody is forgotten."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._lat, self._lng = np.zeros(FIRST_ROOM), np.zeros(FIRST_ROOM)
        self._at = np.full(FIRST_ROOM, NEVER)
        self._cell: Cells = np.zeros(FIRST_ROOM, dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._ids)

    def saw(self, driver_id: str, lat: float, lng: float, at: float) -> bool:
        """Note a position; False when a newer one is known."""
        newer, _ = self.saw_all([driver_id], np.array([lat]), np.array([lng]), np.array([at]))
        return bool(newer[0])

    def saw_all(
        self, driver_ids: Sequence[str], lat: Floats, lng: Floats, at: Floats
    ) -> tuple[Flags, Floats]:
        """Note many; for each whether it was taken (no newer one is known), and when that driver was seen before."""
        rows = np.fromiter((self._row(driver_id) for driver_id in driver_ids), np.int64, len(driver_ids))
        before = self._at[rows]
        newer: Flags = at >= before
        # In the order of their times: of two positions of one driver the later one stays.
        kept = np.argsort(at, kind="stable")
        kept = kept[newer[kept]]
        where = zip(lat[kept].tolist(), lng[kept].tolist(), strict=True)
        cells = (h3.latlng_to_cell(north, east, RESOLUTION) for north, east in where)
        self._cell[rows[kept]] = np.fromiter(cells, np.uint64, len(kept))
        self._lat[rows[kept]], self._lng[rows[kept]], self._at[rows[kept]] = lat[kept], lng[kept], at[kept]
        return newer, before

    def last(self, driver_id: str) -> tuple[float, float, float] | None:
        """Latitude, longitude and time of his last position; None for one who was not heard of."""
        row = self._rows.get(driver_id)
        return None if row is None else (float(self._lat[row]), float(self._lng[row]), float(self._at[row]))

    def forget_before(self, oldest: float) -> None:
        """Drop who was not seen since."""
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
        """Those seen within the radius, not before `oldest`, nearest first."""
        return self.around([Spot(lat, lng, radius_m)], oldest, EVERYBODY).of(0)

    def around(
        self, spots: Sequence[Spot], oldest: datetime, enough: int, without: Collection[str] = ()
    ) -> Nearby:
        """For each spot the `enough` nearest of those within its radius, seen not before `oldest`; `without` them."""
        view = _View(*self._findable(oldest.timestamp(), without))
        found = [
            self._block(spots[start : start + BLOCK], start, view, enough)
            for start in range(0, len(spots), BLOCK)
        ]
        spot, row, straight = (
            (np.concatenate(column) for column in zip(*found, strict=True)) if found else _NOTHING
        )
        return Nearby(spot, row, straight, self._lat[row], self._lng[row], self._ids)

    def _block(
        self, spots: Sequence[Spot], number: int, view: _View, enough: int
    ) -> tuple[Indices, Indices, Floats]:
        """The same for a few spots, counted from `number`: columns of all pairs take memory."""
        lat, lng = np.array([spot.lat for spot in spots]), np.array([spot.lng for spot in spots])
        radius = np.array([spot.radius_m for spot in spots], dtype=np.float64)
        centres = [h3.latlng_to_cell(spot.lat, spot.lng, RESOLUTION) for spot in spots]
        found: list[tuple[Indices, Indices, Floats]] = []
        open_spots, rings = np.arange(len(spots)), 1
        while len(open_spots):
            pair_spot, row, within = view.pairs([centres[spot] for spot in open_spots], rings)
            covered = np.minimum(within, radius[open_spots])
            straight = metres_between(
                lat[open_spots][pair_spot], lng[open_spots][pair_spot], self._lat[row], self._lng[row]
            )
            sure = straight <= covered[pair_spot]
            counts = np.bincount(pair_spot[sure], minlength=len(open_spots))
            done = (counts >= enough) | (covered >= radius[open_spots])
            take = sure & done[pair_spot]
            found.append((open_spots[pair_spot[take]], row[take], straight[take]))
            open_spots, rings = open_spots[~done], _wider(rings, float(radius.max()))
        spot, row, straight = _nearest(found, len(spots), enough)
        return spot + number, row, straight

    def _findable(self, since: float, without: Collection[str]) -> tuple[Indices, Cells]:
        """Rows that count, and their hexagons, sorted by these."""
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
    """Rows sorted by hexagon, so that those of one lie side by side."""

    def __init__(self, rows: Indices, cells: Cells) -> None:
        self._rows = rows
        self._cells = cells

    def pairs(self, centres: Sequence[int], rings: int) -> tuple[Indices, Indices, float]:
        """(position in `centres`, row) of everybody in the rings around each centre, and how far out nobody is missing."""
        if len(self._rows) <= DRIVERS_A_HEXAGON * _hexagons(rings):
            everybody = np.tile(self._rows, len(centres))
            return np.repeat(np.arange(len(centres)), len(self._rows)), everybody, np.inf
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
    found: list[tuple[Indices, Indices, Floats]], spots: int, enough: int
) -> tuple[Indices, Indices, Floats]:
    """Sorted by spot and distance, the first `enough` of each spot."""
    spot, row, straight = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((straight, spot))
    spot, row, straight = spot[order], row[order], straight[order]
    near = np.arange(len(spot)) - np.searchsorted(spot, np.arange(spots))[spot] < enough
    return spot[near], row[near], straight[near]


_NOTHING = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def _hexagons(rings: int) -> int:
    return 3 * rings * (rings + 1) + 1


def _wider(rings: int, radius_m: float) -> int:
    """By half again, and never further than the widest radius needs."""
    return min(max(rings + 1, ceil(rings * 1.5)), ceil(radius_m / RING_M) + 1)
