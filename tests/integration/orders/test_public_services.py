"""Urgent rides, parcels and medicine in the orders service alone: the test plays matching and the apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contracts.codec import body_of
from tests.support.builders import a_cancellation_requested, a_match_failed, a_match_made, an_order_requested

if TYPE_CHECKING:
    from contracts.requests.orders import OrderRequested
    from tests.support.outside import OutsideApp

AGENCY = {"id": "dispendukcapil", "kind": "agency", "locale": "id"}
OUTSIDE = {"lat": -7.2575, "lng": 112.7521}  # Surabaya
SMALL = {"weight_kg": 3, "size": "small"}


def an_urgent_ride(triage: str, **changes: Any) -> OrderRequested:
    return an_order_requested(service="urgent", details={"triage": triage}, **changes)


@pytest.mark.parametrize("place", [{}, {"pickup": OUTSIDE}], ids=["inside", "outside"])
async def test_a_critical_case_is_handed_over_at_once_without_a_search(
    app: OutsideApp, place: dict[str, Any]
) -> None:
    await app.request(an_urgent_ride("critical", **place))

    handed_over = await app.event("order.handed_over.v1")

    assert (handed_over.data.to, handed_over.data.tell) == ("112", ["customer", "operator"])
    assert "112" in handed_over.data.notices["en"]
    assert app.of_type("order.search_started.v1") == app.of_type("order.accepted.v1") == []


async def test_an_urgent_ride_without_a_driver_ends_with_the_emergency_line(app: OutsideApp) -> None:
    await app.request(an_urgent_ride("non_critical"))
    search = await app.event("order.search_started.v1")
    await app.request(a_match_failed())

    unserved = await app.event("order.unserved.v1")

    assert (search.data.priority, unserved.data.reason) == (9, "call_112")
    assert (search.data.search.until - search.time).total_seconds() == pytest.approx(60, abs=5)


@pytest.mark.parametrize(
    ("request_data", "event", "reason"),
    [
        (an_urgent_ride("perhaps"), "order.rejected.v1", "details_not_allowed"),
        (an_order_requested(service="urgent"), "request.rejected.v1", "details_missing"),
        (an_order_requested(service="parcel", details=SMALL), "order.rejected.v1", "recipient_missing"),
        (
            an_order_requested(service="parcel", recipient={"id": "r-5"}, details={**SMALL, "weight_kg": 21}),
            "order.rejected.v1",
            "details_not_allowed",
        ),
        (
            an_order_requested(
                service="parcel", recipient={"id": "r-5"}, details={**SMALL, "weight_kg": "3 kg"}
            ),
            "request.rejected.v1",
            "details_wrong",
        ),
        (
            an_order_requested(service="document", recipient={"id": "r-5"}, details={"envelope": "ENV-0042"}),
            "order.rejected.v1",
            "customer_not_allowed",
        ),
    ],
    ids=["no such triage", "no triage", "no receiver", "too heavy", "no number", "no agency"],
)
async def test_what_a_service_does_not_take_is_refused_with_a_reason(
    app: OutsideApp, request_data: OrderRequested, event: str, reason: str
) -> None:
    await app.request(request_data)

    refused = await app.event(event)

    assert refused.data.reason == reason


async def test_medicine_from_the_hospital_goes_to_its_shelter_and_no_message_names_the_content(
    app: OutsideApp,
) -> None:
    await app.request(an_order_requested(service="medicine", details={"prescription": "insulin glargine"}))
    search = await app.event("order.search_started.v1")
    await app.request(a_match_made())
    briefed = await app.event("assignment.briefed.v1")

    wanted = briefed.data.requirements
    assert search.data.requirements == wanted
    assert (wanted.standby_id, wanted.certifications, wanted.handling, wanted.time_limit_min) == (
        "rsud-blambangan",
        ["medicine"],
        ["keep_cool"],
        90,
    )
    assert [event.type for event in app.events if "insulin" in body_of(event.data).decode()] == []


async def test_an_agency_can_cancel_its_document_before_the_pick_up(app: OutsideApp) -> None:
    document = {
        "service": "document",
        "customer": AGENCY,
        "recipient": {"id": "r-5"},
        "details": {"envelope": "ENV-0042"},
    }
    await app.request(an_order_requested(**document))
    await app.event("order.search_started.v1")

    await app.request(a_cancellation_requested(by={"role": "agency", "id": "dispendukcapil"}))

    cancelled = await app.event("order.cancelled.v1")
    receipt = await app.event("receipt.issued.v1")
    assert (cancelled.data.reason, cancelled.data.fee, receipt.data.outcome) == (
        "agency_cancelled",
        0,
        "cancelled",
    )
    assert receipt.data.custody == []
