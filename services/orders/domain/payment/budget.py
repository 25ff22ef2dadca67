"""What a programme or a donor has put aside, and whom a programme pays for: facts, each as of its own time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts.values import Day

NO_AGENCY = "-"
LONG_AGO = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Budget:
    """`cap`: whole rupiah in all; what is left of it stands in the ledger. `services`: what it is for, empty: anything."""

    budget_id: str
    cap: int
    as_of: datetime
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """`by`: the agency that attests it."""

    programme_id: str
    customer_id: str
    by: str
    valid_until: Day
    as_of: datetime


def budget_set(known: Budget | None, said: Budget) -> Budget | None:
    """The newer word; None when something as new is known."""
    return said if known is None or said.as_of > known.as_of else None


def pledged(known: Budget | None, budget_id: str, amount: int, at: datetime) -> Budget:
    """Pledges add up."""
    if known is None:
        return Budget(budget_id, amount, at)
    return replace(known, cap=known.cap + amount, as_of=max(known.as_of, at))


def attested(known: Beneficiary | None, said: Beneficiary) -> Beneficiary | None:
    """The newer word; None when something as new is known."""
    return said if known is None or said.as_of > known.as_of else None


def without_attestation(known: Beneficiary, at: datetime) -> Beneficiary | None:
    """Nobody says any more that a programme pays for this person; None when that was said after the erasure, or is forgotten.

    The ids stay, and `as_of`: an older attestation that comes later brings nothing back.
    """
    blank = replace(known, by=NO_AGENCY, valid_until=LONG_AGO, as_of=at)
    return None if known.as_of > at or known == blank else blank
