"""Closes what the clock has ended, and notes it with the drivers who said nothing while they could have won."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from services.matching.domain.drivers import record, standby
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.searches.lifecycle import lapsed, unanswered
from services.matching.domain.searches.search import Offer, Search, standby_of
from services.matching.ports import Context
from services.matching.saving.changes import by_clock, change_driver, change_search, once

BY = "clock"


async def close_lapsed(context: Context, key: str, now: datetime) -> None:
    """Only what this write has closed is noted: an accept that was in time may win until then."""
    silent: list[Offer] = []

    def close(search: Search | None) -> Search | None:
        silent[:] = unanswered(search, now) if search else ()
        return lapsed(search, now)

    closed = await change_search(context, key, by_clock("search", now), close, by=BY)
    if closed is not None:
        await asyncio.gather(*(_note(context, offer, standby_of(closed), now) for offer in silent))


async def _note(context: Context, offer: Offer, standby_id: str | None, now: datetime) -> None:
    def decide(driver: Driver | None) -> Driver | None:
        return (
            standby.lost(replace(driver, record=record.let_lapse(driver.record)), standby_id)
            if driver
            else None
        )

    await change_driver(
        context, offer.driver_id, once("lapsed", offer.offer_id, now), decide, by=BY, reason="lapsed"
    )
