"""Whose places leave an order, and whose stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.values import Customer, CustomerKind, OrderStatus, Payer, PayerKind, Place, Role
from services.orders.domain.blanking import NOWHERE, blanked
from services.orders.domain.order import Order

AT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
HOME = Place(lat=-8.2192, lng=114.3691, label="Jl. Veteran 7", note="blue gate")
KITCHEN = Place(lat=-8.2106, lng=114.3745, label="Warung Bu Sri", merchant_id="m-1")
ORDER = Order(
    order_id="o-1",
    service="food",
    service_name={"id": "Makanan"},
    status=OrderStatus.COMPLETED,
    since=AT,
    requested_at=AT,
    digest="abc",
    customer=Customer(id="c-1", kind=CustomerKind.TOURIST),
    recipient_id="r-1",
    pickup=KITCHEN,
    dropoff=HOME,
    payer=Payer(kind=PayerKind.CUSTOMER, id="c-1"),
    details={"envelope": "e-1"},
)


@pytest.mark.parametrize(("role", "who"), [(Role.CUSTOMER, "c-1"), (Role.RECIPIENT, "r-1")])
def test_the_persons_own_places_go_and_the_kitchen_stays(role: Role, who: str) -> None:
    left = blanked(ORDER, role, who)

    assert (left.pickup, left.dropoff, left.details, left.digest) == (KITCHEN, NOWHERE, {}, "")


@pytest.mark.parametrize(("role", "who"), [(Role.CUSTOMER, "c-2"), (Role.RECIPIENT, "c-1"), (Role.DRIVER, "c-1")])
def test_an_order_of_somebody_else_stays_as_it_is(role: Role, who: str) -> None:
    assert blanked(ORDER, role, who) is ORDER
