"""Facts about a merchant, and whether the merchant takes an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from contracts.values import Place, Residence
from services.orders.domain.kitchen import merchant as facts
from services.orders.domain.kitchen.availability import merchant_refused
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.kitchen.terms import MerchantRules

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
WARUNG = Place(lat=-8.2106, lng=114.3745, label="Warung Bu Sri", merchant_id="m-1")
RESIDENCE = Residence.model_validate(
    {"by": "dispendukcapil", "district_code": "35.10.16", "valid_until": "2027-06-30"}
)
RULES = MerchantRules(
    answer_s=180, most_minutes=90, most_items=50, largest_total=1_000_000, search_lead_s=420
)


def a_merchant(**changes: Any) -> Merchant:
    merchant = Merchant("m-1", "Warung Bu Sri", WARUNG, RESIDENCE, is_open=True)
    return replace(merchant, **changes)


def test_an_open_merchant_of_a_resident_takes_orders() -> None:
    assert merchant_refused(WARUNG, a_merchant(), RULES, NOW.date(), asked_later=False) is None


@pytest.mark.parametrize(
    ("pickup", "merchant", "reason"),
    [
        (Place(lat=-8.2106, lng=114.3745), a_merchant(), "merchant_missing"),
        (WARUNG, None, "merchant_unknown"),
        (WARUNG.model_copy(update={"lat": -8.22}), a_merchant(), "merchant_elsewhere"),
        (WARUNG, a_merchant(residence=None), "merchant_not_resident"),
        (
            WARUNG,
            a_merchant(
                residence=RESIDENCE.model_copy(update={"valid_until": NOW.date() - timedelta(days=1)})
            ),
            "merchant_not_resident",
        ),
        (WARUNG, a_merchant(is_open=False), "merchant_closed"),
        (WARUNG, a_merchant(paused=True), "merchant_in_rush"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_merchant_who_takes_no_order_gives_the_reason(
    pickup: Place, merchant: Merchant | None, reason: str
) -> None:
    assert merchant_refused(pickup, merchant, RULES, NOW.date(), asked_later=False) == reason


@pytest.mark.parametrize("now", [{"is_open": False}, {"paused": True}])
def test_the_present_hours_and_rush_do_not_matter_for_a_booked_meal(now: dict[str, bool]) -> None:
    assert merchant_refused(WARUNG, a_merchant(**now), RULES, NOW.date(), asked_later=True) is None


def test_a_merchant_without_attestation_on_the_day_of_a_booked_meal_is_refused() -> None:
    assert (
        merchant_refused(WARUNG, a_merchant(), RULES, date(2027, 7, 1), asked_later=True)
        == "merchant_not_resident"
    )


def test_a_rush_adds_minutes_until_it_ends() -> None:
    rushed = facts.rush_started(a_merchant(), 15, NOW, paused=False)
    assert rushed is not None
    calm = facts.rush_ended(rushed, LATER)

    assert (rushed.rush_minutes, rushed.is_open) == (15, True)
    assert calm is not None
    assert calm.rush_minutes == 0


def test_an_older_fact_has_no_effect() -> None:
    merchant = facts.closed(a_merchant(), LATER)
    assert merchant is not None

    assert facts.opened(merchant, NOW) is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_facts_lead_to_the_same_state_in_any_order(order: tuple[int, ...]) -> None:
    steps = (
        lambda merchant: facts.opened(merchant, NOW),
        lambda merchant: facts.closed(merchant, NOW),
        lambda merchant: facts.opened(merchant, NOW - timedelta(hours=1)),
    )
    merchant = a_merchant()

    for step in order:
        merchant = steps[step](merchant) or merchant

    assert merchant.is_open is False


def test_a_new_registration_moves_the_merchant() -> None:
    first = facts.registered(None, "m-1", "Warung Bu Sri", WARUNG, NOW)
    assert first is not None

    moved = facts.registered(first, "m-1", "Bu Sri 2", WARUNG.model_copy(update={"lat": -8.3}), LATER)

    assert moved is not None
    assert (moved.name, moved.place.lat, moved.is_open) == ("Bu Sri 2", -8.3, False)
