"""The candidates of a round, and the pairs chosen from them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import pytest

from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.road_estimates import RoadEstimates
from services.matching.domain.drivers.driver import Commitment, Driver
from services.matching.domain.ground.travel import RoadEstimate
from services.matching.domain.pairing.cost import Weights
from services.matching.rounds.candidates import CANDIDATES, CandidateFinder
from services.matching.rounds.pairing import competing_with, pair
from services.matching.rounds.round import RoundSearch, RoundState
from services.matching.rounds.search_cache import CachedSearch
from services.runtime.change import Store, Stored
from tests.support.builders import NOW, STATION

METRES_PER_DEGREE = 111_195.0
ROADS = RoadEstimates((), RoadEstimate(date.min, 1.3, 36))


class FakeDrivers:
    """Keeps drivers, and the ids in the order of reading."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.reads: list[str] = []

    async def get(self, driver_id: str) -> Any:
        self.reads.append(driver_id)
        driver = self.kept.get(driver_id)
        return None if driver is None else Stored(driver_id, 1, driver)


class Town:
    """Drivers north of the station, and searches from there."""

    def __init__(self, a_driver: Any, a_search: Any) -> None:
        self.drivers = FakeDrivers()
        self.index = PositionIndex()
        self.finder = CandidateFinder(
            cast("Store[Driver]", self.drivers),  # it only gets
            self.index,
            ROADS,
            timedelta(seconds=120),
            60,
        )
        self._a_driver, self._a_search = a_driver, a_search

    def driver(self, driver_id: str, north_m: float, **changes: Any) -> None:
        self.index.saw(
            driver_id, STATION["lat"] + north_m / METRES_PER_DEGREE, STATION["lng"], NOW.timestamp()
        )
        self.drivers.kept[driver_id] = self._a_driver(driver_id=driver_id, **changes)

    def search(self, order_id: str = "o-1", **changes: Any) -> RoundSearch:
        search = self._a_search(order_id=order_id, **changes)
        return RoundSearch(CachedSearch(order_id, 1, search), search.trip, 0)

    async def gathered(
        self, rules: Any, *searches: RoundSearch, taken: frozenset[str] = frozenset()
    ) -> list[list[str]]:
        await self.finder.find(list(searches), RoundState(taken, rules, NOW))
        return [[each.seen.driver_id for each in search.candidates] for search in searches]

    async def pair(self, rules: Any, *searches: RoundSearch) -> dict[str, str]:
        waited = dict.fromkeys((search.key for search in searches), 0.0)
        pairs = await pair(
            list(searches), waited, self.finder, RoundState(frozenset(), rules, NOW), Weights()
        )
        return {search.key: candidate.seen.driver_id for search, candidate in pairs}


@pytest.fixture
def town(a_driver: Any, a_search: Any) -> Town:
    return Town(a_driver, a_search)


async def test_the_radius_grows_within_the_round_until_a_candidate_is_found(town: Town, rules: Any) -> None:
    town.driver("d-suspended", 900, suspended=True)
    town.driver("d-near", 1700)
    town.driver("d-farther", 2200)
    search = town.search()

    assert await town.gathered(rules, search) == [["d-near"]]
    assert search.radius_index == 2
    assert [(round(each.travel.metres, -1), round(each.travel.seconds)) for each in search.candidates] == [
        (2210, 221)
    ]


async def test_many_ineligible_drivers_do_not_hide_an_eligible_one(town: Town, rules: Any) -> None:
    for number in range(3 * CANDIDATES):
        town.driver(f"d-{number}", 10 + number, suspended=True)
    town.driver("d-good", 800)

    assert await town.gathered(rules, town.search()) == [["d-good"]]


async def test_no_more_drivers_are_read_than_the_limit_of_candidates(town: Town, rules: Any) -> None:
    for number in range(5 * CANDIDATES):
        town.driver(f"d-{number}", 10 + number)

    ((*ids,),) = await town.gathered(rules, town.search())

    assert ids == [f"d-{number}" for number in range(CANDIDATES)]
    assert len(town.drivers.reads) == CANDIDATES


async def test_an_unavailable_driver_is_not_read_again_before_a_hint(town: Town, rules: Any) -> None:
    town.driver("d-off", 100, shift=None)
    await town.gathered(rules, town.search())
    town.driver("d-off", 100)

    assert await town.gathered(rules, town.search()) == [[]]
    town.finder.available("d-off")
    assert await town.gathered(rules, town.search()) == [["d-off"]]
    assert town.drivers.reads == ["d-off"] * 2


async def test_a_driver_with_an_offer_or_excluded_or_unknown_is_no_candidate(town: Town, rules: Any) -> None:
    for name in ("d-asked", "d-excluded", "d-unknown", "d-good"):
        town.driver(name, 100)
    del town.drivers.kept["d-unknown"]

    found = await town.gathered(rules, town.search(excluded=("d-excluded",)), taken=frozenset({"d-asked"}))

    assert found == [["d-good"]]


async def test_a_driver_with_a_reservation_is_a_candidate_only_for_trips_that_end_before(
    town: Town, rules: Any
) -> None:
    for name, minutes in (("d-soon", 8), ("d-tonight", 600)):
        begins = NOW + timedelta(minutes=minutes)
        booked = Commitment(
            "o-booked",
            f"o-booked-{minutes}",
            1,
            NOW,
            confirmed=True,
            starts_at=begins,
            until=begins + timedelta(hours=1),
        )
        town.driver(name, 100, reserved=(booked,))

    assert await town.gathered(rules, town.search()) == [["d-tonight"]]


async def test_two_searches_of_a_round_are_paired_at_the_least_total_cost(town: Town, rules: Any) -> None:
    """The search at the station could get the nearer driver, but then the other customer would wait long."""
    town.driver("d-north", 100)
    town.driver("d-south", -150)
    north = {"asked": {"pickup": {**STATION, "lat": STATION["lat"] + 220 / METRES_PER_DEGREE}}}

    pairs = await town.pair(rules, town.search("o-here"), town.search("o-north", **north))

    assert pairs == {"o-here": "d-south", "o-north": "d-north"}


async def test_more_orders_at_one_place_than_candidates_are_served_in_one_round(
    town: Town, rules: Any
) -> None:
    for number in range(4 * CANDIDATES):
        town.driver(f"d-{number}", 5 * number)

    pairs = await town.pair(rules, *[town.search(f"o-{number}") for number in range(3 * CANDIDATES)])

    assert len(pairs) == len(set(pairs.values())) == 3 * CANDIDATES


async def test_searches_compete_also_through_others_but_not_without_a_shared_driver(
    town: Town, rules: Any
) -> None:
    for driver_id, north_m in (("d-west", 0), ("d-east", 1900), ("d-alone", 9000)):
        town.driver(driver_id, north_m)
    searches = {
        name: town.search(name, **_north(north_m))
        for name, north_m in (("o-0", -500), ("o-1", 950), ("o-2", 2500), ("o-3", 9000))
    }
    await town.gathered(rules, *searches.values())

    found = competing_with(list(searches.values()), [searches["o-0"]])

    assert [search.key for search in found] == ["o-0", "o-1", "o-2"]


def _north(metres: float) -> dict[str, Any]:
    return {"asked": {"pickup": {**STATION, "lat": STATION["lat"] + metres / METRES_PER_DEGREE}}}


async def test_where_drivers_are_few_each_gets_one_offer(town: Town, rules: Any) -> None:
    for number in range(5):
        town.driver(f"d-{number}", 10 * number)

    pairs = await town.pair(rules, *[town.search(f"o-{number}") for number in range(50)])

    assert sorted(pairs.values()) == [f"d-{number}" for number in range(5)]
