"""Meals that a customer or the merchant wants to change."""

from __future__ import annotations

from datetime import timedelta

from contracts.values import Actor, Place, Role
from services.orders.domain.changes.changing import (
    propose_change,
    request_change,
)
from services.orders.domain.changes.drafting import WantedChange
from services.orders.domain.order import Order
from tests.support.kitchen_orders import (
    CATALOGUE,
    ITEMS,
    NOW,
)

AREA = CATALOGUE.area
CUSTOMER, MERCHANT = Actor(role=Role.CUSTOMER, id="c-1"), Actor(role=Role.MERCHANT, id="m-1")
FARTHER = Place(lat=-8.2406, lng=114.3445, label="beyond the first kilometres")
UNTIL = NOW + timedelta(minutes=2)
LESS = (ITEMS[0],)


def sold_out(order: Order, proposal_id: str = "pr-1") -> Order:
    proposed = propose_change(order, "m-1", WantedChange(proposal_id, items=LESS), UNTIL, NOW)
    assert proposed is not None
    return proposed


def asked(order: Order, **wish: object) -> Order:
    changed = request_change(order, CUSTOMER, WantedChange("pr-2", **wish), AREA, NOW)  # type: ignore[arg-type]
    assert changed is not None
    return changed
