"""Eligibility (may the driver drive?) and availability (are they free now?), as reason codes against them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from contracts.values import Requirements
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.ground.calendar import day_of, end_of

PAPERS = ("sim_c", "stnk")
FOREVER = date(9000, 1, 1)


def ineligibility(driver: Driver, now: datetime) -> tuple[str, ...]:
    """Reasons against the driver for any order; empty for an eligible one."""
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


def ineligibility_for(driver: Driver, requirements: Requirements, now: datetime) -> tuple[str, ...]:
    """Reasons against the driver for an order with these requirements."""
    reasons = list(ineligibility(driver, now))
    if requirements.vehicle_classes and driver.vehicle.vehicle_class not in requirements.vehicle_classes:
        reasons.append("vehicle_class")
    if not requirements.certifications:
        return tuple(reasons)
    days = {each.code: each.valid_until for each in driver.certifications}
    if not days.keys() >= set(requirements.certifications):
        reasons.append("not_certified")
    elif any(days[code] < day_of(now) for code in requirements.certifications):
        reasons.append("certification_lapsed")
    return tuple(reasons)


def unavailability(driver: Driver) -> tuple[str, ...]:
    """Reasons why the driver gets no offer now, eligible or not; empty for an available one."""
    reasons = []
    if driver.shift is None:
        reasons.append("off_shift")
    if driver.live is not None:
        reasons.append("busy")
    return tuple(reasons)


def with_announcement(driver: Driver, now: datetime) -> Driver:
    """The driver with their ineligibility as of now, so that a change of it is announced."""
    return replace(driver, announced=ineligibility(driver, now), announced_at=now)


def next_lapse(driver: Driver) -> datetime | None:
    """When the next paper or attestation lapses after the last announcement; None without one."""
    days = [paper.valid_until for paper in driver.papers]
    if driver.residence is not None:
        days.append(driver.residence.valid_until)
    ends = [end_of(day) for day in days if day < FOREVER]
    after = [end for end in ends if driver.announced_at is not None and end > driver.announced_at]
    return min(after, default=None)
