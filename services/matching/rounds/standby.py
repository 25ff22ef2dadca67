"""Pair the orders of a shelter with the drivers in its queue, first come, first served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.reservations import conflicts
from services.matching.domain.drivers.standby import askable, first_in_line
from services.matching.domain.ground.distance import metres
from services.matching.domain.searches.offering import may_offer, offers_made_to
from services.matching.ports import Approach, LastPosition, LastPositions, Roads, Sighting, StandbyQueues
from services.matching.rounds.round import Candidate, Pair, RoundSearch, RoundState


class StandbyPairing:
    """These orders go to no other driver while one in the queue may get the offer.

    A driver with another open offer, or without a fresh position, is passed over and keeps their place.
    """

    def __init__(
        self, queues: StandbyQueues, positions: LastPositions, roads: Roads, fresh: timedelta
    ) -> None:
        self._queues = queues
        self._positions = positions
        self._roads = roads
        self._fresh = fresh

    async def pair(self, searches: list[RoundSearch], state: RoundState) -> list[Pair]:
        """The searches that a queue serves, each with its driver: urgent first, then oldest.

        Raises `DatabaseAway`.
        """
        waiting = sorted(
            (search for search in searches if _shelter(search)),
            key=lambda each: (_shelter(each), -each.trip.priority, -each.cached.search.waited_s(state.now)),
        )
        pairs: list[Pair] = []
        for shelter, some in groupby(waiting, key=_shelter):
            queue = await self._queues.at(shelter)
            pairs += await self._first_in_line(list(some), queue, state)
        return pairs

    async def _first_in_line(
        self, searches: list[RoundSearch], queue: Sequence[Driver], state: RoundState
    ) -> list[Pair]:
        last = {driver.driver_id: self._positions.last(driver.driver_id) for driver in queue}
        fresh = {
            driver_id: position
            for driver_id, position in last.items()
            if position is not None and position.at >= state.now - self._fresh
        }
        fit = [_fit(search, queue, fresh, state) for search in searches]
        chosen = first_in_line(
            len(searches),
            [driver.driver_id for driver in queue],
            lambda number, driver_id: driver_id in fit[number],
        )
        return [
            await self._measured(searches[number], fit[number][driver_id], fresh[driver_id], state)
            for number, driver_id in chosen
        ]

    async def _measured(
        self, search: RoundSearch, driver: Driver, here: LastPosition, state: RoundState
    ) -> Pair:
        pickup = search.trip.pickup
        sighting = Sighting(driver.driver_id, _away_m(search, here), here.lat, here.lng)
        ((travel,),) = await self._roads.travel([Approach(pickup.lat, pickup.lng, [sighting])], state.now)
        asked = offers_made_to(search.cached.search, driver.driver_id)
        return search, Candidate(sighting, driver, asked, travel)


def _fit(
    search: RoundSearch, queue: Sequence[Driver], fresh: Mapping[str, LastPosition], state: RoundState
) -> dict[str, Driver]:
    """The drivers of the queue who may get the offer, by id."""
    rules, now = state.rules, state.now
    return {
        driver.driver_id: driver
        for driver in askable(queue, search.trip.requirements, now)
        if driver.driver_id in fresh.keys() - state.taken
        and may_offer(search.cached.search, driver.driver_id, rules)
        and not conflicts(driver, search.trip, _away_m(search, fresh[driver.driver_id]), rules, now)
    }


def _away_m(search: RoundSearch, here: LastPosition) -> float:
    return metres(search.trip.pickup.lat, search.trip.pickup.lng, here.lat, here.lng)


def _shelter(search: RoundSearch) -> str:
    return search.trip.requirements.standby_id or ""
