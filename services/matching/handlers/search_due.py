"""The clock acts on a search: an offer expires, or its life is over."""

from __future__ import annotations

from services.matching.handlers.lapsing import close_lapsed
from services.matching.ports import Desk


class SearchDueHandler:
    """Any process may do it; the second time changes nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, key: str) -> None:
        """Close what is over."""
        await close_lapsed(self._desk, key, self._desk.clock.now())
