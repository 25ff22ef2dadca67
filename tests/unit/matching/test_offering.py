"""Which driver a search may make an offer to, when, and within which radius."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.searches.answers import declined
from services.matching.domain.searches.lifecycle import expired
from services.matching.domain.searches.offering import (
    OfferRules,
    may_offer,
    next_offer_at,
    offered,
    radius_after,
)
from services.matching.domain.searches.search import offer_id_of, search_key, search_key_of_offer
from tests.support.builders import NOW

ID = st.from_regex(r"^[A-Za-z0-9_-]{1,64}\Z")


def after(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


def test_the_first_offer_is_due_at_once_and_the_next_ones_five_seconds_apart(
    a_search: Any, rules: OfferRules
) -> None:
    one = offered(a_search(), "d-1", 100, 0, rules, NOW)
    assert one is not None
    assert next_offer_at(one, rules) == after(5)
    assert offered(one, "d-2", 100, 0, rules, after(4)) is None
    two = offered(one, "d-2", 100, 0, rules, after(5))
    assert two is not None
    three = offered(two, "d-3", 100, 0, rules, after(10))
    assert three is not None
    assert next_offer_at(three, rules) is None


def test_a_closed_offer_makes_room_at_once(a_search: Any, rules: OfferRules) -> None:
    one = offered(a_search(), "d-1", 100, 0, rules, NOW)
    assert one is not None
    two = offered(one, "d-2", 100, 0, rules, after(5))
    assert two is not None

    left = declined(two, "o-1-2", after(6))

    assert left is not None
    assert next_offer_at(left, rules) == after(6)


def test_a_driver_who_declined_is_not_asked_again_in_this_attempt(a_search: Any, rules: OfferRules) -> None:
    asked = offered(a_search(), "d-1", 100, 0, rules, NOW)
    assert asked is not None
    assert not may_offer(asked, "d-1", rules)
    left = declined(asked, "o-1-1", after(1))
    assert left is not None
    assert not may_offer(left, "d-1", rules)
    assert may_offer(left, "d-2", rules)


def test_a_driver_whose_offer_expired_is_asked_once_more(a_search: Any, rules: OfferRules) -> None:
    first = expired(offered(a_search(), "d-1", 100, 0, rules, NOW), after(17))
    assert first is not None
    assert may_offer(first, "d-1", rules)
    second = expired(offered(first, "d-1", 100, 0, rules, after(18)), after(40))
    assert second is not None
    assert not may_offer(second, "d-1", rules)


def test_an_excluded_driver_is_not_asked(a_search: Any, rules: OfferRules) -> None:
    assert offered(a_search(excluded=("d-1",)), "d-1", 100, 0, rules, NOW) is None


def test_the_radius_grows_when_its_offers_have_expired_and_the_last_one_is_kept(
    a_search: Any, rules: OfferRules
) -> None:
    asked = offered(a_search(), "d-1", 100, 0, rules, NOW)
    assert asked is not None
    assert radius_after(asked, 0) == 0
    over = expired(asked, after(17))
    assert over is not None
    assert radius_after(over, 0) == 1
    assert radius_after(over, 3) == 3
    assert radius_after(over, 9) == 4


def test_an_offer_ends_with_its_search_at_the_latest(a_search: Any, rules: OfferRules) -> None:
    made = offered(a_search(), "d-1", 1000, 0, rules, after(115))
    assert made is not None
    assert made.offers[0].expires_at == after(120)
    assert made.offers[0].pickup_distance_m == 1300
    assert made.offers[0].eta_s == 187


@given(order_id=ID, other=ID, number=st.integers(1, 99_999))
def test_an_offers_id_leads_to_its_search_and_to_no_other(order_id: str, other: str, number: int) -> None:
    offer_id = offer_id_of(order_id, number)

    assert len(offer_id) <= 64
    assert search_key_of_offer(offer_id) == search_key(order_id)
    assert order_id == other or search_key(order_id) != search_key(other)
