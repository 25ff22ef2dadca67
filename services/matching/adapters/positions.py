"""Takes positions in: checks each, keeps the good ones, counts the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from prometheus_client import Counter

from contracts.requests.drivers import DriverPositionsReported
from services.matching.adapters.position_index import PositionIndex
from services.matching.domain.distance import inside_country
from services.matching.domain.driver import AHEAD
from services.runtime.clock import Clock

POSITIONS = Counter("gancang_positions_total", "Positions reported, by what became of them", ["outcome"])
KEPT, STALE, FUTURE, OUTSIDE, UNREADABLE = (POSITIONS.labels(outcome) for outcome in ("kept", "stale", "future", "outside", "unreadable"))


class Positions:
    """`appeared` is called when a driver shows up who was unknown, or silent for too long to be asked."""

    def __init__(self, index: PositionIndex, clock: Clock, fresh: timedelta, appeared: Callable[[str], None]) -> None:
        self._index = index
        self._clock = clock
        self._fresh_s = fresh.total_seconds()
        self._appeared = appeared

    def reported(self, report: DriverPositionsReported) -> None:
        """Take a report in."""
        for position in report.positions:
            self.saw(position.driver_id, position.lat, position.lng, position.at.timestamp())

    def saw(self, driver_id: str, lat: float, lng: float, at: float) -> None:
        """Take one position in; one that cannot be is counted and dropped."""
        now = self._clock.now().timestamp()
        if not inside_country(lat, lng):
            OUTSIDE.inc()
            return
        if at > now + AHEAD.total_seconds():
            FUTURE.inc()
            return
        before = self._index.last_seen(driver_id)
        if not self._index.saw(driver_id, lat, lng, at):
            STALE.inc()
            return
        KEPT.inc()
        if before is None or before < now - self._fresh_s:
            self._appeared(driver_id)

    def forget_old(self) -> None:
        """Drop who was silent for ten times as long as a position counts."""
        self._index.forget_before(self._clock.now().timestamp() - 10 * self._fresh_s)
