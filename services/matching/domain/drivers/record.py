"""What a driver did with the offers that he could win, and what he earned.

An offer that we withdrew, or that another driver won, is in nobody's record: he had no say in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.values import Day
from services.matching.domain.ground.calendar import day_of

RECENT = 50
# A newcomer counts like somebody who took four of his first five offers, and a single answer moves nobody far.
PRIOR_TAKEN, PRIOR_ANSWERED = 4, 5
MOST_REASONS = 20
REASON = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
OTHER = "other"


class Mark(StrEnum):
    """A letter of `Record.recent`."""

    TAKEN = "t"
    DECLINED = "d"
    LAPSED = "l"
    GAVE_BACK = "g"


@dataclass(frozen=True, slots=True)
class Record:
    """Counts since his registration. `reasons`: why he declined, as his app said.

    `recent`: his last 50 answers, oldest first. `day`: to which `trips_today` and `income_today` belong.
    """

    accepts: int = 0
    declines: int = 0
    lapses: int = 0
    cancels: int = 0
    vanished: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    recent: str = ""
    trips: int = 0
    income: int = 0
    day: Day | None = None
    trips_today: int = 0
    income_today: int = 0

    @property
    def offers(self) -> int:
        """Those that he could win."""
        return self.accepts + self.declines + self.lapses


@dataclass(frozen=True, slots=True)
class Merits:
    """What fairness weighs, as plain numbers. `acceptance`: share of the offers he could win that he took and kept."""

    idle_s: float
    income_today: int
    acceptance: float


def took(record: Record) -> Record:
    """He accepted, and the order named him."""
    return _marked(replace(record, accepts=record.accepts + 1), Mark.TAKEN)


def declined(record: Record, reason: str | None) -> Record:
    """He said no."""
    return _marked(replace(_because(record, reason), declines=record.declines + 1), Mark.DECLINED)


def let_lapse(record: Record) -> Record:
    """He said nothing while he could have won."""
    return _marked(replace(record, lapses=record.lapses + 1), Mark.LAPSED)


def gave_back(record: Record) -> Record:
    """He had the order and gave it back."""
    return _marked(replace(record, cancels=record.cancels + 1), Mark.GAVE_BACK)


def vanished(record: Record) -> Record:
    """He had the order and could not be reached any more."""
    return _marked(replace(record, vanished=record.vanished + 1), Mark.GAVE_BACK)


def earned(record: Record, income: int, now: datetime) -> Record:
    """A trip is done. Whole rupiah."""
    today = day_of(now)
    trips, sum_today = (record.trips_today, record.income_today) if record.day == today else (0, 0)
    return replace(
        record,
        trips=record.trips + 1,
        income=record.income + income,
        day=today,
        trips_today=trips + 1,
        income_today=sum_today + income,
    )


def accounts(record: Record) -> Record:
    """Of a driver who was forgotten what he earned stays, and nothing of how he answered."""
    kept = replace(Record(), trips=record.trips, income=record.income, day=record.day)
    return replace(kept, trips_today=record.trips_today, income_today=record.income_today)


def merits(record: Record, idle_since: datetime | None, now: datetime) -> Merits:
    """As of now: yesterday's income counts no more."""
    idle = max(timedelta(), now - idle_since) if idle_since else timedelta()
    income = record.income_today if record.day == day_of(now) else 0
    return Merits(idle.total_seconds(), income, acceptance(record))


def acceptance(record: Record) -> float:
    """Between 0 and 1, over his last answers."""
    if not record.recent:
        return PRIOR_TAKEN / PRIOR_ANSWERED
    gave_back = record.recent.count(Mark.GAVE_BACK)
    kept = max(0, record.recent.count(Mark.TAKEN) - gave_back)
    answered = len(record.recent) - gave_back
    return min(1.0, (kept + PRIOR_TAKEN) / (answered + PRIOR_ANSWERED))


def _marked(record: Record, mark: Mark) -> Record:
    return replace(record, recent=(record.recent + mark)[-RECENT:])


def _because(record: Record, reason: str | None) -> Record:
    """A reason that is no code, or one too many, counts as another: apps write what they like."""
    code = reason if reason is not None and REASON.match(reason) else OTHER
    if code not in record.reasons and len(record.reasons) >= MOST_REASONS:
        code = OTHER
    return replace(record, reasons={**record.reasons, code: record.reasons.get(code, 0) + 1})
