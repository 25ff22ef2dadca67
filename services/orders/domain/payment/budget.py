"""What a programme or a donor provides, and for whom a programme pays: facts, each as of its own time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts.values import Day

NO_AGENCY = "-"
LONG_AGO = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget. `cap`: whole rupiah in all; the ledger knows what is left.

    `services`: what it pays for; empty: every service.
    """

    budget_id: str
    cap: int
    as_of: datetime
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """A person for whom a programme pays, up to and with `valid_until`. `by`: the agency that attests it."""

    programme_id: str
    customer_id: str
    by: str
    valid_until: Day
    as_of: datetime


def budget_set(known: Budget | None, said: Budget) -> Budget | None:
    """The newer budget; None when the known one is as new."""
    return said if known is None or said.as_of > known.as_of else None


def pledged(known: Budget | None, budget_id: str, amount: int, at: datetime) -> Budget:
    """The budget with one more pledge: pledges add up."""
    if known is None:
        return Budget(budget_id, amount, at)
    return replace(known, cap=known.cap + amount, as_of=max(known.as_of, at))


def attested(known: Beneficiary | None, said: Beneficiary) -> Beneficiary | None:
    """The newer attestation; None when the known one is as new."""
    return said if known is None or said.as_of > known.as_of else None


def without_attestation(known: Beneficiary, at: datetime) -> Beneficiary | None:
    """The erased person without the attestation; None when it is newer than the erasure, or removed already.

    The ids stay and `as_of` becomes the time of the erasure, so that an older attestation that arrives
    later has no effect.
    """
    blank = replace(known, by=NO_AGENCY, valid_until=LONG_AGO, as_of=at)
    return None if known.as_of > at or known == blank else blank
