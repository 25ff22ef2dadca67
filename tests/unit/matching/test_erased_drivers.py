"""What remains of an erased driver, with facts before, after and late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from contracts.values import Point, Residence, Vehicle, VehicleClass
from services.matching.domain.drivers import facts
from services.matching.domain.drivers.driver import Certification, Commitment, Driver, Paper
from services.matching.domain.drivers.eligibility import ineligibility, unavailability
from services.matching.domain.drivers.facts import NO_VEHICLE
from services.matching.domain.drivers.record import Record
from tests.support.builders import NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

PLACE = Point(lat=-8.21, lng=114.37)
OLD, NEW = (
    Vehicle(vehicle_class=VehicleClass.MOTORCYCLE, plate=plate) for plate in ("P 1111 AA", "P 2222 BB")
)
PAPERS = (Paper("sim_c", date(2028, 1, 1)), Paper("stnk", date(2028, 1, 1)))
RESIDENCE = Residence(by="dispendukcapil", district_code="35.10.16", valid_until=date(2027, 6, 30))
MEDICINE = Certification("medicine", "rsud", date(2027, 6, 30))
TRIP = Commitment("o-1", "o-1-1", 1, NOW, confirmed=True)


def at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


ERASED_AT = at(10)
STEPS: dict[str, Callable[[Driver], Driver | None]] = {
    "attested": lambda driver: facts.residence_attested(driver, RESIDENCE, at(1)),
    "certified": lambda driver: facts.certified(driver, MEDICINE, at(2)),
    "suspended": lambda driver: facts.suspended(driver, at(3)),
    "on shift": lambda driver: facts.shift_started(driver, PLACE, at(4)),
    "erased": lambda driver: facts.erased(driver, "d-1", ERASED_AT),
    "registered again": lambda driver: facts.registered(driver, "d-1", NEW, PAPERS, at(20)),
    "attested again": lambda driver: facts.residence_attested(driver, RESIDENCE, at(21)),
}


def a_driver_of_old(**changes: Any) -> Driver:
    known = {
        "facts": {"registration": at(0), "residence": at(1), "shift": at(4)},
        "residence": RESIDENCE,
        "shift": PLACE,
    }
    return replace(Driver("d-1", OLD, PAPERS), **{**known, **changes})


def test_papers_plate_residence_and_place_are_erased() -> None:
    left = facts.erased(a_driver_of_old(certifications=(MEDICINE,), idle_since=NOW), "d-1", ERASED_AT)

    assert left == Driver("d-1", NO_VEHICLE, facts={"erasure": ERASED_AT})


def test_earnings_and_orders_stay_and_answers_are_erased() -> None:
    record = Record(
        accepts=3,
        declines=2,
        reasons={"too_far": 2},
        recent="tdtdt",
        trips=3,
        income=21_600,
        day=date(2026, 11, 24),
    )

    left = facts.erased(a_driver_of_old(record=record, live=TRIP), "d-1", ERASED_AT)

    assert left is not None
    assert (left.record, left.live) == (Record(trips=3, income=21_600, day=date(2026, 11, 24)), TRIP)


def test_an_erased_driver_is_not_eligible() -> None:
    left = facts.erased(a_driver_of_old(), "d-1", ERASED_AT)

    assert left is not None
    assert ineligibility(left, NOW) == ("not_resident", "sim_c_missing", "stnk_missing")
    assert unavailability(left) == ("off_shift",)


def test_an_erasure_does_not_lift_a_suspension() -> None:
    left = facts.erased(a_driver_of_old(), "d-1", ERASED_AT)
    assert left is not None

    late = facts.suspended(left, at(3))

    assert late is not None
    assert late.suspended
    assert facts.erased(late, "d-1", at(30)) == replace(late, facts={"suspension": at(3), "erasure": at(30)})


@pytest.mark.parametrize("minute", [0, 10])
def test_an_older_registration_does_not_undo_an_erasure_even_of_an_unknown_driver(minute: int) -> None:
    left = facts.erased(None, "d-1", ERASED_AT)

    assert facts.registered(left, "d-1", OLD, PAPERS, at(minute)) is None


@pytest.mark.parametrize("minute", [10, 9])
def test_a_repeated_erasure_changes_nothing(minute: int) -> None:
    left = facts.erased(a_driver_of_old(), "d-1", ERASED_AT)

    assert facts.erased(left, "d-1", at(minute)) is None


def test_facts_and_erasure_in_any_order_leave_the_same_driver() -> None:
    ends = [_after(order) for order in permutations(STEPS)]

    assert all(end == ends[0] for end in ends)
    assert (ends[0].vehicle, ends[0].residence, ends[0].certifications, ends[0].shift) == (
        NEW,
        RESIDENCE,
        (),
        None,
    )
    assert ends[0].suspended


def _after(order: tuple[str, ...]) -> Driver:
    driver = Driver("d-1", OLD, PAPERS, facts={"registration": at(0)})
    for step in order:
        driver = STEPS[step](driver) or driver
    return driver
