"""A change during the search: drivers are asked again where fare or drop-off differ."""

from __future__ import annotations

import pytest

from contracts.values import Actor, OrderStatus, Place, Role
from services.orders.domain.changes.changing import request_change
from services.orders.domain.changes.drafting import WantedChange
from services.orders.domain.errors import MatchRefused
from services.orders.domain.order import Order
from services.orders.domain.search.assigning import assign
from services.orders.events.changes import changed as events_of
from tests.support.kitchen_orders import CATALOGUE, NOW, a_meal_ready_for_a_courier
from tests.support.orders import an_assignment

S = OrderStatus
NEARER = Place(lat=-8.2116, lng=114.3735, label="around the corner")


def asked(order: Order, wish: WantedChange) -> Order:
    changed = request_change(order, Actor(role=Role.CUSTOMER, id="c-1"), wish, CATALOGUE.area, NOW)
    assert changed is not None
    return changed


def test_a_new_drop_off_during_a_search_starts_a_new_search() -> None:
    searching = a_meal_ready_for_a_courier()

    changed = asked(searching, WantedChange("pr-2", dropoff=NEARER))

    assert (changed.status, changed.attempt) == (S.SEARCHING, searching.attempt + 1)
    assert [type(event).__name__ for event in events_of(changed, searching)] == [
        "OrderChanged",
        "OrderSearchStarted",
    ]
    with pytest.raises(MatchRefused, match="order_moved_on"):
        assign(changed, an_assignment(searching.attempt), NOW)


def test_a_new_note_during_a_search_starts_no_new_search() -> None:
    searching = a_meal_ready_for_a_courier()

    assert asked(searching, WantedChange("pr-2", note="without chili")).attempt == searching.attempt
