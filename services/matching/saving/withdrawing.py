"""A driver may not be asked any more: the offers that he still holds are withdrawn."""

from __future__ import annotations

import asyncio
from datetime import datetime

from services.matching.domain.drivers.eligibility import not_available, standing
from services.matching.domain.searches.lifecycle import without_offers_to
from services.matching.domain.searches.search import Search
from services.matching.ports import Context
from services.matching.saving.changes import change_search, own
from services.runtime.change import Cause


async def withdraw_where_barred(context: Context, driver_id: str, cause: Cause) -> None:
    """Also when the message comes again: a crash may have come between; but not where a newer fact lets him drive."""
    stored, now = await context.drivers.get(driver_id), context.clock.now()
    against = (*standing(stored.state, now), *not_available(stored.state)) if stored else ()
    if against:
        await withdraw_offers(context, driver_id, cause, now, against[0])


async def withdraw_offers(context: Context, driver_id: str, cause: Cause, now: datetime, reason: str) -> None:
    """Whoever comes again later is asked again: an offer that we withdrew counts against nobody."""

    def decide(search: Search | None) -> Search | None:
        return without_offers_to(search, driver_id, now) if search else None

    keys = await context.open_searches.asking(driver_id)
    changes = (change_search(context, key, own(cause), decide, by="matching", reason=reason) for key in keys)
    await asyncio.gather(*changes)
