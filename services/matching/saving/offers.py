"""Close open offers: those whose time is over, and those of a driver who may no longer get any."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from services.matching.domain.drivers import record, standby
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import ineligibility, unavailability
from services.matching.domain.searches.lifecycle import expired, unanswered, without_offers_to
from services.matching.domain.searches.search import Offer, Search
from services.matching.ports import Context
from services.matching.saving.causes import CLOCK, MATCHING, clock_cause, follow_up, once_per_offer
from services.matching.saving.changes import change_driver, change_search
from services.runtime.change import Cause


async def close_expired(context: Context, key: str, now: datetime) -> None:
    """Close what is over, then record it with each driver who did not answer.

    Only offers that this write has closed are recorded: until then an accept in time may win.
    """
    closed = await change_search(
        context, key, clock_cause("search", now), lambda search: expired(search, now), by=CLOCK
    )
    if closed is not None:
        notes = (_record_expired(context, offer, closed.standby_id, now) for offer in unanswered(closed, now))
        await asyncio.gather(*notes)


async def withdraw_if_barred(context: Context, driver_id: str, cause: Cause) -> None:
    """Withdraw the open offers of a driver who is not eligible or not available.

    A repeated message does it again, because a crash may have come between; not where a newer fact allows the
    driver.
    """
    stored, now = await context.drivers.get(driver_id), context.clock.now()
    reasons = (*ineligibility(stored.state, now), *unavailability(stored.state)) if stored else ()
    if reasons:
        await withdraw_offers(context, driver_id, cause, now, reasons[0])


async def withdraw_offers(context: Context, driver_id: str, cause: Cause, now: datetime, reason: str) -> None:
    """Withdraw the driver's open offers.

    They do not count: the driver may get an offer of the same order later.
    """

    def withdraw(search: Search | None) -> Search | None:
        return without_offers_to(search, driver_id, now) if search else None

    keys = await context.open_searches.offering_to(driver_id)
    changes = (
        change_search(context, key, follow_up(cause), withdraw, by=MATCHING, reason=reason) for key in keys
    )
    await asyncio.gather(*changes)


async def _record_expired(context: Context, offer: Offer, standby_id: str | None, now: datetime) -> None:
    def note(driver: Driver | None) -> Driver | None:
        if driver is None:
            return None
        return standby.lost_place(replace(driver, record=record.let_expire(driver.record)), standby_id)

    cause = once_per_offer("lapsed", offer.offer_id, now)
    await change_driver(context, offer.driver_id, cause, note, by=CLOCK, reason="lapsed")
