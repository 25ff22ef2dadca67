"""The fee table for cancelling: by canceller, fault, stage and lateness; the first row that fits applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.values import OrderStatus, Role

S = OrderStatus


class CancellationStage(StrEnum):
    """How far an order has come, for the fee. `cooking`: the kitchen has begun, without a courier so far."""

    BOOKED = "booked"
    COOKING = "cooking"
    SEARCHING = "searching"
    ASSIGNED = "assigned"
    AT_PICKUP = "at_pickup"
    UNDER_WAY = "under_way"


STAGE_OF: dict[OrderStatus, CancellationStage] = {
    S.SCHEDULED: CancellationStage.BOOKED,
    S.AWAITING_MERCHANT: CancellationStage.BOOKED,
    S.PREPARING: CancellationStage.COOKING,
    S.SEARCHING: CancellationStage.SEARCHING,
    S.ASSIGNED: CancellationStage.ASSIGNED,
    S.AT_PICKUP: CancellationStage.AT_PICKUP,
    S.PICKED_UP: CancellationStage.UNDER_WAY,
    S.AWAITING_RETURN: CancellationStage.UNDER_WAY,
}
WITHOUT_COURIER = frozenset({S.SCHEDULED, S.SEARCHING})


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A row of the table. An empty column fits everything; all columns have to fit. Times are in seconds.

    `within_s`: at most that long after the match. `driver_late_s`: the driver arrived, or still is, that
    much later than estimated. `waited_s`: the driver has waited that long at the pick-up. `fee`: whole
    rupiah; `items_share`: that part of the items' price is added, for food that was cooked.
    """

    by: tuple[Role, ...] = ()
    fault: tuple[str, ...] = ()
    stage: tuple[CancellationStage, ...] = ()
    within_s: int | None = None
    driver_late_s: int | None = None
    waited_s: int | None = None
    fee: int = 0
    items_share: float = 0.0


@dataclass(frozen=True, slots=True)
class CancellationMoment:
    """What the table is asked with: the state of the order at the moment of cancelling.

    `matched_at`: when the driver set out. `due`: when the driver is expected at the pick-up. `cooked`: the
    kitchen has begun.
    """

    by: Role
    fault: str
    status: OrderStatus
    now: datetime
    matched_at: datetime | None = None
    due: datetime | None = None
    arrived_at: datetime | None = None
    items_total: int = 0
    cooked: bool = False


def first_fitting_row(rows: Sequence[FeeRow], moment: CancellationMoment) -> FeeRow | None:
    """The first row that fits; None where none does."""
    return next((row for row in rows if _fits(row, moment)), None)


def fee_of(rows: Sequence[FeeRow], moment: CancellationMoment) -> int:
    """What the person at fault owes, whole rupiah; 0 where no row fits."""
    row = first_fitting_row(rows, moment)
    return 0 if row is None else row.fee + round(moment.items_total * row.items_share)


def _fits(row: FeeRow, moment: CancellationMoment) -> bool:
    return (
        (not row.by or moment.by in row.by)
        and (not row.fault or moment.fault in row.fault)
        and (not row.stage or _stage(moment) in row.stage)
        and (row.within_s is None or _within(moment.matched_at, moment.now, row.within_s))
        and (
            row.driver_late_s is None
            or _longer_than(moment.due, moment.arrived_at or moment.now, row.driver_late_s)
        )
        and (row.waited_s is None or _longer_than(moment.arrived_at, moment.now, row.waited_s))
    )


def _stage(moment: CancellationMoment) -> CancellationStage | None:
    return (
        CancellationStage.COOKING
        if moment.cooked and moment.status in WITHOUT_COURIER
        else STAGE_OF.get(moment.status)
    )


def _within(since: datetime | None, now: datetime, seconds: int) -> bool:
    return since is not None and now - since <= timedelta(seconds=seconds)


def _longer_than(since: datetime | None, until: datetime, seconds: int) -> bool:
    return since is not None and until - since > timedelta(seconds=seconds)
