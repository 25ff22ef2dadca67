"""Waiting at a partner's place: first come first served, and orders from there go to the head of the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.values import Id, Point, Requirements
from services.matching.domain.drivers.driver import Driver, standby_joined
from services.matching.domain.drivers.eligibility import against, not_available, standing
from services.matching.domain.errors import Refused
from services.matching.domain.ground.distance import metres


@dataclass(frozen=True, slots=True)
class Shelter:
    """A place to wait at. `reach_m`: who is further away does not wait there."""

    standby_id: Id
    name: str
    place: Point
    reach_m: int


def joined(
    driver: Driver, shelter: Shelter, here: tuple[float, float] | None, at: datetime, now: datetime
) -> Driver | None:
    """He waits there from `now`; None where he does so already. `here`: his last position, None where nobody knows it.

    Raises `Refused` for who may not drive, is not at work, drives, or is somewhere else.
    """
    if standing(driver, now):
        raise Refused("driver_ineligible")
    unavailable = not_available(driver)
    if unavailable:
        raise Refused("driver_busy" if "busy" in unavailable else "off_shift")
    if here is not None and metres(*here, shelter.place.lat, shelter.place.lng) > shelter.reach_m:
        raise Refused("not_at_standby")
    return standby_joined(driver, shelter.standby_id, at, now)


def lost(driver: Driver, standby_id: str | None) -> Driver:
    """Who declines an order of the place, or lets it lapse, has to come again."""
    waits = driver.standby is not None and driver.standby.standby_id == standby_id
    return replace(driver, standby=None) if waits else driver


def in_order(drivers: Iterable[Driver], standby_id: str) -> list[Driver]:
    """Those who wait there, first come first."""
    waiting = [
        (driver.standby.since, driver.driver_id, driver) for driver in drivers if driver.standby is not None
    ]
    return [
        driver
        for _, _, driver in sorted(waiting, key=lambda row: row[:2])
        if driver.standby and driver.standby.standby_id == standby_id
    ]


def heads(orders: int, queue: Sequence[str], may: Callable[[int, str], bool]) -> list[tuple[int, str]]:
    """(number of the order, driver): each order in turn gets the first of the queue who may be asked for it and is left."""
    left = list(queue)
    pairs = []
    for number in range(orders):
        first = next((driver_id for driver_id in left if may(number, driver_id)), None)
        if first is not None:
            left.remove(first)
            pairs.append((number, first))
    return pairs


def candidates(queue: Iterable[Driver], wanted: Requirements, now: datetime) -> list[Driver]:
    """Those of the queue who may be asked for such an order, first come first; the others keep their place."""
    return [driver for driver in queue if not against(driver, wanted, now) and not not_available(driver)]
