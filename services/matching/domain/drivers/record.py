"""A driver's record: answers to the offers that they could win, and earnings.

An offer that we withdrew, or that another driver won, is not recorded: the driver had no say in it.
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
# A new driver counts as one who took four of five offers, and a single answer changes the rate little.
PRIOR_TAKEN, PRIOR_ANSWERED = 4, 5
MOST_REASONS = 20
REASON = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
OTHER = "other"


class Answer(StrEnum):
    """A letter of `Record.recent`."""

    TAKEN = "t"
    DECLINED = "d"
    LAPSED = "l"
    GAVE_BACK = "g"


@dataclass(frozen=True, slots=True)
class Record:
    """Counts since the registration. `lapses`: offers without an answer. `reasons`: why offers were declined.

    `recent`: the last 50 answers, oldest first. `day`: the day of `trips_today` and `income_today`.
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
        """Offers that the driver could win."""
        return self.accepts + self.declines + self.lapses


@dataclass(frozen=True, slots=True)
class Fairness:
    """The figures that fairness weighs. `acceptance`: share of the offers that the driver took and kept."""

    idle_s: float
    income_today: int
    acceptance: float


def took(record: Record) -> Record:
    """Count an accept that the order has confirmed."""
    return _answered(replace(record, accepts=record.accepts + 1), Answer.TAKEN)


def declined(record: Record, reason: str | None) -> Record:
    """Count a declined offer."""
    return _answered(replace(_counted(record, reason), declines=record.declines + 1), Answer.DECLINED)


def let_expire(record: Record) -> Record:
    """Count an unanswered offer that the driver could win."""
    return _answered(replace(record, lapses=record.lapses + 1), Answer.LAPSED)


def gave_back(record: Record) -> Record:
    """Count an assigned order that the driver gave back."""
    return _answered(replace(record, cancels=record.cancels + 1), Answer.GAVE_BACK)


def vanished(record: Record) -> Record:
    """Count an assigned order whose driver could no longer be reached."""
    return _answered(replace(record, vanished=record.vanished + 1), Answer.GAVE_BACK)


def earned(record: Record, income: int, now: datetime) -> Record:
    """Count a completed trip. `income` in whole rupiah."""
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


def without_answers(record: Record) -> Record:
    """The record of an erased driver: earnings stay, answers go."""
    kept = replace(Record(), trips=record.trips, income=record.income, day=record.day)
    return replace(kept, trips_today=record.trips_today, income_today=record.income_today)


def fairness(record: Record, idle_since: datetime | None, now: datetime) -> Fairness:
    """The figures as of now: yesterday's income no longer counts."""
    idle = max(timedelta(), now - idle_since) if idle_since else timedelta()
    income = record.income_today if record.day == day_of(now) else 0
    return Fairness(idle.total_seconds(), income, acceptance(record))


def acceptance(record: Record) -> float:
    """Between 0 and 1, over the recent answers."""
    if not record.recent:
        return PRIOR_TAKEN / PRIOR_ANSWERED
    gave_back = record.recent.count(Answer.GAVE_BACK)
    kept = max(0, record.recent.count(Answer.TAKEN) - gave_back)
    answered = len(record.recent) - gave_back
    return min(1.0, (kept + PRIOR_TAKEN) / (answered + PRIOR_ANSWERED))


def _answered(record: Record, answer: Answer) -> Record:
    return replace(record, recent=(record.recent + answer)[-RECENT:])


def _counted(record: Record, reason: str | None) -> Record:
    """Text that is not a code, or one code too many, counts as `other`: apps send any text."""
    code = reason if reason is not None and REASON.match(reason) else OTHER
    if code not in record.reasons and len(record.reasons) >= MOST_REASONS:
        code = OTHER
    return replace(record, reasons={**record.reasons, code: record.reasons.get(code, 0) + 1})
