"""A driver's live order: at most one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contracts.values import Requirements
from services.matching.domain.driver import Driver, Live
from services.matching.domain.eligibility import against
from services.matching.domain.errors import Refused


def taken(driver: Driver, wanted: Live, requirements: Requirements, now: datetime) -> Driver | None:
    """The driver with his live order; None when he has it already. Raises `Refused`."""
    if driver.live is not None:
        if driver.live.offer_id == wanted.offer_id:
            return None
        raise Refused("driver_busy")
    if against(driver, requirements, now):
        raise Refused("driver_ineligible")
    return replace(driver, live=wanted)


def confirmed(driver: Driver, order_id: str, attempt: int) -> Driver | None:
    """The order named him; None when that is known or no longer so."""
    live = driver.live
    if live is None or live.confirmed or (live.order_id, live.attempt) != (order_id, attempt):
        return None
    return replace(driver, live=replace(live, confirmed=True))


def freed_of_offer(driver: Driver, offer_id: str) -> Driver | None:
    """Free, if this offer is what he is live on."""
    return replace(driver, live=None) if driver.live is not None and driver.live.offer_id == offer_id else None


def freed_of_order(driver: Driver, order_id: str, attempt: int | None = None) -> Driver | None:
    """Free, if he is live on this order; not when he has taken it again in a later attempt."""
    live = driver.live
    if live is None or live.order_id != order_id or (attempt is not None and live.attempt > attempt):
        return None
    return replace(driver, live=None)


def unsettled_at(driver: Driver, patience: timedelta) -> datetime | None:
    """When somebody has to look whether his accept went through."""
    live = driver.live
    return None if live is None or live.confirmed else live.since + patience
