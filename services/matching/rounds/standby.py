"""Orders from a partner's place go to the drivers who wait there, first come first served, before anybody else is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.reservations import in_the_way
from services.matching.domain.drivers.standby import candidates, heads
from services.matching.domain.ground.distance import metres
from services.matching.domain.searches.offering import may_ask, times_asked
from services.matching.ports import Approach, Queues, Roads, Seen, Sighting, Whereabouts
from services.matching.rounds.candidates import Candidate, Hunt, Look

Pair = tuple[Hunt, Candidate]


class Queueing:
    """Who is asked elsewhere, or was not heard of lately, is passed over and keeps his place."""

    def __init__(self, queues: Queues, whereabouts: Whereabouts, roads: Roads, fresh: timedelta) -> None:
        self._queues = queues
        self._whereabouts = whereabouts
        self._roads = roads
        self._fresh = fresh

    async def served(self, hunts: list[Hunt], look: Look) -> list[Pair]:
        """The hunts that a queue serves, the urgent and then the oldest first. Raises `DatabaseAway`."""
        waiting = sorted(
            (hunt for hunt in hunts if _place(hunt)),
            key=lambda hunt: (_place(hunt), -hunt.wanted.priority, -hunt.entry.search.waited_s(look.now)),
        )
        pairs: list[Pair] = []
        for place, some in groupby(waiting, key=_place):
            queue = await self._queues.at(place)
            pairs += await self._heads(list(some), queue, look)
        return pairs

    async def _heads(self, hunts: list[Hunt], queue: Sequence[Driver], look: Look) -> list[Pair]:
        here = {driver.driver_id: self._whereabouts.seen(driver.driver_id) for driver in queue}
        heard = {
            driver_id: seen
            for driver_id, seen in here.items()
            if seen is not None and seen.at >= look.now - self._fresh
        }
        fit = [
            {
                driver.driver_id: driver
                for driver in candidates(queue, hunt.wanted.requirements, look.now)
                if driver.driver_id in heard.keys() - look.taken
                and may_ask(hunt.entry.search, driver.driver_id, look.rules)
                and not in_the_way(
                    driver, hunt.wanted, _away_m(hunt, heard[driver.driver_id]), look.rules, look.now
                )
            }
            for hunt in hunts
        ]
        chosen = heads(
            len(hunts),
            [driver.driver_id for driver in queue],
            lambda number, driver_id: driver_id in fit[number],
        )
        return [
            await self._measured(hunts[number], fit[number][name], heard[name], look)
            for number, name in chosen
        ]

    async def _measured(self, hunt: Hunt, driver: Driver, seen: Seen, look: Look) -> Pair:
        pickup = hunt.wanted.pickup
        sighting = Sighting(driver.driver_id, _away_m(hunt, seen), seen.lat, seen.lng)
        ((way,),) = await self._roads.ways([Approach(pickup.lat, pickup.lng, [sighting])], look.now)
        return hunt, Candidate(sighting, driver, times_asked(hunt.entry.search, driver.driver_id), way)


def _away_m(hunt: Hunt, seen: Seen) -> float:
    return metres(hunt.wanted.pickup.lat, hunt.wanted.pickup.lng, seen.lat, seen.lng)


def _place(hunt: Hunt) -> str:
    return hunt.wanted.requirements.standby_id or ""
