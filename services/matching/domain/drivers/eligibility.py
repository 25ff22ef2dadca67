"""Who may drive, and why not: pure rules that give their reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from contracts.values import Requirements
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.ground.calendar import day_of, end_of

PAPERS = ("sim_c", "stnk")
FOREVER = date(9000, 1, 1)


def standing(driver: Driver, now: datetime) -> tuple[str, ...]:
    """Reasons against him whatever the order; empty when he may be matched."""
    today = day_of(now)
    reasons = []
    if driver.residence is None:
        reasons.append("not_resident")
    elif driver.residence.valid_until < today:
        reasons.append("residence_lapsed")
    if driver.suspended:
        reasons.append("suspended")
    if driver.emergencies:
        reasons.append("emergency")
    for kind in PAPERS:
        days = [paper.valid_until for paper in driver.papers if paper.kind == kind]
        if not days:
            reasons.append(f"{kind}_missing")
        elif max(days) < today:
            reasons.append(f"{kind}_lapsed")
    return tuple(reasons)


def against(driver: Driver, wanted: Requirements, now: datetime) -> tuple[str, ...]:
    """Reasons against him for an order that asks for this."""
    reasons = list(standing(driver, now))
    if wanted.vehicle_classes and driver.vehicle.vehicle_class not in wanted.vehicle_classes:
        reasons.append("vehicle_class")
    if not wanted.certifications:
        return tuple(reasons)
    days = {known.code: known.valid_until for known in driver.certifications}
    if not days.keys() >= set(wanted.certifications):
        reasons.append("not_certified")
    elif any(days[code] < day_of(now) for code in wanted.certifications):
        reasons.append("certification_lapsed")
    return tuple(reasons)


def not_available(driver: Driver) -> tuple[str, ...]:
    """Reasons why he is not asked now although he may drive."""
    reasons = []
    if driver.shift is None:
        reasons.append("off_shift")
    if driver.live is not None:
        reasons.append("busy")
    return tuple(reasons)


def told(driver: Driver, now: datetime) -> Driver:
    """The driver with his standing as it is now, so that a change of it can be announced."""
    return replace(driver, told=standing(driver, now), told_at=now)


def next_lapse(driver: Driver) -> datetime | None:
    """When the calendar changes his standing next, counted from when it was told last."""
    days = [paper.valid_until for paper in driver.papers]
    if driver.residence is not None:
        days.append(driver.residence.valid_until)
    ends = [end_of(day) for day in days if day < FOREVER]
    after = [end for end in ends if driver.told_at is not None and end > driver.told_at]
    return min(after, default=None)
