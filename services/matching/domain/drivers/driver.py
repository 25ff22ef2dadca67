"""A driver as a frozen value: what is known of him, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from contracts.values import Day, Id, Point, Requirements, Residence, UtcTime, Vehicle, VehicleClass
from services.matching.domain.drivers.record import Merits, Record, accounts, merits
from services.matching.domain.errors import Refused

AHEAD = timedelta(minutes=5)
# Licence and registration are issued for five years (Law 22/2009); the rest is room for other rules to come.
LONGEST_PAPER = timedelta(days=20 * 365)
FIRST_PAPER = date(1990, 1, 1)

REGISTRATION, RESIDENCE, SUSPENSION, SHIFT, STANDBY = (
    "registration",
    "residence",
    "suspension",
    "shift",
    "standby",
)
CERTIFICATION, ERASURE = "certification", "erasure"
NO_VEHICLE = Vehicle(vehicle_class=VehicleClass.UNKNOWN, plate="-")
MOST_CERTIFICATIONS = 32
REMEMBERED_EMERGENCIES = 20


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper and the last day on which it is valid."""

    kind: str
    valid_until: Day


@dataclass(frozen=True, slots=True)
class Certification:
    """What the driver was trained for, by whom, and the last day on which it is valid."""

    code: Id
    by: Id
    valid_until: Day


@dataclass(frozen=True, slots=True)
class Standby:
    """Where he waits for orders of that place. `since`: when we heard of it; it is his place in the queue."""

    standby_id: Id
    since: UtcTime


@dataclass(frozen=True, slots=True)
class Live:
    """An order that the driver has taken. `confirmed`: the order named him; `until`: by when it is done, as estimated.

    `starts_at`: of a reservation, when it becomes his live order if he is still what it asks for (`asked`).
    `heard_at`: the last sign of life that was written down; `withdrawn`: the order was told that he is lost to it.
    """

    order_id: Id
    offer_id: Id
    attempt: int
    since: UtcTime
    confirmed: bool = False
    heard_at: UtcTime | None = None
    withdrawn: bool = False
    starts_at: UtcTime | None = None
    until: UtcTime | None = None
    asked: Requirements | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """`shift`: where it began, None off shift. `facts`: time of the newest fact of each kind.

    `told`: the reasons against him that were announced last, None before the first; `told_at`: when they held.
    `idle_since`: the start of his shift, or the end of the last trip that he was paid for or gave back.
    """

    driver_id: Id
    vehicle: Vehicle
    papers: tuple[Paper, ...] = ()
    certifications: tuple[Certification, ...] = ()
    emergencies: tuple[Id, ...] = ()
    closed_emergencies: tuple[Id, ...] = ()
    residence: Residence | None = None
    suspended: bool = False
    shift: Point | None = None
    standby: Standby | None = None
    live: Live | None = None
    reserved: tuple[Live, ...] = ()
    facts: Mapping[str, UtcTime] = field(default_factory=dict)
    told: tuple[str, ...] | None = None
    told_at: UtcTime | None = None
    idle_since: UtcTime | None = None
    record: Record = field(default_factory=Record)

    @property
    def held(self) -> tuple[Live, ...]:
        """All that he has taken: the live order first, then what is booked ahead."""
        return self.reserved if self.live is None else (self.live, *self.reserved)

    def merits(self, now: datetime) -> Merits:
        """What fairness weighs."""
        return merits(self.record, self.idle_since, now)


def registered(
    driver: Driver | None, driver_id: str, vehicle: Vehicle, papers: tuple[Paper, ...], at: datetime
) -> Driver | None:
    """A new driver, or the known one with another vehicle and papers; None for an old fact."""
    if driver is None:
        return Driver(driver_id, vehicle, papers, facts={REGISTRATION: at})
    return _granting(replace(driver, vehicle=vehicle, papers=papers), REGISTRATION, at)


def attested(driver: Driver, residence: Residence, at: datetime) -> Driver | None:
    """An agency attests where he lives."""
    return _granting(replace(driver, residence=residence), RESIDENCE, at)


def revoked(driver: Driver, at: datetime) -> Driver | None:
    """The attestation no longer holds."""
    return _restricting(replace(driver, residence=None), RESIDENCE, at)


def suspended(driver: Driver, at: datetime) -> Driver | None:
    """No new orders for him."""
    return _restricting(replace(driver, suspended=True), SUSPENSION, at)


def reinstated(driver: Driver, at: datetime) -> Driver | None:
    """The suspension is over."""
    return _granting(replace(driver, suspended=False), SUSPENSION, at)


def shift_started(driver: Driver, place: Point, at: datetime) -> Driver | None:
    """He works from now on. Raises `Refused` while he does: the end of the shift before may still be on its way."""
    if driver.shift is not None and at > driver.facts.get(SHIFT, at):
        raise Refused("shift_running")
    return _granting(replace(driver, shift=place, idle_since=at), SHIFT, at)


def shift_ended(driver: Driver, at: datetime) -> Driver | None:
    """He goes home; a trip under way is finished."""
    return _restricting(replace(driver, shift=None, standby=None), SHIFT, at)


def certified(driver: Driver, certification: Certification, at: datetime) -> Driver | None:
    """He may carry what it names; of one kind the newest counts, so a day of the past takes it away."""
    others = [known for known in driver.certifications if known.code != certification.code]
    kept = (*others, certification)[-MOST_CERTIFICATIONS:]
    return _granting(replace(driver, certifications=kept), f"{CERTIFICATION}-{certification.code}", at)


def emergency_raised(driver: Driver, emergency_id: str, on_order: str | None = None) -> Driver | None:
    """Nothing is asked of him until it is closed; None when that is known.

    `on_order`: of a call that is not his own, the order that it is about: he has to do with it while he drives it.
    """
    if on_order is not None and (driver.live is None or driver.live.order_id != on_order):
        return None
    if emergency_id in driver.emergencies or emergency_id in driver.closed_emergencies:
        return None
    return replace(driver, emergencies=(*driver.emergencies, emergency_id), standby=None)


def emergency_closed(driver: Driver, emergency_id: str) -> Driver | None:
    """Somebody has looked after it; remembered, should the news of it come later."""
    if emergency_id in driver.closed_emergencies:
        return None
    still = tuple(known for known in driver.emergencies if known != emergency_id)
    closed = (*driver.closed_emergencies, emergency_id)[-REMEMBERED_EMERGENCIES:]
    return replace(driver, emergencies=still, closed_emergencies=closed)


def standby_joined(driver: Driver, standby_id: str, at: datetime, now: datetime) -> Driver | None:
    """He waits there, behind whoever came before; None where he waits already."""
    if driver.standby is not None and driver.standby.standby_id == standby_id:
        return None
    return _granting(replace(driver, standby=Standby(standby_id, now)), STANDBY, at)


def standby_left(driver: Driver, standby_id: str, at: datetime) -> Driver | None:
    """He waits there no longer."""
    if driver.standby is not None and driver.standby.standby_id != standby_id:
        return None
    return _restricting(replace(driver, standby=None), STANDBY, at)


def erased(driver: Driver | None, driver_id: str, at: datetime) -> Driver | None:
    """What is left when he is forgotten: what he earned, what he has taken, a suspension, and what was said later.

    None when that is known. Also of one whom nobody knows: a fact from before the erasure that comes later has no effect.
    """
    known = driver or Driver(driver_id, NO_VEHICLE)
    if ERASURE in known.facts and known.facts[ERASURE] >= at:
        return None
    later = {kind: time for kind, time in known.facts.items() if time > at}
    stays = {**later, ERASURE: at, **{kind: time for kind, time in known.facts.items() if kind == SUSPENSION}}
    return replace(
        known,
        vehicle=known.vehicle if REGISTRATION in later else NO_VEHICLE,
        papers=known.papers if REGISTRATION in later else (),
        record=known.record if REGISTRATION in later else accounts(known.record),
        residence=known.residence if RESIDENCE in later else None,
        certifications=tuple(
            each for each in known.certifications if f"{CERTIFICATION}-{each.code}" in later
        ),
        shift=known.shift if SHIFT in later else None,
        idle_since=known.idle_since if SHIFT in later else None,
        standby=known.standby if STANDBY in later else None,
        facts=stays,
    )


def not_ahead(at: datetime, now: datetime) -> None:
    """Raises `Refused` for a fact of the future."""
    if at > now + AHEAD:
        raise Refused("time_ahead")


def possible(papers: tuple[Paper, ...], now: datetime) -> None:
    """Raises `Refused` for a paper with a date that cannot be; one that has lapsed can."""
    latest = (now + LONGEST_PAPER).date()
    if not all(FIRST_PAPER <= paper.valid_until <= latest for paper in papers):
        raise Refused("invalid_papers")


def _granting(changed: Driver, kind: str, at: datetime) -> Driver | None:
    """Of two facts with one time the restricting one holds, in whatever order they come."""
    known = _newest(changed, kind)
    return _noted(changed, kind, at) if known is None or at > known else None


def _restricting(changed: Driver, kind: str, at: datetime) -> Driver | None:
    known = _newest(changed, kind)
    return _noted(changed, kind, at) if known is None or at >= known else None


def _newest(driver: Driver, kind: str) -> datetime | None:
    """As of when he is known in this. An erasure knows everything better but a suspension, which nobody escapes by it."""
    times = (driver.facts.get(kind), None if kind == SUSPENSION else driver.facts.get(ERASURE))
    return max((time for time in times if time is not None), default=None)


def _noted(changed: Driver, kind: str, at: datetime) -> Driver:
    return replace(changed, facts={**changed.facts, kind: at})
