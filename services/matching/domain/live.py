"""A driver's live order: at most one at a time, and what its end means for him."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.values import Requirements
from services.matching.domain import record
from services.matching.domain.driver import Driver, Live
from services.matching.domain.eligibility import against
from services.matching.domain.errors import Refused


def taken(driver: Driver, wanted: Live, requirements: Requirements, now: datetime) -> Driver | None:
    """The driver with his live order; None when he has it already. Raises `Refused`."""
    if driver.live is not None:
        if driver.live.offer_id == wanted.offer_id:
            return None
        raise Refused("driver_busy")
    if driver.shift is None or against(driver, requirements, now):
        raise Refused("driver_ineligible")
    return replace(driver, live=wanted, standby=None)


def confirmed(driver: Driver, order_id: str, attempt: int) -> Driver | None:
    """The order named him; None when that is known or no longer so."""
    live = driver.live
    if live is None or live.confirmed or (live.order_id, live.attempt) != (order_id, attempt):
        return None
    return replace(driver, live=replace(live, confirmed=True), record=record.took(driver.record))


def freed_of_offer(driver: Driver, offer_id: str) -> Driver | None:
    """Free, if this offer is what he is live on; it came to nothing, so he waits as long as before."""
    return replace(driver, live=None) if driver.live is not None and driver.live.offer_id == offer_id else None


def freed_of_order(driver: Driver, order_id: str, attempt: int | None = None) -> Driver | None:
    """Free, if he is live on this order; not when he has taken it again in a later attempt.

    Others ended it: he has earned nothing, so he waits as long as before.
    """
    live = driver.live
    if live is None or live.order_id != order_id or (attempt is not None and live.attempt > attempt):
        return None
    return replace(driver, live=None)


def completed(driver: Driver, order_id: str, income: int, now: datetime) -> Driver | None:
    """Free after a trip, with whole rupiah earned; None when he is not live on it."""
    free = freed_of_order(_named(driver), order_id)
    return None if free is None else replace(free, idle_since=now, record=record.earned(free.record, income, now))


def gave_back(driver: Driver, order_id: str, attempt: int, now: datetime) -> Driver | None:
    """Free by his own wish: he waits anew."""
    free = freed_of_order(_named(driver), order_id, attempt)
    return None if free is None else replace(free, idle_since=now, record=record.gave_back(free.record))


def vanished(driver: Driver, order_id: str, attempt: int, now: datetime) -> Driver | None:
    """Free because nobody could reach him: he waits anew, once he is there again."""
    free = freed_of_order(_named(driver), order_id, attempt)
    return None if free is None else replace(free, idle_since=now, record=record.vanished(free.record))


def unsettled_at(driver: Driver, patience: timedelta) -> datetime | None:
    """When somebody has to look whether his accept went through."""
    live = driver.live
    return None if live is None or live.confirmed else live.since + patience


def _named(driver: Driver) -> Driver:
    """What ends a trip says too that the order had named him, should that come later."""
    live = driver.live
    return driver if live is None else confirmed(driver, live.order_id, live.attempt) or driver
