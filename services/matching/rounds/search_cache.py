"""The leader's memory of the open searches: rebuilt from the database at take-over, corrected by nudges and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from services.matching.domain.searches.offering import round_after
from services.matching.domain.searches.search import Search, Status
from services.matching.ports import OpenSearches
from services.matching.rounds.bulk_reader import Reading
from services.runtime.change import Store


@dataclass(slots=True)
class Entry:
    """An open search. `round`: index of the radius it has reached.

    `not_before`: no sooner look (monotonic).
    """

    key: str
    version: int
    search: Search
    round: int = 0
    not_before: float = 0.0


class Board:
    """What is on it may be stale by a moment: every offer is decided again on the search as it is stored."""

    def __init__(self, searches: Store[Search], open_searches: OpenSearches) -> None:
        self._reading = Reading(searches, "search")
        self._open = open_searches
        self._entries: dict[str, Entry] = {}
        self._changed: set[str] = set()
        self._reviewed: float | None = None

    def entries(self) -> list[Entry]:
        """All open searches."""
        return list(self._entries.values())

    def clear(self) -> None:
        """Forget everything: another process may have led in the meantime."""
        self._entries.clear()
        self._changed.clear()
        self._reviewed = None

    def changed(self, key: str) -> None:
        """The search was written."""
        self._changed.add(key)

    def wrote(self, entry: Entry, search: Search) -> None:
        """We wrote it ourselves and need not read it; a wrong guess of its version shows in the next review."""
        entry.search = search
        entry.version += 1
        self._changed.discard(entry.key)

    def look_again(self) -> None:
        """Somebody can be asked who could not be: no search waits for its next look."""
        for entry in self._entries.values():
            entry.not_before = 0.0

    def asked_drivers(self) -> set[str]:
        """Drivers who hold an open offer."""
        return {offer.driver_id for entry in self._entries.values() for offer in entry.search.open_offers}

    async def refresh(self, review_s: float) -> None:
        """Read what was written, and from time to time which searches are open at all. Raises `DatabaseAway`."""
        if self._reviewed is None or monotonic() - self._reviewed >= review_s:
            await self._review()
        while self._changed:
            keys, self._changed = self._changed, set()
            try:
                stored = await self._reading.several(keys)
            except BaseException:
                self._changed |= keys
                raise
            for key in keys:
                found = stored.get(key)
                if found is None or found.state.status is not Status.OPEN:
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
        reached = known.round if known is not None and same else 0
        self._entries[key] = Entry(key, version, search, round_after(search, reached))
