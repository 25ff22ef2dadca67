"""A driver with an order who is not heard of any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.matching.domain.drivers.driver import Live
from services.matching.domain.drivers.silence import given_up, last_sign, silent_at, still_there, withdrawn
from services.matching.domain.searches.answers import accepted
from services.matching.domain.searches.offering import offered
from services.matching.domain.searches.search import Status
from services.matching.saving.events import of_search
from tests.support.builders import NOW

FIVE = timedelta(minutes=5)
LIVE = Live("o-1", "o-1-1", 1, NOW, confirmed=True)


def minutes(count: float) -> Any:
    return NOW + timedelta(minutes=count)


def test_only_a_driver_whom_an_order_has_named_is_looked_for(a_driver: Any) -> None:
    assert silent_at(a_driver(), FIVE) is None
    assert silent_at(a_driver(live=Live("o-1", "o-1-1", 1, NOW)), FIVE) is None
    assert silent_at(a_driver(live=LIVE), FIVE) == minutes(5)


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
def test_what_may_have_been_missed_counts_for_him(
    seen: float | None, listening: float | None, sign: float
) -> None:
    seen_at = None if seen is None else minutes(seen)
    since = None if listening is None else minutes(listening)

    assert last_sign(LIVE, seen_at, since, FIVE) == minutes(sign)


def test_a_sign_of_life_moves_the_next_look(a_driver: Any) -> None:
    heard = still_there(a_driver(live=LIVE), "o-1", minutes(4))

    assert heard is not None
    assert silent_at(heard, FIVE) == minutes(9)
    assert still_there(heard, "o-1", minutes(3)) is None
    assert still_there(heard, "o-2", minutes(6)) is None


def test_the_order_is_told_once_and_nobody_looks_again(a_search: Any, a_driver: Any, rules: Any) -> None:
    asked = offered(a_search(), "d-7", 100, 0, rules, NOW)
    won = accepted(asked, "o-1-1", (), NOW)
    assert won is not None

    gone = withdrawn(won, "o-1-1")

    assert gone is not None
    assert gone.status is Status.MATCHED
    (event,) = of_search(won, gone)
    assert (type(event).__name__, event.driver_id, event.reason) == ("MatchWithdrawn", "d-7", "vanished")
    assert withdrawn(gone, "o-1-1") is None
    given = given_up(a_driver(live=LIVE), "o-1")
    assert given is not None
    assert silent_at(given, FIVE) is None
