"""Facts about a driver, and what each of them changes.

An older fact than the newest of its kind changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from contracts.values import Point, Residence, Vehicle, VehicleClass
from services.matching.domain.drivers.driver import Certification, Driver, Paper, Standby
from services.matching.domain.drivers.record import without_answers
from services.matching.domain.errors import Refused

# Licence and registration are issued for five years (Law 22/2009); the rest leaves room for other rules.
LONGEST_PAPER = timedelta(days=20 * 365)
FIRST_PAPER = date(1990, 1, 1)

# Keys of `Driver.facts`
REGISTRATION, RESIDENCE, SUSPENSION = "registration", "residence", "suspension"
SHIFT, STANDBY = "shift", "standby"
CERTIFICATION, ERASURE = "certification", "erasure"
NO_VEHICLE = Vehicle(vehicle_class=VehicleClass.UNKNOWN, plate="-")
MOST_CERTIFICATIONS = 32
REMEMBERED_EMERGENCIES = 20


def known(driver: Driver | None) -> Driver:
    """Require a registered driver. Raises `Refused` (`unknown_driver`) before the registration."""
    if driver is None:
        raise Refused("unknown_driver")
    return driver


def require_possible_dates(papers: tuple[Paper, ...], now: datetime) -> None:
    """Check the dates of papers.

    Raises `Refused` (`invalid_papers`) for an impossible one; a past one is possible.
    """
    latest = (now + LONGEST_PAPER).date()
    if not all(FIRST_PAPER <= paper.valid_until <= latest for paper in papers):
        raise Refused("invalid_papers")


def registered(
    driver: Driver | None, driver_id: str, vehicle: Vehicle, papers: tuple[Paper, ...], at: datetime
) -> Driver | None:
    """Register a driver, or replace vehicle and papers of a known one.

    None for an older fact, as everywhere here.
    """
    if driver is None:
        return Driver(driver_id, vehicle, papers, facts={REGISTRATION: at})
    return _granting(replace(driver, vehicle=vehicle, papers=papers), REGISTRATION, at)


def residence_attested(driver: Driver, residence: Residence, at: datetime) -> Driver | None:
    """Note the agency's attestation of a residence in the regency."""
    return _granting(replace(driver, residence=residence), RESIDENCE, at)


def residence_revoked(driver: Driver, at: datetime) -> Driver | None:
    """Remove the attestation."""
    return _restricting(replace(driver, residence=None), RESIDENCE, at)


def suspended(driver: Driver, at: datetime) -> Driver | None:
    """Bar the driver from new orders."""
    return _restricting(replace(driver, suspended=True), SUSPENSION, at)


def reinstated(driver: Driver, at: datetime) -> Driver | None:
    """Lift the suspension."""
    return _granting(replace(driver, suspended=False), SUSPENSION, at)


def shift_started(driver: Driver, place: Point, at: datetime) -> Driver | None:
    """Begin a shift.

    Raises `Refused` (`shift_running`) during a shift: the end of the previous one may still be on its way.
    """
    if driver.shift is not None and at > driver.facts.get(SHIFT, at):
        raise Refused("shift_running")
    return _granting(replace(driver, shift=place, idle_since=at), SHIFT, at)


def shift_ended(driver: Driver, at: datetime) -> Driver | None:
    """End the shift; the driver finishes a trip under way."""
    return _restricting(replace(driver, shift=None, standby=None), SHIFT, at)


def certified(driver: Driver, certification: Certification, at: datetime) -> Driver | None:
    """Note a certification: the newest of each code counts, so one with a past date takes the right away."""
    others = [each for each in driver.certifications if each.code != certification.code]
    kept = (*others, certification)[-MOST_CERTIFICATIONS:]
    return _granting(replace(driver, certifications=kept), f"{CERTIFICATION}-{certification.code}", at)


def emergency_raised(driver: Driver, emergency_id: str, on_order: str | None = None) -> Driver | None:
    """Stop offers until the emergency is closed; None when it is known.

    `on_order`: the order of a call by another person; it concerns this driver only while it is their live
    order.
    """
    if on_order is not None and (driver.live is None or driver.live.order_id != on_order):
        return None
    if emergency_id in driver.emergencies or emergency_id in driver.closed_emergencies:
        return None
    return replace(driver, emergencies=(*driver.emergencies, emergency_id), standby=None)


def emergency_closed(driver: Driver, emergency_id: str) -> Driver | None:
    """Allow offers again. The id is kept, because the message that raised the emergency may arrive later."""
    if emergency_id in driver.closed_emergencies:
        return None
    still_open = tuple(each for each in driver.emergencies if each != emergency_id)
    closed = (*driver.closed_emergencies, emergency_id)[-REMEMBERED_EMERGENCIES:]
    return replace(driver, emergencies=still_open, closed_emergencies=closed)


def standby_joined(driver: Driver, standby_id: str, at: datetime, now: datetime) -> Driver | None:
    """Put the driver at the end of the queue; None when they wait there already."""
    if driver.standby is not None and driver.standby.standby_id == standby_id:
        return None
    return _granting(replace(driver, standby=Standby(standby_id, now)), STANDBY, at)


def standby_left(driver: Driver, standby_id: str, at: datetime) -> Driver | None:
    """Remove the driver from the queue; None when they wait at another place."""
    if driver.standby is not None and driver.standby.standby_id != standby_id:
        return None
    return _restricting(replace(driver, standby=None), STANDBY, at)


def erased(driver: Driver | None, driver_id: str, at: datetime) -> Driver | None:
    """Keep earnings, orders taken, a suspension and later facts; forget the rest. None for a repeat.

    An unknown driver is erased too, so that an older fact has no effect when it arrives later.
    """
    before = driver or Driver(driver_id, NO_VEHICLE)
    if ERASURE in before.facts and before.facts[ERASURE] >= at:
        return None
    later = {kind: time for kind, time in before.facts.items() if time > at}
    suspension = {kind: time for kind, time in before.facts.items() if kind == SUSPENSION}
    return replace(
        before,
        vehicle=before.vehicle if REGISTRATION in later else NO_VEHICLE,
        papers=before.papers if REGISTRATION in later else (),
        record=before.record if REGISTRATION in later else without_answers(before.record),
        residence=before.residence if RESIDENCE in later else None,
        certifications=tuple(
            each for each in before.certifications if f"{CERTIFICATION}-{each.code}" in later
        ),
        shift=before.shift if SHIFT in later else None,
        idle_since=before.idle_since if SHIFT in later else None,
        standby=before.standby if STANDBY in later else None,
        facts={**later, ERASURE: at, **suspension},
    )


def _granting(changed: Driver, kind: str, at: datetime) -> Driver | None:
    """Apply a fact that grants something.

    Of two facts with one time the restricting one holds, in any order.
    """
    newest = _newest(changed, kind)
    return _noted(changed, kind, at) if newest is None or at > newest else None


def _restricting(changed: Driver, kind: str, at: datetime) -> Driver | None:
    newest = _newest(changed, kind)
    return _noted(changed, kind, at) if newest is None or at >= newest else None


def _newest(driver: Driver, kind: str) -> datetime | None:
    """Time of the newest fact of this kind.

    An erasure counts as a fact of every kind but suspension: it lifts none.
    """
    times = (driver.facts.get(kind), None if kind == SUSPENSION else driver.facts.get(ERASURE))
    return max((time for time in times if time is not None), default=None)


def _noted(changed: Driver, kind: str, at: datetime) -> Driver:
    return replace(changed, facts={**changed.facts, kind: at})
