"""One table: which error leads to what becomes of the message."""

from __future__ import annotations

from enum import StrEnum

from contracts.codec import Unreadable, WrongSchema
from services.runtime.errors import Away, NotYet, Rejected


class Outcome(StrEnum):
    """What becomes of a message."""

    DONE = "done"
    REJECTED = "rejected"
    WAITING = "waiting"
    RETRIED = "retried"
    PARKED = "parked"
    GIVEN_BACK = "given_back"


TABLE: tuple[tuple[type[Exception], Outcome], ...] = (
    (Away, Outcome.GIVEN_BACK),  # pause, then the broker delivers it again
    (NotYet, Outcome.WAITING),  # then rejected
    (Rejected, Outcome.REJECTED),
    (WrongSchema, Outcome.REJECTED),
    (Unreadable, Outcome.PARKED),
    (Exception, Outcome.RETRIED),  # then parked
)


def outcome_of(error: Exception, *, may_wait: bool, may_retry: bool, is_request: bool) -> Outcome:
    """Look the error up. Only requests are answered with a rejection: an event that we can't use is parked."""
    outcome = next(outcome for kind, outcome in TABLE if isinstance(error, kind))
    if outcome is Outcome.WAITING and not may_wait:
        outcome = Outcome.REJECTED
    if outcome is Outcome.RETRIED and not may_retry:
        outcome = Outcome.PARKED
    if outcome is Outcome.REJECTED and not is_request:
        outcome = Outcome.PARKED
    return outcome
