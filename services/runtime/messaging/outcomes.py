"""The outcome of a message by the error that its handler raised: one table."""

from __future__ import annotations

from enum import StrEnum

from contracts.codec import Unreadable, WrongSchema
from services.runtime.errors import Away, NotYet, Rejected


class Outcome(StrEnum):
    """What becomes of a message; the values are labels of `gancang_messages_total`."""

    DONE = "done"
    REJECTED = "rejected"
    WAITING = "waiting"
    RETRIED = "retried"
    PARKED = "parked"
    GIVEN_BACK = "given_back"


TABLE: tuple[tuple[type[Exception], Outcome], ...] = (
    (Away, Outcome.GIVEN_BACK),  # the service pauses, and the broker redelivers it
    (NotYet, Outcome.WAITING),  # after a minute rejected
    (Rejected, Outcome.REJECTED),
    (WrongSchema, Outcome.REJECTED),
    (Unreadable, Outcome.PARKED),
    (Exception, Outcome.RETRIED),  # after five attempts parked
)


def outcome_of(error: Exception, *, may_wait: bool, may_retry: bool, is_request: bool) -> Outcome:
    """Look up the error. Only requests are rejected; an event that cannot be used is parked."""
    outcome = next(outcome for kind, outcome in TABLE if isinstance(error, kind))
    if outcome is Outcome.WAITING and not may_wait:
        outcome = Outcome.REJECTED
    if outcome is Outcome.RETRIED and not may_retry:
        outcome = Outcome.PARKED
    if outcome is Outcome.REJECTED and not is_request:
        outcome = Outcome.PARKED
    return outcome
