"""Waiting at a shelter, a partner's place: its orders go to the drivers there, first come, first served."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.values import Id, Point, Requirements
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import ineligibility, ineligibility_for, unavailability
from services.matching.domain.drivers.facts import standby_joined
from services.matching.domain.errors import Refused
from services.matching.domain.ground.distance import metres


@dataclass(frozen=True, slots=True)
class Shelter:
    """A place to wait at. `reach_m`: how far from `place` a driver still counts as waiting there."""

    standby_id: Id
    name: str
    place: Point
    reach_m: int


def joined(
    driver: Driver, shelter: Shelter, here: tuple[float, float] | None, at: datetime, now: datetime
) -> Driver | None:
    """The driver waits there from `now`; None for a repeat. `here`: the last known position.

    Raises `Refused` for a driver who is not eligible (`driver_ineligible`), off shift (`off_shift`), has a
    live order (`driver_busy`) or is elsewhere (`not_at_standby`).
    """
    if ineligibility(driver, now):
        raise Refused("driver_ineligible")
    unavailable = unavailability(driver)
    if unavailable:
        raise Refused("driver_busy" if "busy" in unavailable else "off_shift")
    if here is not None and metres(*here, shelter.place.lat, shelter.place.lng) > shelter.reach_m:
        raise Refused("not_at_standby")
    return standby_joined(driver, shelter.standby_id, at, now)


def lost_place(driver: Driver, standby_id: str | None) -> Driver:
    """The driver without their place in this queue: they declined such an order, or let its offer expire."""
    waits = driver.standby is not None and driver.standby.standby_id == standby_id
    return replace(driver, standby=None) if waits else driver


def queue_at(drivers: Iterable[Driver], standby_id: str) -> list[Driver]:
    """The drivers who wait there, first come first."""
    waiting = [
        (driver.standby.since, driver.driver_id, driver) for driver in drivers if driver.standby is not None
    ]
    return [
        driver
        for _, _, driver in sorted(waiting, key=lambda row: row[:2])
        if driver.standby and driver.standby.standby_id == standby_id
    ]


def first_in_line(
    orders: int, queue: Sequence[str], may: Callable[[int, str], bool]
) -> list[tuple[int, str]]:
    """Give each order in turn the first driver left in the queue who may get its offer.

    Returns (number of the order, driver).
    """
    left = list(queue)
    pairs = []
    for number in range(orders):
        first = next((driver_id for driver_id in left if may(number, driver_id)), None)
        if first is not None:
            left.remove(first)
            pairs.append((number, first))
    return pairs


def askable(queue: Iterable[Driver], requirements: Requirements, now: datetime) -> list[Driver]:
    """The drivers of the queue who may get an offer with these requirements; the others keep their place."""
    return [
        driver
        for driver in queue
        if not ineligibility_for(driver, requirements, now) and not unavailability(driver)
    ]
