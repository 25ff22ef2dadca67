"""A driver who has an order and is not heard of any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.matching.domain.drivers.driver import Driver, Live
from services.matching.domain.searches.search import Search, Status

REASON = "vanished"


def silent_at(driver: Driver, silence: timedelta) -> datetime | None:
    """When somebody has to look whether he is still there; None while he drives for nobody."""
    live = driver.live
    return None if live is None or not live.confirmed or live.withdrawn else _known(live) + silence


def last_sign(
    live: Live, seen_at: datetime | None, listening_since: datetime | None, silence: timedelta
) -> datetime:
    """His last sign of life. Positions that may have been missed count for him.

    `listening_since` None: nobody at all is heard of, which says more of the line than of him; he gets twice the time.
    """
    known = max(_known(live), seen_at) if seen_at else _known(live)
    return known + silence if listening_since is None else max(known, listening_since)


def still_there(driver: Driver, order_id: str, sign: datetime) -> Driver | None:
    """He was heard of; None when that is known."""
    live = driver.live
    if live is None or live.order_id != order_id or sign <= _known(live):
        return None
    return replace(driver, live=replace(live, heard_at=sign))


def given_up(driver: Driver, order_id: str) -> Driver | None:
    """The order was told; it decides, and frees him by giving him up. None when that is known."""
    live = driver.live
    if live is None or live.order_id != order_id or live.withdrawn:
        return None
    return replace(driver, live=replace(live, withdrawn=True))


def withdrawn(search: Search | None, offer_id: str, reason: str = REASON) -> Search | None:
    """The match is taken back, once; None when it is no longer the one."""
    if (
        search is None
        or search.status is not Status.MATCHED
        or search.winner != offer_id
        or search.withdrawn is not None
    ):
        return None
    return replace(search, withdrawn=reason)


def _known(live: Live) -> datetime:
    return live.heard_at or live.since
