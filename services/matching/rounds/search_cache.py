"""The leader's cache of open searches: read at take-over, corrected by hints and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from services.matching.domain.searches.offering import radius_after
from services.matching.domain.searches.search import Search, SearchStatus
from services.matching.ports import OpenSearches
from services.matching.rounds.bulk_reader import BulkReader
from services.runtime.change import Store


@dataclass(slots=True)
class CachedSearch:
    """An open search.

    `radius_index`: the radius it has reached; `not_before`: it joins no round before (monotonic).
    """

    key: str
    version: int
    search: Search
    radius_index: int = 0
    not_before: float = 0.0


class SearchCache:
    """Entries may be stale for a moment: every offer is decided again on the search as it is stored."""

    def __init__(self, searches: Store[Search], open_searches: OpenSearches) -> None:
        self._reader = BulkReader(searches, "search")
        self._open = open_searches
        self._entries: dict[str, CachedSearch] = {}
        self._changed: set[str] = set()
        self._reviewed: float | None = None

    def entries(self) -> list[CachedSearch]:
        """All open searches."""
        return list(self._entries.values())

    def clear(self) -> None:
        """Forget everything: another process may have led in the meantime."""
        self._entries.clear()
        self._changed.clear()
        self._reviewed = None

    def changed(self, key: str) -> None:
        """Read the search again with the next refresh."""
        self._changed.add(key)

    def wrote(self, entry: CachedSearch, search: Search) -> None:
        """Take over what this process wrote; a wrong guess of the version shows in the next review."""
        entry.search = search
        entry.version += 1
        self._changed.discard(entry.key)

    def look_again(self) -> None:
        """Let every search join the next round: a driver has become available."""
        for entry in self._entries.values():
            entry.not_before = 0.0

    def asked_drivers(self) -> set[str]:
        """Drivers with an open offer."""
        return {offer.driver_id for entry in self._entries.values() for offer in entry.search.open_offers}

    async def refresh(self, review_s: float) -> None:
        """Read changed searches; every `review_s` real seconds also which ones are open.

        Raises `DatabaseAway`.
        """
        if self._reviewed is None or monotonic() - self._reviewed >= review_s:
            await self._review()
        while self._changed:
            keys, self._changed = self._changed, set()
            try:
                stored = await self._reader.read(keys)
            except BaseException:
                self._changed |= keys
                raise
            for key in keys:
                found = stored.get(key)
                if found is None or found.state.status is not SearchStatus.OPEN:
                    self._entries.pop(key, None)
                else:
                    self._note(key, found.version, found.state)

    async def _review(self) -> None:
        versions = await self._open.versions()
        for key in self._entries.keys() - versions.keys():
            del self._entries[key]
        known = {key: entry.version for key, entry in self._entries.items()}
        self._changed |= {key for key, version in versions.items() if known.get(key) != version}
        self._reviewed = monotonic()

    def _note(self, key: str, version: int, search: Search) -> None:
        known = self._entries.get(key)
        same = known is not None and known.search.attempt == search.attempt
        reached = known.radius_index if known is not None and same else 0
        self._entries[key] = CachedSearch(key, version, search, radius_after(search, reached))
