"""How a search begins, begins again, and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Place
from services.matching.adapters.kinds import search_kind
from services.matching.adapters.position_index import PositionIndex
from services.matching.domain.ground.distance import inside_country, metres
from services.matching.domain.searches import lifecycle
from services.matching.domain.searches.answers import accepted
from services.matching.domain.searches.offering import Rules, offered
from services.matching.domain.searches.search import Outcome, Search, Status
from services.matching.saving.events import of_search
from tests.support.builders import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

SOON = NOW + timedelta(seconds=20)


def test_cancelled_and_search_started_end_closed_in_either_order(a_search: Any) -> None:
    wanted = a_search().wanted
    steps = {
        "started": lambda known: lifecycle.opened(known, "o-1", 1, 1, wanted, (), NOW),
        "cancelled": lambda known: lifecycle.order_ended(known, "o-1", 2, NOW),
    }

    ends = []
    for order in permutations(steps):
        search = None
        for step in order:
            search = steps[step](search) or search
        ends.append((search.status, search.order_ended, search.open_offers))

    assert ends == [(Status.CLOSED, 2, ())] * 2


def _the_order_ends(search: Search) -> Search | None:
    return lifecycle.order_ended(search, "o-1", 9, NOW)


def _its_life_is_over(search: Search) -> Search | None:
    return lifecycle.lapsed(search, NOW + timedelta(seconds=120))


def _its_driver_is_gone(search: Search) -> Search | None:
    return lifecycle.unassigned(
        replace(search, status=Status.MATCHED, winner="o-1-1"), "d-1", 1, 2, "driver_cancelled", NOW
    )


def _its_match_is_refused(search: Search) -> Search | None:
    return lifecycle.match_refused(
        replace(search, status=Status.MATCHED, winner="o-1-1"), "d-1", "o-1-1", "order_ended", NOW
    )


@pytest.mark.parametrize(
    "end", [_the_order_ends, _its_life_is_over, _its_driver_is_gone, _its_match_is_refused]
)
def test_a_search_that_is_over_keeps_no_place(a_search: Any, end: Callable[[Search], Search | None]) -> None:
    search = a_search()
    room = {"name": "Homestay Ijen", "room": "7"}
    dropoff = Place.model_validate(
        {"lat": -8.2, "lng": 114.3, "label": "Jl. Veteran 7", "note": "blue gate", "lodging": room}
    )
    search = replace(search, wanted=replace(search.wanted, dropoff=dropoff))

    over = end(search)

    assert over is not None
    assert over.wanted == replace(search.wanted, pickup=lifecycle.NOWHERE, dropoff=lifecycle.NOWHERE)


def test_the_next_attempt_brings_the_places_anew(a_search: Any) -> None:
    search = a_search()
    failed = _its_life_is_over(search)

    again = lifecycle.opened(failed, "o-1", 2, 2, search.wanted, (), NOW)

    assert again is not None
    assert again.wanted == search.wanted


def test_the_end_of_a_search_withdraws_what_is_open_and_fails(a_search: Any, rules: Rules) -> None:
    asked = offered(a_search(), "d-1", 100, 0, rules, NOW + timedelta(seconds=110))

    failed = lifecycle.lapsed(asked, NOW + timedelta(seconds=119, milliseconds=999))
    assert failed is None
    failed = lifecycle.lapsed(asked, NOW + timedelta(seconds=120))

    assert failed is not None
    assert failed.status is Status.FAILED
    assert [type(event).__name__ for event in of_search(asked, failed)] == ["OfferClosed", "MatchFailed"]


def test_rivals_who_answered_too_have_lost_and_silent_ones_are_withdrawn(a_search: Any, rules: Rules) -> None:
    search = a_search()
    for number, second in enumerate((0, 5, 10)):
        search = offered(search, f"d-{number}", 100, 0, rules, NOW + timedelta(seconds=second))

    won = accepted(search, "o-1-2", {"d-0", "d-1"}, NOW + timedelta(seconds=11))

    assert won is not None
    assert [offer.outcome for offer in won.offers] == [Outcome.LOST, Outcome.ACCEPTED, Outcome.WITHDRAWN]


@pytest.mark.parametrize(
    ("reason", "status"), [("driver_excluded", Status.OPEN), ("order_ended", Status.CLOSED)]
)
def test_only_an_excluded_driver_leaves_a_refused_search_open(
    a_search: Any, rules: Rules, reason: str, status: Status
) -> None:
    asked = offered(a_search(), "d-1", 100, 0, rules, NOW)
    assert asked is not None
    won = accepted(asked, "o-1-1", (), NOW)

    after = lifecycle.match_refused(won, "d-1", "o-1-1", reason, SOON)

    assert after is not None
    assert after.status is status
    assert ("d-1" in after.excluded) == (reason == "driver_excluded")


def test_a_refusal_of_an_older_match_leaves_the_newer_attempt_alone(a_search: Any) -> None:
    assert lifecycle.match_refused(a_search(attempt=2), "d-1", "o-1-1", "order_moved_on", SOON) is None


def test_a_search_comes_back_from_the_database_as_it_was(a_search: Any, rules: Rules) -> None:
    kind = search_kind(timedelta(days=30))
    asked = offered(a_search(), "d-1", 100, 0, rules, NOW)
    assert asked is not None

    assert kind.decode(kind.encode(asked)) == asked
    assert kind.encode(asked)["open"] is True
    assert kind.timers(asked) == {"until": NOW + timedelta(seconds=120), "offer": NOW + timedelta(seconds=17)}


LAT, LNG = st.floats(-8.9, -7.6), st.floats(113.7, 114.7)


@given(
    drivers=st.lists(st.tuples(LAT, LNG), max_size=60),
    lat=LAT,
    lng=LNG,
    radius=st.sampled_from([300, 1000, 3000, 8000, 40_000]),
)
def test_the_rings_find_exactly_who_is_within_the_radius(
    drivers: list[tuple[float, float]], lat: float, lng: float, radius: float
) -> None:
    index = PositionIndex()
    for number, where in enumerate(drivers):
        index.saw(str(number), *where, NOW.timestamp())

    found = index.near(lat, lng, radius, NOW)

    away = {str(number): metres(lat, lng, *where) for number, where in enumerate(drivers)}
    assert {seen.driver_id for seen in found} == {
        name for name, distance in away.items() if distance <= radius
    }
    assert [seen.straight_m for seen in found] == sorted(seen.straight_m for seen in found)


def test_a_stale_position_is_not_found_and_an_older_one_not_taken() -> None:
    index = PositionIndex()
    assert index.saw("d-1", -8.2, 114.3, NOW.timestamp())
    assert not index.saw("d-1", -8.3, 114.3, NOW.timestamp() - 1)

    assert [seen.driver_id for seen in index.near(-8.2, 114.3, 100, NOW)] == ["d-1"]
    assert index.near(-8.2, 114.3, 100, NOW + timedelta(seconds=1)) == []
    index.forget_before(NOW.timestamp() + 1)
    assert len(index) == 0


@pytest.mark.parametrize(("lat", "lng", "inside"), [(-8.2, 114.3, True), (0, 0, False), (51.5, -0.1, False)])
def test_indonesia_is_where_it_is(lat: float, lng: float, inside: bool) -> None:
    assert inside_country(lat, lng) is inside


def test_who_lost_his_driver_waits_since_he_first_asked_and_whose_search_failed_asks_anew(
    a_search: Any,
) -> None:
    wanted, later = a_search().wanted, NOW + timedelta(minutes=9)
    first = lifecycle.opened(None, "o-1", 1, 1, wanted, (), NOW)

    after_loss = lifecycle.opened(replace(first, status=Status.CLOSED), "o-1", 2, 3, wanted, (), later)
    after_failure = lifecycle.opened(replace(first, status=Status.FAILED), "o-1", 2, 3, wanted, (), later)

    assert after_loss is not None
    assert after_failure is not None
    assert (after_loss.waited_s(later), after_failure.waited_s(later)) == (540, 0)
