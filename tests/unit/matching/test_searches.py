"""How a search begins, begins again, and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from contracts.values import OfferOutcome, Place
from services.matching.adapters.kinds import search_kind
from services.matching.domain.searches import lifecycle
from services.matching.domain.searches.answers import accepted
from services.matching.domain.searches.offering import OfferRules, offered
from services.matching.domain.searches.search import Search, SearchStatus
from services.matching.saving.events import search_events
from tests.support.builders import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

SOON = NOW + timedelta(seconds=20)


def test_cancelled_and_search_started_end_closed_in_either_order(a_search: Any) -> None:
    wanted = a_search().trip
    steps: dict[str, Callable[[Search | None], Search | None]] = {
        "started": lambda known: lifecycle.opened(known, "o-1", 1, 1, wanted, (), NOW),
        "cancelled": lambda known: lifecycle.order_ended(known, "o-1", 2, NOW),
    }

    ends = []
    for order in permutations(steps):
        search: Search | None = None
        for step in order:
            search = steps[step](search) or search
        assert search is not None
        ends.append((search.status, search.order_ended, search.open_offers))

    assert ends == [(SearchStatus.CLOSED, 2, ())] * 2


def _the_order_ends(search: Search) -> Search | None:
    return lifecycle.order_ended(search, "o-1", 9, NOW)


def _its_life_is_over(search: Search) -> Search | None:
    return lifecycle.expired(search, NOW + timedelta(seconds=120))


def _its_driver_is_gone(search: Search) -> Search | None:
    return lifecycle.unassigned(
        replace(search, status=SearchStatus.MATCHED, winner="o-1-1"), "d-1", 1, 2, "driver_cancelled", NOW
    )


def _its_match_is_refused(search: Search) -> Search | None:
    return lifecycle.match_refused(
        replace(search, status=SearchStatus.MATCHED, winner="o-1-1"), "d-1", "o-1-1", "order_ended", NOW
    )


@pytest.mark.parametrize(
    "end", [_the_order_ends, _its_life_is_over, _its_driver_is_gone, _its_match_is_refused]
)
def test_an_ended_search_keeps_no_place(a_search: Any, end: Callable[[Search], Search | None]) -> None:
    search = a_search()
    room = {"name": "Homestay Ijen", "room": "7"}
    dropoff = Place.model_validate(
        {"lat": -8.2, "lng": 114.3, "label": "Jl. Veteran 7", "note": "blue gate", "lodging": room}
    )
    search = replace(search, trip=replace(search.trip, dropoff=dropoff))

    over = end(search)

    assert over is not None
    assert over.trip == replace(search.trip, pickup=lifecycle.NOWHERE, dropoff=lifecycle.NOWHERE)


def test_the_next_attempt_brings_the_places_again(a_search: Any) -> None:
    search = a_search()
    failed = _its_life_is_over(search)

    again = lifecycle.opened(failed, "o-1", 2, 2, search.trip, (), NOW)

    assert again is not None
    assert again.trip == search.trip


def test_a_search_without_a_match_fails_at_its_end_and_withdraws_open_offers(
    a_search: Any, rules: OfferRules
) -> None:
    asked = offered(a_search(), "d-1", 100, 0, rules, NOW + timedelta(seconds=110))

    failed = lifecycle.expired(asked, NOW + timedelta(seconds=119, milliseconds=999))
    assert failed is None
    failed = lifecycle.expired(asked, NOW + timedelta(seconds=120))

    assert failed is not None
    assert failed.status is SearchStatus.FAILED
    assert [type(event).__name__ for event in search_events(asked, failed)] == ["OfferClosed", "MatchFailed"]


def test_rivals_who_accepted_have_lost_and_unanswered_offers_are_withdrawn(
    a_search: Any, rules: OfferRules
) -> None:
    search = a_search()
    for number, second in enumerate((0, 5, 10)):
        search = offered(search, f"d-{number}", 100, 0, rules, NOW + timedelta(seconds=second))

    won = accepted(search, "o-1-2", {"d-0", "d-1"}, NOW + timedelta(seconds=11))

    assert won is not None
    assert [offer.outcome for offer in won.offers] == [
        OfferOutcome.LOST,
        OfferOutcome.ACCEPTED,
        OfferOutcome.WITHDRAWN,
    ]


@pytest.mark.parametrize(
    ("reason", "status"), [("driver_excluded", SearchStatus.OPEN), ("order_ended", SearchStatus.CLOSED)]
)
def test_only_an_excluded_driver_leaves_a_refused_search_open(
    a_search: Any, rules: OfferRules, reason: str, status: SearchStatus
) -> None:
    asked = offered(a_search(), "d-1", 100, 0, rules, NOW)
    assert asked is not None
    won = accepted(asked, "o-1-1", (), NOW)

    after = lifecycle.match_refused(won, "d-1", "o-1-1", reason, SOON)

    assert after is not None
    assert after.status is status
    assert ("d-1" in after.excluded) == (reason == "driver_excluded")


def test_a_refusal_of_an_older_match_does_not_change_the_newer_attempt(a_search: Any) -> None:
    assert lifecycle.match_refused(a_search(attempt=2), "d-1", "o-1-1", "order_moved_on", SOON) is None


def test_a_search_comes_back_from_the_database_unchanged(a_search: Any, rules: OfferRules) -> None:
    kind = search_kind(timedelta(days=30))
    asked = offered(a_search(), "d-1", 100, 0, rules, NOW)
    assert asked is not None

    assert kind.decode(kind.encode(asked)) == asked
    assert kind.encode(asked)["open"] is True
    assert kind.timers(asked) == {"until": NOW + timedelta(seconds=120), "offer": NOW + timedelta(seconds=17)}


def test_the_waiting_time_goes_on_after_a_lost_driver_and_restarts_after_a_failed_search(
    a_search: Any,
) -> None:
    wanted, later = a_search().trip, NOW + timedelta(minutes=9)
    first = lifecycle.opened(None, "o-1", 1, 1, wanted, (), NOW)
    assert first is not None

    after_loss = lifecycle.opened(replace(first, status=SearchStatus.CLOSED), "o-1", 2, 3, wanted, (), later)
    after_failure = lifecycle.opened(
        replace(first, status=SearchStatus.FAILED), "o-1", 2, 3, wanted, (), later
    )

    assert after_loss is not None
    assert after_failure is not None
    assert (after_loss.waited_s(later), after_failure.waited_s(later)) == (540, 0)
