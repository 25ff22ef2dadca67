"""Intake: the details and parties of a request, and what goes to the emergency services at once."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from contracts.events.orders import OrderDriverArrived
from contracts.values import OrderStatus
from services.matching.adapters import shelters
from services.matching.settings import MatchingSettings
from services.orders.adapters.catalogue import load
from services.orders.domain.intake.details import (
    DetailRule,
    DetailType,
    WrongDetail,
    details_refused,
    require_form,
)
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups
from services.orders.domain.order import Order
from services.orders.events import announce
from services.orders.handlers.order_requested import order_request_of
from services.orders.settings import BUILT_IN
from tests.support.builders import NOW, an_order_requested
from tests.support.orders import a_booked_order

CATALOGUE = load(BUILT_IN)
AGENCY = {"id": "rsud-blambangan", "kind": "agency", "locale": "id"}
OUTSIDE = {"lat": -7.25, "lng": 112.75}
TRIAGE = DetailRule("triage", DetailType.TEXT, required=True, one_of=("critical", "non_critical"))
WEIGHT = DetailRule("weight_kg", DetailType.NUMBER, least=0.01, most=20)
DECLARED = DetailRule("declared", DetailType.BOOLEAN, one_of=(True,))
NUMBER = DetailRule("envelope", DetailType.TEXT, pattern="[A-Z]{3}-[0-9]{4}")


def taken_in(service: str, **changes: Any) -> Order:
    wanted = order_request_of(an_order_requested(service=service, **changes), NOW)
    return take_in(wanted, CATALOGUE.services[service], CATALOGUE.area, CATALOGUE.bands, Lookups(NOW))


def reason(order: Order) -> str | None:
    return order.ending.reason if order.ending else None


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({}, "details_missing"),
        ({"triage": 7}, "details_wrong"),
        ({"triage": "critical", "weight_kg": "heavy"}, "details_wrong"),
        ({"triage": "critical", "weight_kg": True}, "details_wrong"),
        ({"triage": "critical", "declared": 1}, "details_wrong"),
        ({"triage": "critical", "envelope": "ENV-0042-2"}, "details_wrong"),
    ],
    ids=str,
)
def test_a_detail_of_the_wrong_form_is_named(details: dict[str, Any], code: str) -> None:
    with pytest.raises(WrongDetail) as wrong:
        require_form([TRIAGE, WEIGHT, DECLARED, NUMBER], details)

    assert wrong.value.code == code


@pytest.mark.parametrize(
    ("details", "refused"),
    [
        ({"triage": "critical"}, None),
        ({"triage": "perhaps"}, "details_not_allowed"),
        ({"weight_kg": 20}, None),
        ({"weight_kg": 20.5}, "details_not_allowed"),
        ({"weight_kg": 0}, "details_not_allowed"),
        ({"weight_kg": -3}, "details_not_allowed"),
        ({"declared": False}, "details_not_allowed"),
        ({"something": "else"}, None),
    ],
    ids=str,
)
def test_a_detail_outside_what_the_service_allows_is_refused(
    details: dict[str, Any], refused: str | None
) -> None:
    assert details_refused([TRIAGE, WEIGHT, DECLARED], details) == refused


@pytest.mark.parametrize(
    "where",
    [{}, {"pickup": OUTSIDE}, {"payer": {"kind": "programme", "id": "p-1"}}],
    ids=["here", "far", "payer"],
)
def test_a_critical_case_is_handed_over_whatever_else_is_wrong_with_it(where: dict[str, Any]) -> None:
    order = taken_in("urgent", details={"triage": "critical"}, **where)

    assert (order.status, reason(order), order.attempt) == (OrderStatus.HANDED_OVER, "handed_over", 0)


def test_an_urgent_ride_is_searched_for_a_minute_and_before_all_others() -> None:
    order = taken_in("urgent", details={"triage": "non_critical"})

    assert order.search is not None
    assert order.policy is not None
    assert (order.status, (order.search.until - NOW).total_seconds()) == (OrderStatus.SEARCHING, 60)
    assert order.policy.priority > max(
        one.policy.priority for name, one in CATALOGUE.services.items() if name != "urgent"
    )
    assert order.policy.unserved == "call_112"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"customer": AGENCY, "recipient": {"id": "r-5"}}, None),
        ({"recipient": {"id": "r-5"}}, "customer_not_allowed"),
        ({"customer": AGENCY}, "recipient_missing"),
    ],
    ids=["an agency", "a tourist", "nobody to receive it"],
)
def test_a_document_is_ordered_by_an_agency_for_a_recipient(
    changes: dict[str, Any], refused: str | None
) -> None:
    order = taken_in("document", details={"envelope": "ENV-0042"}, **changes)

    assert reason(order) == refused
    assert order.agency_id == ("rsud-blambangan" if "customer" in changes else None)


@pytest.mark.parametrize(
    ("details", "refused"),
    [
        ({"weight_kg": 3, "size": "small"}, None),
        ({"weight_kg": 31, "size": "small"}, "details_not_allowed"),
        ({"weight_kg": 3, "size": "wardrobe"}, "details_not_allowed"),
    ],
    ids=str,
)
def test_a_parcel_needs_a_recipient_a_size_and_a_weight(details: dict[str, Any], refused: str | None) -> None:
    assert reason(taken_in("parcel", recipient={"id": "r-5"}, details=details)) == refused
    assert reason(taken_in("parcel", details={"weight_kg": 3, "size": "small"})) == "recipient_missing"


def test_medicine_from_the_hospital_goes_to_certified_couriers_at_its_shelter_and_is_kept_cool() -> None:
    order = taken_in("medicine")

    assert order.policy is not None
    wanted = order.policy.requirements
    assert (wanted.standby_id, wanted.certifications, wanted.handling) == (
        "rsud-blambangan",
        ["medicine"],
        ["keep_cool"],
    )
    assert wanted.time_limit_min == 90


def test_a_detail_that_the_service_does_not_ask_for_is_not_kept() -> None:
    assert taken_in("medicine", details={"prescription": "insulin glargine"}).details == {}


def test_medicine_from_elsewhere_has_no_shelter() -> None:
    order = taken_in("medicine", pickup={"lat": -8.2300, "lng": 114.3600})

    assert order.policy is not None
    assert order.policy.requirements.standby_id is None


def test_orders_and_matching_know_the_same_shelters() -> None:
    theirs = shelters.load(MatchingSettings().shelters)
    ours = tomllib.loads((BUILT_IN / "areas.toml").read_text())["shelters"]

    assert {name: (one.place.lat, one.place.lng, one.reach_m) for name, one in theirs.items()} == {
        name: (row["lat"], row["lng"], row["reach_m"]) for name, row in ours.items()
    }


@pytest.mark.parametrize("service", sorted(CATALOGUE.services))
def test_events_of_an_order_say_whether_it_carries_a_passenger_or_goods(service: str) -> None:
    order = a_booked_order(None, policy=CATALOGUE.services[service].policy)

    event = announce.of(OrderDriverArrived, order)

    assert event.carries == (
        "goods" if service in {"document", "food", "medicine", "parcel"} else "passenger"
    )
