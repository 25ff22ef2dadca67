"""The fee table: the first row that fits applies, an empty column fits all, without a row it is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.values import OrderStatus, Role
from services.orders.domain.payment.fees import CancellationMoment, CancellationStage, FeeRow, fee_of

NOW = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)


def a_moment(**changes: Any) -> CancellationMoment:
    """A customer cancels five minutes after the match, two before the driver is due."""
    moment = CancellationMoment(
        by=Role.CUSTOMER,
        fault="customer",
        status=OrderStatus.ASSIGNED,
        now=NOW,
        matched_at=NOW - timedelta(minutes=5),
        due=NOW + timedelta(minutes=2),
        items_total=40_000,
    )
    return replace(moment, **changes)


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        (FeeRow(), True),
        (FeeRow(by=(Role.MERCHANT, Role.CUSTOMER)), True),
        (FeeRow(by=(Role.MERCHANT,)), False),
        (FeeRow(fault=("customer",)), True),
        (FeeRow(fault=("driver", "platform")), False),
        (FeeRow(stage=(CancellationStage.ASSIGNED,)), True),
        (FeeRow(stage=(CancellationStage.COOKING, CancellationStage.AT_PICKUP)), False),
        (FeeRow(within_s=300), True),
        (FeeRow(within_s=299), False),
        (FeeRow(driver_late_s=0), False),
        (FeeRow(waited_s=0), False),
    ],
)
def test_a_row_fits_where_all_its_columns_do(row: FeeRow, fits: bool) -> None:
    assert (fee_of([replace(row, fee=1000)], a_moment()) == 1000) is fits


def test_the_first_row_that_fits_counts() -> None:
    rows = [
        FeeRow(by=(Role.OPERATOR,), fee=1),
        FeeRow(stage=(CancellationStage.ASSIGNED,), fee=2),
        FeeRow(fee=3),
    ]

    assert fee_of(rows, a_moment()) == 2
    assert fee_of(rows, a_moment(status=OrderStatus.SCHEDULED)) == 3


def test_without_a_row_cancelling_is_free() -> None:
    assert fee_of([], a_moment()) == 0


def test_cancelling_a_meal_that_is_being_cooked_costs_a_part_of_its_items() -> None:
    row = FeeRow(stage=(CancellationStage.COOKING,), fee=1000, items_share=0.5)

    assert fee_of([row], a_moment(status=OrderStatus.PREPARING)) == 21_000


@pytest.mark.parametrize(
    ("status", "cooked", "fits"),
    [
        (OrderStatus.SEARCHING, True, True),
        (OrderStatus.SCHEDULED, True, True),
        (OrderStatus.SEARCHING, False, False),
        (OrderStatus.ASSIGNED, True, False),
    ],
)
def test_a_cooked_meal_without_a_courier_is_in_the_stage_cooking(
    status: OrderStatus, cooked: bool, fits: bool
) -> None:
    row = FeeRow(stage=(CancellationStage.COOKING,), items_share=1.0)

    assert (fee_of([row], a_moment(status=status, cooked=cooked)) == 40_000) is fits


def test_before_a_match_no_driver_is_late() -> None:
    searching = a_moment(status=OrderStatus.SEARCHING, matched_at=None, due=None)

    assert fee_of([FeeRow(driver_late_s=0, fee=1), FeeRow(within_s=600, fee=1)], searching) == 0
