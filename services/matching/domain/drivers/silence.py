"""A driver with a live order who sends no more positions: when to check for a sign of life."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.matching.domain.drivers.driver import Commitment, Driver


def silence_due_at(driver: Driver, silence: timedelta) -> datetime | None:
    """When to check for a sign of life; None without a confirmed live order."""
    live = driver.live
    return None if live is None or not live.confirmed or live.withdrawn else _last_stored(live) + silence


def last_sign_of_life(
    live: Commitment, seen_at: datetime | None, listening_since: datetime | None, silence: timedelta
) -> datetime:
    """The last sign of life. Time in which positions may have been missed counts in the driver's favour.

    `listening_since` None: no positions arrive at all, so the line is at fault; the driver gets twice the
    time.
    """
    stored = _last_stored(live)
    heard = max(stored, seen_at) if seen_at else stored
    return heard + silence if listening_since is None else max(heard, listening_since)


def heard_from(driver: Driver, order_id: str, sign: datetime) -> Driver | None:
    """Note a later sign of life; None when it is known."""
    live = driver.live
    if live is None or live.order_id != order_id or sign <= _last_stored(live):
        return None
    return replace(driver, live=replace(live, heard_at=sign))


def marked_lost(driver: Driver, order_id: str) -> Driver | None:
    """Mark the live order as lost: the order knows, and its answer frees the driver.

    None when that is known.
    """
    live = driver.live
    if live is None or live.order_id != order_id or live.withdrawn:
        return None
    return replace(driver, live=replace(live, withdrawn=True))


def _last_stored(live: Commitment) -> datetime:
    return live.heard_at or live.since
