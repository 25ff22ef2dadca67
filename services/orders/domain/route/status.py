"""What was said last about a route, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SECOND_SWEEP_AFTER = timedelta(
    minutes=1
)  # an order that was just being taken in when the word came is found then


@dataclass(frozen=True, slots=True)
class RouteStatus:
    """`as_of`: when it was said. `open` without `until` only takes a closure back: the calendar holds again.

    `level`: the volcano's, None where nobody has said. `sweep_at`: when the orders that it closes out are looked for once
    more, and again when a closure begins that was said ahead; None when that is done. `before`: the word that it stands on,
    which still holds for the instants that this one says nothing about.
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
        """Open or closed at that instant; None where it says nothing about it."""
        word = self.word_at(moment)
        return None if word is None or (word.open and word.until is None) else word.open

    def closed_from(self, now: datetime, until: datetime) -> datetime | None:
        """Since when it is closed, or from when on it will be at the latest at `until`; None where it stays open."""
        word = self.word_at(now)
        if word is not None and self.open_at(now) is False:
            return word.starts_at
        return next(
            (turn for turn in self.turns if now < turn <= until and self.open_at(turn) is False), None
        )

    def next_closing(self, now: datetime) -> datetime | None:
        """When a closure begins next; None where none was said ahead."""
        return next((turn for turn in self.turns if turn > now and self.open_at(turn) is False), None)

    def word_at(self, moment: datetime) -> RouteStatus | None:
        """The word that holds at that instant."""
        if moment < self.starts_at or (self.until is not None and moment >= self.until):
            return self.before.word_at(moment) if self.before is not None else None
        return self

    @property
    def turns(self) -> list[datetime]:
        """When what is said changes, the earliest first."""
        own = [self.starts_at] if self.until is None else [self.starts_at, self.until]
        return sorted([*own, *(self.before.turns if self.before is not None else ())])


def newer_status(known: RouteStatus | None, said: RouteStatus, now: datetime) -> RouteStatus | None:
    """The newer word; None when something as new is known. The volcano's level stays until somebody says another."""
    if known is not None and said.as_of <= known.as_of:
        return None
    level = said.level if said.level is not None or known is None else known.level
    return replace(said, level=level, sweep_at=now + SECOND_SWEEP_AFTER, before=_outside(known, said, now))


def _outside(word: RouteStatus | None, newer: RouteStatus, now: datetime) -> RouteStatus | None:
    """The older words that still say something where the newer one does not: neither over nor wholly covered by it."""
    if word is None:
        return None
    older = _outside(word.before, newer, now)
    over = word.until is not None and word.until <= now
    outlasts = newer.until is not None and (word.until is None or word.until > newer.until)
    covered = newer.starts_at <= max(word.starts_at, now) and not outlasts
    return older if over or covered else replace(word, sweep_at=None, before=older)


def after_sweep(status: RouteStatus, now: datetime) -> RouteStatus | None:
    """The second look is done, the next one is when a closure begins: who has left since it was said is found then.

    None when it is not due.
    """
    due = status.sweep_at is not None and status.sweep_at <= now
    return replace(status, sweep_at=status.next_closing(now)) if due else None


def route_timers(status: RouteStatus) -> dict[str, datetime]:
    """What has to happen by itself."""
    return {} if status.sweep_at is None else {"sweep": status.sweep_at}
