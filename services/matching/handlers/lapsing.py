"""Closes what the clock has ended, and notes it with the drivers who said nothing while they could have won."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from services.matching.domain import record
from services.matching.domain.driver import Driver
from services.matching.domain.searching import lapsed, unanswered
from services.matching.handlers.saving import by_clock, change_driver, change_search, once
from services.matching.ports import Desk

BY = "clock"


async def close_lapsed(desk: Desk, key: str, now: datetime) -> None:
    """The drivers first: after a crash in between the search is still due, and nobody is counted twice."""
    stored = await desk.searches.get(key)
    over = unanswered(stored.state, now) if stored else ()
    await asyncio.gather(*(_note(desk, offer.driver_id, offer.offer_id, now) for offer in over))
    await change_search(desk, key, by_clock("search", now), lambda search: lapsed(search, now), by=BY)


async def _note(desk: Desk, driver_id: str, offer_id: str, now: datetime) -> None:
    def decide(driver: Driver | None) -> Driver | None:
        return replace(driver, record=record.let_lapse(driver.record)) if driver else None

    await change_driver(desk, driver_id, once("lapsed", offer_id, now), decide, by=BY, reason="lapsed")
