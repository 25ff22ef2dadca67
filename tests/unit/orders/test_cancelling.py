"""Cancel an order: who may, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.values import Actor, OrderStatus, Role
from services.orders.domain.cancelling import CancellationReason, cancel, cancellation_fee, waited_in_vain
from services.orders.domain.errors import StepRefused
from services.orders.domain.order import Order
from services.orders.domain.transitions import Action
from services.orders.domain.trip.driving import drive
from tests.support.kitchen_orders import a_meal, a_meal_being_cooked, a_meal_ready_for_a_courier, with_courier
from tests.support.orders import NOW, an_assigned_order

CUSTOMER = Actor(role=Role.CUSTOMER, id="c-1")
HIS_WISH = CancellationReason("customer_cancelled", "customer")
IN_VAIN = CancellationReason("customer_no_show", "customer")


@pytest.mark.parametrize(("seconds", "fee"), [(0, 0), (240, 0), (241, 1000), (360, 1000), (361, 0)], ids=str)
def test_cancelling_costs_after_four_minutes_unless_the_driver_is_late(seconds: int, fee: int) -> None:
    assert cancellation_fee(an_assigned_order(), CUSTOMER, HIS_WISH, NOW + timedelta(seconds=seconds)) == fee


def test_a_passenger_on_the_way_cannot_cancel_but_an_operator_can() -> None:
    riding = drive(an_assigned_order(), Action.PICK_UP, "d-7", NOW)
    assert riding is not None

    with pytest.raises(StepRefused, match="illegal_step"):
        cancel(riding, CUSTOMER, HIS_WISH, NOW)
    ended = cancel(
        riding,
        Actor(role=Role.OPERATOR, id="op-1"),
        CancellationReason("operator_cancelled", "platform"),
        NOW,
    )
    assert ended is not None
    assert ended.ending is not None
    assert ended.ending.fee == 0


@pytest.mark.parametrize(("came_after_s", "fee"), [(60, 1000), (361, 0)], ids=["in time", "late"])
def test_cancelling_at_the_pick_up_costs_the_fee_unless_the_driver_came_late(
    came_after_s: int, fee: int
) -> None:
    came = NOW + timedelta(seconds=came_after_s)
    there = drive(an_assigned_order(), Action.ARRIVE, "d-7", came)
    assert there is not None

    assert cancellation_fee(there, CUSTOMER, HIS_WISH, came + timedelta(minutes=10)) == fee


def test_a_driver_who_has_waited_in_vain_ends_the_order_with_the_fee() -> None:
    there = drive(an_assigned_order(), Action.ARRIVE, "d-7", NOW)
    assert there is not None

    assert waited_in_vain(there, "d-7", IN_VAIN, NOW + timedelta(seconds=240)) is None
    ended = waited_in_vain(there, "d-7", IN_VAIN, NOW + timedelta(seconds=241))

    assert ended is not None
    assert ended.ending is not None
    assert (ended.status, ended.ending.reason, ended.ending.fee) == (
        OrderStatus.CANCELLED,
        "customer_no_show",
        1000,
    )


def test_a_driver_with_a_flat_tyre_is_not_paid_for_waiting() -> None:
    there = drive(an_assigned_order(), Action.ARRIVE, "d-7", NOW)
    assert there is not None

    assert (
        waited_in_vain(
            there, "d-7", CancellationReason("driver_cancelled", "driver"), NOW + timedelta(hours=1)
        )
        is None
    )
    assert waited_in_vain(there, "d-8", IN_VAIN, NOW + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("order", "fee"),
    [
        (a_meal(), 0),
        (a_meal_being_cooked(), 47_000),
        (a_meal_ready_for_a_courier(), 47_000),
        (with_courier(a_meal_ready_for_a_courier()), 48_000),
    ],
    ids=lambda value: value.status if isinstance(value, Order) else "",
)
def test_cancelling_after_the_kitchen_has_begun_pays_the_merchant(order: Order, fee: int) -> None:
    ended = cancel(order, CUSTOMER, CancellationReason("changed_mind", "customer"), NOW)

    assert ended is not None
    assert ended.ending is not None
    assert (ended.ending.fee, ended.ending.merchant_share) == (fee, min(fee, 47_000))
