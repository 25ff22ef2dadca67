"""A driver as a frozen value: vehicle, papers, shift, orders taken, and since when each of it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.values import Day, Id, Point, Requirements, Residence, UtcTime, Vehicle
from services.matching.domain.drivers.record import Fairness, Record, fairness


@dataclass(frozen=True, slots=True)
class Paper:
    """A licence or registration, and the last day on which it is valid."""

    kind: str
    valid_until: Day


@dataclass(frozen=True, slots=True)
class Certification:
    """A certificate of training, who certified it, and the last day on which it is valid."""

    code: Id
    by: Id
    valid_until: Day


@dataclass(frozen=True, slots=True)
class Standby:
    """The place where a driver waits for orders.

    `since`: when the message arrived; it decides the place in the queue.
    """

    standby_id: Id
    since: UtcTime


@dataclass(frozen=True, slots=True)
class Commitment:
    """An order that a driver has taken, live or reserved. `confirmed`: the order assigned it to this driver.

    `starts_at` and `requirements`: of a reservation, when it becomes the live order, and what it requires
    then. `until`: the estimated end. `heard_at`: the last stored sign of life. `withdrawn`: the order knows
    that it lost the driver.
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
    requirements: Requirements | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """`shift`: where the shift began, None off shift. `facts`: time of the newest fact of each kind.

    `announced`: the reasons against this driver in the last `driver.eligibility_changed.v1`, None before the
    first; `announced_at`: when they were determined. `idle_since`: the start of the shift, or the end of the
    last trip that was paid or given back.
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
    live: Commitment | None = None
    reserved: tuple[Commitment, ...] = ()
    facts: Mapping[str, UtcTime] = field(default_factory=dict)
    announced: tuple[str, ...] | None = None
    announced_at: UtcTime | None = None
    idle_since: UtcTime | None = None
    record: Record = field(default_factory=Record)

    @property
    def commitments(self) -> tuple[Commitment, ...]:
        """The live order first, then the reservations."""
        return self.reserved if self.live is None else (self.live, *self.reserved)

    def fairness(self, now: datetime) -> Fairness:
        """The figures that fairness weighs."""
        return fairness(self.record, self.idle_since, now)
