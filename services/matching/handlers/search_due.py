"""The clock acts on a search: an offer expires, or its life is over."""

from __future__ import annotations

from services.matching.ports import Context
from services.matching.saving.expiring import close_lapsed


class SearchDueHandler:
    """Any process may do it; the second time changes nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, key: str) -> None:
        """Close what is over."""
        await close_lapsed(self._context, key, self._context.clock.now())
