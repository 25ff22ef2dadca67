"""Orders as the domain sees them, taken in by the built-in catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.values import Actor, Payer, Place, Residence, Role, Vehicle
from services.orders.adapters.catalogue import load
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups, OrderRequest
from services.orders.domain.order import Assignment, Order
from services.orders.domain.search.assigning import assign
from services.orders.settings import BUILT_IN
from tests.support.builders import PARK, STATION, an_order_requested

CATALOGUE = load(BUILT_IN)
NOW = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)


def wanted(**changes: Any) -> OrderRequest:
    """What a request for a ride asks for, as intake reads it."""
    known: dict[str, Any] = {
        "order_id": "o-1",
        "digest": "d",
        "customer": an_order_requested().customer,
        "pickup": Place.model_validate(STATION),
        "dropoff": Place.model_validate(PARK),
        "payer": Payer(id="c-1"),
        "asked_at": NOW,
    }
    return OrderRequest(**{**known, **changes})


def a_booked_order(scheduled_for: datetime | None, **changes: Any) -> Order:
    """A ride that was asked for now."""
    asked = wanted(scheduled_for=scheduled_for)
    return replace(
        take_in(asked, CATALOGUE.services["ride"], CATALOGUE.area, CATALOGUE.bands, Lookups(NOW)), **changes
    )


def an_assignment(attempt: int = 1, offer_id: str = "of-1") -> Assignment:
    """Driver d-7, as a match proposes them."""
    return Assignment(
        driver_id="d-7",
        offer_id=offer_id,
        attempt=attempt,
        vehicle=Vehicle.model_validate({"class": "motorcycle", "plate": "P 4217 VX"}),
        residence=Residence.model_validate(
            {"by": "agency-1", "district_code": "35.10.16", "valid_until": "2027-06-30"}
        ),
        eta_s=60,
        at=NOW,
    )


def a_party(role: Role) -> Actor:
    """A person of this role who takes part in the order."""
    return Actor(role=role, id="c-1" if role is Role.CUSTOMER else "op-1")


def an_order(**changes: object) -> Order:
    return a_booked_order(None, **changes)


def an_assigned_order() -> Order:
    order = assign(an_order(), an_assignment(), NOW)
    assert order is not None
    return order
