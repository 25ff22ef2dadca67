"""The clock acts on a search: an offer expires, or the time of the search is over."""

from __future__ import annotations

from services.matching.ports import Context
from services.matching.saving.offers import close_expired


async def search_due(context: Context, key: str) -> None:
    """Close what is over. A repeat, in any process, changes nothing."""
    await close_expired(context, key, context.clock.now())
