"""The clock acts on a search: an offer expires, or its life is over."""

from __future__ import annotations

from services.matching.domain.searching import lapsed
from services.matching.handlers.saving import by_clock, change_search
from services.matching.ports import Desk


class SearchDueHandler:
    """Any process may do it; the second time changes nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, key: str) -> None:
        """Close what is over."""
        now = self._desk.clock.now()
        await change_search(self._desk, key, by_clock("search", now), lambda search: lapsed(search, now), by="clock")
