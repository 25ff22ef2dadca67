"""A driver with a live order who sends no more positions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.events.matching import MatchWithdrawn
from services.matching.domain.drivers.driver import Commitment
from services.matching.domain.drivers.silence import (
    heard_from,
    last_sign_of_life,
    marked_lost,
    silence_due_at,
)
from services.matching.domain.searches.answers import accepted
from services.matching.domain.searches.lifecycle import match_withdrawn
from services.matching.domain.searches.offering import offered
from services.matching.domain.searches.search import SearchStatus
from services.matching.saving.events import search_events
from tests.support.builders import NOW

FIVE = timedelta(minutes=5)
LIVE = Commitment("o-1", "o-1-1", 1, NOW, confirmed=True)


def minutes(count: float) -> Any:
    return NOW + timedelta(minutes=count)


def test_only_a_driver_with_a_confirmed_live_order_is_checked(a_driver: Any) -> None:
    assert silence_due_at(a_driver(), FIVE) is None
    assert silence_due_at(a_driver(live=Commitment("o-1", "o-1-1", 1, NOW)), FIVE) is None
    assert silence_due_at(a_driver(live=LIVE), FIVE) == minutes(5)


@pytest.mark.parametrize(
    ("seen", "listening", "sign"),
    [
        (None, -60, 0),
        (3, -60, 3),
        (-2, -60, 0),
        (1, 4, 4),
        (1, None, 6),
    ],
)
def test_positions_that_may_have_been_missed_count_for_the_driver(
    seen: float | None, listening: float | None, sign: float
) -> None:
    seen_at = None if seen is None else minutes(seen)
    since = None if listening is None else minutes(listening)

    assert last_sign_of_life(LIVE, seen_at, since, FIVE) == minutes(sign)


def test_a_sign_of_life_postpones_the_next_check(a_driver: Any) -> None:
    heard = heard_from(a_driver(live=LIVE), "o-1", minutes(4))

    assert heard is not None
    assert silence_due_at(heard, FIVE) == minutes(9)
    assert heard_from(heard, "o-1", minutes(3)) is None
    assert heard_from(heard, "o-2", minutes(6)) is None


def test_the_match_is_withdrawn_once_and_the_driver_not_checked_again(
    a_search: Any, a_driver: Any, rules: Any
) -> None:
    asked = offered(a_search(), "d-7", 100, 0, rules, NOW)
    assert asked is not None
    won = accepted(asked, "o-1-1", (), NOW)
    assert won is not None

    gone = match_withdrawn(won, "o-1-1")

    assert gone is not None
    assert gone.status is SearchStatus.MATCHED
    (event,) = search_events(won, gone)
    assert isinstance(event, MatchWithdrawn)
    assert (event.driver_id, event.reason) == ("d-7", "vanished")
    assert match_withdrawn(gone, "o-1-1") is None
    given = marked_lost(a_driver(live=LIVE), "o-1")
    assert given is not None
    assert silence_due_at(given, FIVE) is None
