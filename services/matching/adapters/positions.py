"""Take positions in: check each, keep the valid ones, count the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
from prometheus_client import Counter

from contracts.requests.drivers import DriverPositionsReported
from services.matching.adapters.position_index import PositionIndex
from services.matching.domain.ground.distance import Floats, all_inside_country
from services.matching.ports import LastPosition
from services.runtime.clock import Clock
from services.runtime.facts import AHEAD

POSITIONS = Counter("gancang_positions_total", "Positions reported, by what became of them", ["outcome"])
OUTCOMES = ("kept", "stale", "future", "nowhere", "outside", "unreadable", "foreign")
KEPT, STALE, FUTURE, NOWHERE, OUTSIDE, UNREADABLE, FOREIGN = (
    POSITIONS.labels(outcome) for outcome in OUTCOMES
)
FORGOTTEN_AFTER = 10


class Positions:
    """`appeared` is called for a driver who was unknown, or silent for too long to get offers.

    `fresh`: how long a position counts.
    """

    def __init__(
        self, index: PositionIndex, clock: Clock, fresh: timedelta, appeared: Callable[[str], None]
    ) -> None:
        self._index = index
        self._clock = clock
        self._fresh = fresh
        self._fresh_s = fresh.total_seconds()
        self._appeared = appeared
        self._listening_since: datetime | None = None
        self._heard_at: datetime | None = None

    def listening(self, *, yes: bool) -> None:
        """Note whether positions can arrive from now on."""
        self._listening_since = self._clock.now() if yes else None

    def listening_since(self) -> datetime | None:
        """Since when this process has received every position; None while none arrive at all."""
        if self._listening_since is None or self._heard_at is None:
            return None
        return self._listening_since if self._clock.now() - self._heard_at <= self._fresh else None

    def last(self, driver_id: str) -> LastPosition | None:
        """The driver's last position; None without a recent one."""
        found = self._index.last(driver_id)
        return None if found is None else LastPosition(*found[:2], datetime.fromtimestamp(found[2], UTC))

    def reported(self, report: DriverPositionsReported) -> None:
        """Take a report in."""
        said = report.positions
        self._take(
            [position.driver_id for position in said],
            np.array([position.lat for position in said]),
            np.array([position.lng for position in said]),
            np.array([position.at.timestamp() for position in said]),
        )

    def saw(self, driver_id: str, lat: float, lng: float, at: float) -> None:
        """Take one position in."""
        self._take([driver_id], np.array([lat]), np.array([lng]), np.array([at]))

    def _take(self, driver_ids: list[str], lat: Floats, lng: Floats, at: Floats) -> None:
        """Count impossible positions by reason and drop them. A broken GPS receiver reports 0/0."""
        now = self._clock.now().timestamp()
        good = np.ones(len(driver_ids), dtype=bool)
        for counter, bad in (
            (NOWHERE, (lat == 0) & (lng == 0)),
            (OUTSIDE, ~all_inside_country(lat, lng)),
            (FUTURE, at > now + AHEAD.total_seconds()),
            (STALE, at < now - FORGOTTEN_AFTER * self._fresh_s),
        ):
            counter.inc(int(np.count_nonzero(good & bad)))
            good &= ~bad
        if not good.all():
            driver_ids = [each for each, stays in zip(driver_ids, good.tolist(), strict=True) if stays]
        taken, before = self._index.saw_all(driver_ids, lat[good], lng[good], at[good])
        kept = int(np.count_nonzero(taken))
        KEPT.inc(kept)
        if kept:
            self._heard()
        STALE.inc(len(driver_ids) - kept)
        for number in np.flatnonzero(taken & (before < now - self._fresh_s)).tolist():
            self._appeared(driver_ids[number])

    def _heard(self) -> None:
        """After a time without any position, positions of every driver may have been missed."""
        now = self._clock.now()
        silent = self._heard_at is None or now - self._heard_at > self._fresh
        if silent and self._listening_since is not None:
            self._listening_since = now
        self._heard_at = now

    def forget_old(self) -> None:
        """Forget drivers who were silent for ten times as long as a position counts."""
        self._index.forget_before(self._clock.now().timestamp() - FORGOTTEN_AFTER * self._fresh_s)
