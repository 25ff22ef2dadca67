"""Orders of food as the domain sees them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.values import Item, Payer, Place, Residence, Vehicle
from services.orders.adapters.catalogue import load
from services.orders.domain.intake.intake import take_in
from services.orders.domain.intake.request import Lookups, OrderRequest
from services.orders.domain.kitchen.cooking import accept, ready
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.order import Assignment, Order
from services.orders.domain.search.assigning import assign
from services.orders.settings import BUILT_IN
from tests.support.builders import PARK, RESIDENCE, VEHICLE, an_order_requested
from tests.support.meals import RUJAK, TEMPONG, WARUNG

CATALOGUE = load(BUILT_IN)
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
ATTESTED = Residence.model_validate(RESIDENCE)
MERCHANT = Merchant("m-1", "Warung Bu Sri", Place.model_validate(WARUNG), ATTESTED, is_open=True)
ITEMS = (Item.model_validate(TEMPONG), Item.model_validate(RUJAK))


def a_meal(merchant: Merchant | None = MERCHANT, **changes: Any) -> Order:
    """A meal after intake: its merchant is asked, or the order is rejected."""
    asked = {
        "order_id": "o-1",
        "digest": "d",
        "customer": an_order_requested().customer,
        "pickup": Place.model_validate(WARUNG),
        "dropoff": Place.model_validate(PARK),
        "payer": Payer(id="c-1"),
        "items": ITEMS,
    }
    return take_in(
        OrderRequest(**{**asked, **changes}),
        CATALOGUE.services["food"],
        CATALOGUE.area,
        CATALOGUE.bands,
        Lookups(NOW, merchant),
    )


def a_meal_being_cooked(minutes: int = 20, rush: int = 0) -> Order:
    order = accept(a_meal(), "m-1", minutes, rush, NOW)
    assert order is not None
    return order


def a_meal_ready_for_a_courier() -> Order:
    order = ready(a_meal_being_cooked(), "m-1", NOW)
    assert order is not None
    return order


def with_courier(order: Order) -> Order:
    assignment = Assignment("d-7", "of-1", order.attempt, Vehicle.model_validate(VEHICLE), ATTESTED, 60, NOW)
    assigned = assign(order, assignment, NOW)
    assert assigned is not None
    return replace(assigned)
