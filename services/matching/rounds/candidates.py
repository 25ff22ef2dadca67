"""Find the candidates of each search in a round: the nearest drivers who may get its offer."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import unavailability
from services.matching.domain.drivers.reservations import conflicts
from services.matching.domain.searches.offering import may_offer, offers_made_to
from services.matching.domain.searches.search import TripRequest
from services.matching.ports import Approach, Roads, Sighting, SpatialIndex
from services.matching.rounds.bulk_reader import BulkReader
from services.matching.rounds.round import Candidate, RoundSearch, RoundState
from services.runtime.change import Store

# More candidates change a round's total cost by less than 1 % (docs/matching.md); each is read from the
# database.
CANDIDATES = 24
GROWTH = 4


class CandidateFinder:
    """`again_s`: real seconds until an unavailable driver is read again, unless a hint comes before."""

    def __init__(
        self, drivers: Store[Driver], index: SpatialIndex, roads: Roads, fresh: timedelta, again_s: float
    ) -> None:
        self._reader = BulkReader(drivers, "driver")
        self._index = index
        self._roads = roads
        self._fresh = fresh
        self._again_s = again_s
        self._unavailable: dict[str, float] = {}

    def clear(self) -> None:
        """Forget which drivers were unavailable."""
        self._unavailable.clear()

    def available(self, driver_id: str) -> None:
        """Read this driver again: they are available."""
        self._unavailable.pop(driver_id, None)

    async def find(self, searches: list[RoundSearch], state: RoundState, most: int = CANDIDATES) -> None:
        """Give each search its candidates, the nearest `most` of the drivers who may get its offer.

        Raises `DatabaseAway`.
        """
        real = monotonic()
        self._unavailable = {each: until for each, until in self._unavailable.items() if until > real}
        without = state.taken | self._unavailable.keys()
        looking, enough = searches, most
        while looking:
            areas = [search.area() for search in looking]
            nearby = self._index.around(areas, state.now - self._fresh, enough, without)
            seen = [nearby.of(number) for number in range(len(looking))]
            await self._read({each.driver_id for some in seen for each in some}, state.drivers)
            for search, some in zip(looking, seen, strict=True):
                search.near = _who_may_get_offer(search, some, state)[:most]
            looking = [
                search
                for search, some in zip(looking, seen, strict=True)
                if search.goes_on(most, more=len(some) >= enough)
            ]
            enough *= GROWTH
        await self._measure(searches, state)

    async def _read(self, ids: set[str], known: dict[str, Driver | None]) -> None:
        """Read each candidate before the offer: another process may have written them."""
        unknown = ids - known.keys()
        stored = await self._reader.read(unknown)
        until = monotonic() + self._again_s
        for driver_id in unknown:
            found = stored.get(driver_id)
            known[driver_id] = found.state if found is not None else None
            if found is not None and unavailability(found.state):
                self._unavailable[driver_id] = until

    async def _measure(self, searches: list[RoundSearch], state: RoundState) -> None:
        found = [search for search in searches if search.near]
        approaches = [
            Approach(search.trip.pickup.lat, search.trip.pickup.lng, search.near) for search in found
        ]
        for search, rides in zip(found, await self._roads.travel(approaches, state.now), strict=True):
            known = search.cached.search
            asked = {offer.driver_id: offers_made_to(known, offer.driver_id) for offer in known.offers}
            search.candidates = [
                Candidate(seen, driver, asked.get(seen.driver_id, 0), travel)
                for seen, travel in zip(search.near, rides, strict=True)
                if (driver := state.drivers[seen.driver_id]) is not None
            ]


def _who_may_get_offer(search: RoundSearch, seen: list[Sighting], state: RoundState) -> list[Sighting]:
    known, trip = search.cached.search, search.trip
    fits = state.fits([each.driver_id for each in seen], trip)
    not_again = {
        *known.excluded,
        *(offer.driver_id for offer in known.offers if not may_offer(known, offer.driver_id, state.rules)),
    }
    found = [each for each in seen if fits[each.driver_id] and each.driver_id not in not_again]
    if state.committed.isdisjoint(each.driver_id for each in found):
        return found
    return [
        each for each in found if each.driver_id not in state.committed or not _conflicts(each, trip, state)
    ]


def _conflicts(seen: Sighting, trip: TripRequest, state: RoundState) -> bool:
    driver = state.drivers[seen.driver_id]
    return driver is not None and conflicts(driver, trip, seen.straight_m, state.rules, state.now)
