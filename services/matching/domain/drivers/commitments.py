"""The orders that a driver has taken: at most one live order, and reservations beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.values import Requirements
from services.matching.domain.drivers import record
from services.matching.domain.drivers.driver import Commitment, Driver
from services.matching.domain.drivers.eligibility import ineligibility_for
from services.matching.domain.drivers.reservations import fits
from services.matching.domain.errors import Refused


def taken(driver: Driver, commitment: Commitment, requirements: Requirements, now: datetime) -> Driver | None:
    """The driver with this live order or reservation; None when they have it already.

    Raises `Refused`: `driver_busy` where another order is in the way, `driver_ineligible` off shift or not
    eligible.
    """
    if holds(driver, commitment.offer_id):
        return None
    others = tuple(each for each in driver.reserved if each.order_id != commitment.order_id)
    ahead = commitment.starts_at is not None
    if driver.live is not None and (not ahead or driver.live.order_id == commitment.order_id):
        raise Refused("driver_busy")
    beside = replace(driver, reserved=others).commitments
    if not fits(beside, commitment.starts_at or now, commitment.until):
        raise Refused("driver_busy")
    if driver.shift is None or ineligibility_for(driver, requirements, now):
        raise Refused("driver_ineligible")
    if ahead:
        return replace(driver, reserved=(*others, commitment))
    return replace(driver, live=commitment, reserved=others, standby=None)


def holds(driver: Driver, offer_id: str) -> bool:
    """Whether the driver has taken this offer."""
    return any(each.offer_id == offer_id for each in driver.commitments)


def confirmed(driver: Driver, order_id: str, attempt: int) -> Driver | None:
    """Confirm the commitment: the order assigned the driver. None when that is known or no longer so."""
    held = next(
        (each for each in driver.commitments if (each.order_id, each.attempt) == (order_id, attempt)), None
    )
    if held is None or held.confirmed:
        return None
    assigned = replace(held, confirmed=True)
    noted = replace(driver, record=record.took(driver.record))
    if held is driver.live:
        return replace(noted, live=assigned)
    return replace(noted, reserved=tuple(assigned if each is held else each for each in driver.reserved))


def freed_of_offer(driver: Driver, offer_id: str) -> Driver | None:
    """Free the driver of this offer, without restarting their idle time; None if they have not taken it."""
    return _without(driver, next((each for each in driver.commitments if each.offer_id == offer_id), None))


def freed_of_order(driver: Driver, order_id: str, attempt: int | None = None) -> Driver | None:
    """Free the driver of this order; None if they have not taken it, or took it again in a later attempt.

    Others ended the order and the driver earned nothing, so their idle time does not restart.
    """
    held = _held(driver, order_id)
    if held is None or (attempt is not None and held.attempt > attempt):
        return None
    return _without(driver, held)


def completed(driver: Driver, order_id: str, income: int, now: datetime) -> Driver | None:
    """Free the driver after a paid trip; None if they have not taken it. `income` in whole rupiah."""
    free = freed_of_order(_assigned(driver, order_id), order_id)
    if free is None:
        return None
    return replace(free, idle_since=now, record=record.earned(free.record, income, now))


def gave_back(driver: Driver, order_id: str, attempt: int, now: datetime) -> Driver | None:
    """Free a driver who gave the order back; their idle time restarts, except for a reservation."""
    free = freed_of_order(_assigned(driver, order_id), order_id, attempt)
    if free is None:
        return None
    was_live = driver.live is not None and driver.live.order_id == order_id
    since = now if was_live else free.idle_since
    return replace(free, idle_since=since, record=record.gave_back(free.record))


def vanished(driver: Driver, order_id: str, attempt: int, now: datetime) -> Driver | None:
    """Free a driver who could no longer be reached; their idle time restarts."""
    free = freed_of_order(_assigned(driver, order_id), order_id, attempt)
    return None if free is None else replace(free, idle_since=now, record=record.vanished(free.record))


def unsettled_at(driver: Driver, patience: timedelta) -> datetime | None:
    """When the next unconfirmed accept has to be settled; None without one."""
    return min((each.since + patience for each in driver.commitments if not each.confirmed), default=None)


def unsettled(driver: Driver, patience: timedelta, now: datetime) -> Commitment | None:
    """An accept that has been unconfirmed for longer than `patience`; None without one."""
    waiting = (each for each in driver.commitments if not each.confirmed)
    return next((each for each in waiting if each.since + patience <= now), None)


def _assigned(driver: Driver, order_id: str) -> Driver:
    """Confirm what the end of a trip implies: the message of the assignment may arrive later."""
    held = _held(driver, order_id)
    return driver if held is None else confirmed(driver, order_id, held.attempt) or driver


def _held(driver: Driver, order_id: str) -> Commitment | None:
    return next((each for each in driver.commitments if each.order_id == order_id), None)


def _without(driver: Driver, held: Commitment | None) -> Driver | None:
    if held is None:
        return None
    if held is driver.live:
        return replace(driver, live=None)
    return replace(driver, reserved=tuple(each for each in driver.reserved if each is not held))
