"""What was announced about a route, as a frozen value: open or closed, from when, until when, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# An order that was being taken in while the closure was announced is found then.
SECOND_SWEEP_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RouteStatus:
    """The newest announcement, with the earlier ones that still apply where it says nothing.

    `as_of`: when it was announced. It applies from `starts_at` until just before `until`; None: for good.
    `open` without `until` only takes a closure back: the calendar of the route applies again. `level`: the
    volcano's level; None where it was never announced. `sweep_at`: when the orders that it concerns are
    looked for next; None: never again. `before`: the announcement before this one, as a chain.
    """

    route: str
    as_of: datetime
    open: bool
    reason: str
    starts_at: datetime
    until: datetime | None = None
    level: int | None = None
    sweep_at: datetime | None = None
    before: RouteStatus | None = None

    def open_at(self, moment: datetime) -> bool | None:
        """Whether the route was announced as open or closed for that instant; None: the calendar decides."""
        status = self._at(moment)
        return None if status is None or (status.open and status.until is None) else status.open

    def closed_from(self, now: datetime, until: datetime) -> datetime | None:
        """When the present closure began, else when one begins up to `until`; None where it stays open."""
        present = self._at(now)
        if present is not None and self.open_at(now) is False:
            return present.starts_at
        closing = self.next_closing(now)
        return closing if closing is not None and closing <= until else None

    def next_closing(self, now: datetime) -> datetime | None:
        """When the next announced closure begins; None without one."""
        changes = sorted(at for each in self.chain() for at in (each.starts_at, each.until) if at is not None)
        return next((at for at in changes if at > now and self.open_at(at) is False), None)

    def chain(self) -> Iterator[RouteStatus]:
        """This announcement and the ones before it, newest first."""
        status: RouteStatus | None = self
        while status is not None:
            yield status
            status = status.before

    def _at(self, moment: datetime) -> RouteStatus | None:
        """The newest announcement that applies at that instant."""
        return next(
            (
                each
                for each in self.chain()
                if each.starts_at <= moment and (each.until is None or moment < each.until)
            ),
            None,
        )


def newer_status(known: RouteStatus | None, said: RouteStatus, now: datetime) -> RouteStatus | None:
    """The newer announcement, with the known ones that still apply; None when the known one is as new.

    The volcano's level stays until another one is announced.
    """
    if known is not None and said.as_of <= known.as_of:
        return None
    level = said.level if said.level is not None or known is None else known.level
    return replace(
        said, level=level, sweep_at=now + SECOND_SWEEP_AFTER, before=_still_valid(known, said, now)
    )


def after_sweep(status: RouteStatus, now: datetime) -> RouteStatus | None:
    """The status with its next sweep: when a closure begins, for guests who left after it was announced.

    None while no sweep is due.
    """
    due = status.sweep_at is not None and status.sweep_at <= now
    return replace(status, sweep_at=status.next_closing(now)) if due else None


def route_timers(status: RouteStatus) -> dict[str, datetime]:
    """Name → when it is due. The names are stored with the status."""
    return {} if status.sweep_at is None else {"sweep": status.sweep_at}


def _still_valid(known: RouteStatus | None, newer: RouteStatus, now: datetime) -> RouteStatus | None:
    """The chain of known announcements without those that are over or that the newer one covers entirely."""
    kept: RouteStatus | None = None
    for status in reversed([] if known is None else list(known.chain())):
        over = status.until is not None and status.until <= now
        outlasts = newer.until is not None and (status.until is None or status.until > newer.until)
        covered = newer.starts_at <= max(status.starts_at, now) and not outlasts
        if not over and not covered:
            kept = replace(status, sweep_at=None, before=kept)
    return kept
