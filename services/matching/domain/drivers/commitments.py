"""What a driver has taken: one live order at most, those booked ahead beside it, and what their end means for him."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.values import Requirements
from services.matching.domain.drivers import record
from services.matching.domain.drivers.driver import Driver, Live
from services.matching.domain.drivers.eligibility import against
from services.matching.domain.drivers.reservations import fits
from services.matching.domain.errors import Refused


def taken(driver: Driver, wanted: Live, requirements: Requirements, now: datetime) -> Driver | None:
    """The driver with his live order, or with one more reservation; None when he has it already. Raises `Refused`."""
    if holds(driver, wanted.offer_id):
        return None
    others = tuple(each for each in driver.reserved if each.order_id != wanted.order_id)
    ahead = wanted.starts_at is not None
    if driver.live is not None and (not ahead or driver.live.order_id == wanted.order_id):
        raise Refused("driver_busy")
    if not fits(replace(driver, reserved=others).held, wanted.starts_at or now, wanted.until):
        raise Refused("driver_busy")
    if driver.shift is None or against(driver, requirements, now):
        raise Refused("driver_ineligible")
    if ahead:
        return replace(driver, reserved=(*others, wanted))
    return replace(driver, live=wanted, reserved=others, standby=None)


def holds(driver: Driver, offer_id: str) -> bool:
    """Whether this offer is one of those he has taken."""
    return any(each.offer_id == offer_id for each in driver.held)


def confirmed(driver: Driver, order_id: str, attempt: int) -> Driver | None:
    """The order named him; None when that is known or no longer so."""
    held = next((each for each in driver.held if (each.order_id, each.attempt) == (order_id, attempt)), None)
    if held is None or held.confirmed:
        return None
    named = replace(held, confirmed=True)
    noted = replace(driver, record=record.took(driver.record))
    if held is driver.live:
        return replace(noted, live=named)
    return replace(noted, reserved=tuple(named if each is held else each for each in driver.reserved))


def freed_of_offer(driver: Driver, offer_id: str) -> Driver | None:
    """Free of it, if he has taken this offer; it came to nothing, so he waits as long as before."""
    return _without(driver, next((each for each in driver.held if each.offer_id == offer_id), None))


def freed_of_order(driver: Driver, order_id: str, attempt: int | None = None) -> Driver | None:
    """Free of it, if he has taken this order; not when he has taken it again in a later attempt.

    Others ended it: he has earned nothing, so he waits as long as before.
    """
    held = _held(driver, order_id)
    if held is None or (attempt is not None and held.attempt > attempt):
        return None
    return _without(driver, held)


def completed(driver: Driver, order_id: str, income: int, now: datetime) -> Driver | None:
    """Free after a trip, with whole rupiah earned; None when he has not taken it."""
    free = freed_of_order(_named(driver, order_id), order_id)
    return (
        None
        if free is None
        else replace(free, idle_since=now, record=record.earned(free.record, income, now))
    )


def gave_back(driver: Driver, order_id: str, attempt: int, now: datetime) -> Driver | None:
    """Free by his own wish: he waits anew, unless the order was only booked."""
    free = freed_of_order(_named(driver, order_id), order_id, attempt)
    if free is None:
        return None
    drove = driver.live is not None and driver.live.order_id == order_id
    return replace(free, idle_since=now if drove else free.idle_since, record=record.gave_back(free.record))


def vanished(driver: Driver, order_id: str, attempt: int, now: datetime) -> Driver | None:
    """Free because nobody could reach him: he waits anew, once he is there again."""
    free = freed_of_order(_named(driver, order_id), order_id, attempt)
    return None if free is None else replace(free, idle_since=now, record=record.vanished(free.record))


def unsettled_at(driver: Driver, patience: timedelta) -> datetime | None:
    """When somebody has to look whether an accept of his went through."""
    return min((each.since + patience for each in driver.held if not each.confirmed), default=None)


def unsettled(driver: Driver, patience: timedelta, now: datetime) -> Live | None:
    """What he accepted so long ago that it has to be settled now."""
    return next((each for each in driver.held if not each.confirmed and each.since + patience <= now), None)


def _named(driver: Driver, order_id: str) -> Driver:
    """What ends a trip says too that the order had named him, should that come later."""
    held = _held(driver, order_id)
    return driver if held is None else confirmed(driver, order_id, held.attempt) or driver


def _held(driver: Driver, order_id: str) -> Live | None:
    return next((each for each in driver.held if each.order_id == order_id), None)


def _without(driver: Driver, held: Live | None) -> Driver | None:
    if held is None:
        return None
    if held is driver.live:
        return replace(driver, live=None)
    return replace(driver, reserved=tuple(each for each in driver.reserved if each is not held))
