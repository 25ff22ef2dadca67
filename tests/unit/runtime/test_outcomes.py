"""Which error leads to what becomes of the message."""

from __future__ import annotations

import pytest

from contracts.codec import Unreadable
from services.runtime.errors import BrokerAway, Conflict, DatabaseAway, NotYet, Rejected
from services.runtime.messaging.outcomes import Outcome, outcome_of


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DatabaseAway("read"), Outcome.GIVEN_BACK),
        (BrokerAway("publish"), Outcome.GIVEN_BACK),
        (NotYet("unknown_order"), Outcome.WAITING),
        (Rejected("wrong_actor"), Outcome.REJECTED),
        (Unreadable("not_json"), Outcome.PARKED),
        (Conflict("order", "o-1"), Outcome.RETRIED),
        (ZeroDivisionError(), Outcome.RETRIED),
    ],
    ids=repr,
)
def test_each_error_has_its_outcome(error: Exception, outcome: Outcome) -> None:
    assert outcome_of(error, may_wait=True, may_retry=True, is_request=True) is outcome


def test_what_never_became_legal_is_rejected() -> None:
    assert (
        outcome_of(NotYet("unknown_order"), may_wait=False, may_retry=True, is_request=True)
        is Outcome.REJECTED
    )


def test_what_failed_too_often_is_parked() -> None:
    assert outcome_of(ZeroDivisionError(), may_wait=True, may_retry=False, is_request=True) is Outcome.PARKED


def test_an_event_is_never_answered_with_a_rejection() -> None:
    assert (
        outcome_of(Rejected("wrong_actor"), may_wait=True, may_retry=True, is_request=False) is Outcome.PARKED
    )


def test_a_server_that_is_away_never_parks_anything() -> None:
    assert (
        outcome_of(DatabaseAway("read"), may_wait=False, may_retry=False, is_request=False)
        is Outcome.GIVEN_BACK
    )
