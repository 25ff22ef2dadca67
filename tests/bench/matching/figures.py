"""The figures of a simulated day."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from tests.bench.matching.day import Day
from tests.bench.matching.demand import DRIVE_AT, DRIVE_LASTS_S
from tests.bench.matching.documents import Case, shift_hours


def figures(day: Day) -> dict[str, float]:
    """The figures of one day.

    Pick-up time: from the order to the driver's arrival; Gini: of income for each hour on shift.
    """
    cases = list(day.cases.values())
    served = [case for case in cases if case.reached_at is not None]
    in_drive = [case for case in cases if DRIVE_AT <= case.request.at < DRIVE_AT + DRIVE_LASTS_S]
    pickup = [_from(case, case.request.at) for case in served]
    approach = [_from(case, case.assigned_at) for case in served]
    income = [
        day.fleet.drivers[name].record.income / shift_hours(worker) for name, worker in day.workers.items()
    ]
    return {
        "served_percent": round(100 * len(served) / len(cases), 3),
        "drive_served_percent": round(
            100 * sum(case.reached_at is not None for case in in_drive) / max(1, len(in_drive)), 2
        ),
        "pickup_median_s": round(statistics.median(pickup), 1),
        "pickup_p95_s": round(statistics.quantiles(pickup, n=20)[-1], 1),
        "approach_median_s": round(statistics.median(approach), 1),
        "approach_p95_s": round(statistics.quantiles(approach, n=20)[-1], 1),
        "offers_per_served": round(sum(case.offers for case in cases) / len(served), 3),
        "gini": round(gini(income), 4),
    }


def gini(values: Sequence[float]) -> float:
    """0: all have the same; towards 1: one has all."""
    ordered, total = sorted(values), sum(values)
    ranked = sum((2 * rank - len(ordered) - 1) * value for rank, value in enumerate(ordered, 1))
    return ranked / (len(ordered) * total) if total else 0.0


def _from(case: Case, begin: float | None) -> float:
    assert case.reached_at is not None
    assert begin is not None
    return case.reached_at - begin
