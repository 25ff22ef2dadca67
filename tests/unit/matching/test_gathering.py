"""Who may be asked in a round, and who of them is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.road_estimates import RoadEstimates
from services.matching.domain.assignment.cost import Weights
from services.matching.domain.drivers.driver import Live
from services.matching.domain.ground.travel import RoadEstimate
from services.matching.rounds.candidates import CANDIDATES, Gathering, Hunt, Look
from services.matching.rounds.pairing import decided, rivals
from services.matching.rounds.search_cache import Entry
from services.runtime.change import Stored
from tests.support.builders import NOW, STATION

METRES_PER_DEGREE = 111_195.0
ROADS = RoadEstimates((), RoadEstimate(date.min, 1.3, 36))


class FakeDrivers:
    """Keeps drivers, and how often each was read."""

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
        self.gathering = Gathering(self.drivers, self.index, ROADS, timedelta(seconds=120), 60)  # type: ignore[arg-type]
        self._a_driver, self._a_search = a_driver, a_search

    def driver(self, driver_id: str, north_m: float, **changes: Any) -> None:
        self.index.saw(
            driver_id, STATION["lat"] + north_m / METRES_PER_DEGREE, STATION["lng"], NOW.timestamp()
        )  # type: ignore[operator, arg-type]
        self.drivers.kept[driver_id] = self._a_driver(driver_id=driver_id, **changes)

    def hunt(self, order_id: str = "o-1", **changes: Any) -> Hunt:
        search = self._a_search(order_id=order_id, **changes)
        return Hunt(Entry(order_id, 1, search), search.wanted, 0)

    async def gathered(
        self, rules: Any, *hunts: Hunt, taken: frozenset[str] = frozenset()
    ) -> list[list[str]]:
        await self.gathering.gather(list(hunts), Look(taken, rules, NOW))
        return [[each.seen.driver_id for each in hunt.candidates] for hunt in hunts]

    async def decided(self, rules: Any, *hunts: Hunt) -> dict[str, str]:
        waited = dict.fromkeys((hunt.entry.key for hunt in hunts), 0.0)
        pairs = await decided(list(hunts), waited, self.gathering, Look(frozenset(), rules, NOW), Weights())
        return {hunt.entry.key: candidate.seen.driver_id for hunt, candidate in pairs}


@pytest.fixture
def town(a_driver: Any, a_search: Any) -> Town:
    return Town(a_driver, a_search)


async def test_the_radius_grows_within_the_round_until_somebody_may_be_asked_and_no_further(
    town: Town, rules: Any
) -> None:
    town.driver("d-suspended", 900, suspended=True)
    town.driver("d-near", 1700)
    town.driver("d-farther", 2200)
    hunt = town.hunt()

    assert await town.gathered(rules, hunt) == [["d-near"]]
    assert hunt.round == 2
    assert [(round(each.way.metres, -1), round(each.way.seconds)) for each in hunt.candidates] == [
        (2210, 221)
    ]


async def test_a_crowd_that_may_not_be_asked_does_not_hide_who_may(town: Town, rules: Any) -> None:
    for number in range(3 * CANDIDATES):
        town.driver(f"d-{number}", 10 + number, suspended=True)
    town.driver("d-good", 800)

    assert await town.gathered(rules, town.hunt()) == [["d-good"]]


async def test_no_more_candidates_are_read_than_are_worth_it(town: Town, rules: Any) -> None:
    for number in range(5 * CANDIDATES):
        town.driver(f"d-{number}", 10 + number)

    ((*ids,),) = await town.gathered(rules, town.hunt())

    assert ids == [f"d-{number}" for number in range(CANDIDATES)]
    assert len(town.drivers.reads) == CANDIDATES


async def test_who_was_not_available_is_not_read_again_until_he_is(town: Town, rules: Any) -> None:
    town.driver("d-off", 100, shift=None)
    await town.gathered(rules, town.hunt())
    town.driver("d-off", 100)

    assert await town.gathered(rules, town.hunt()) == [[]]
    town.gathering.available("d-off")
    assert await town.gathered(rules, town.hunt()) == [["d-off"]]
    assert town.drivers.reads == ["d-off"] * 2


async def test_who_holds_an_offer_or_is_excluded_or_unknown_is_no_candidate(town: Town, rules: Any) -> None:
    for name in ("d-asked", "d-excluded", "d-unknown", "d-good"):
        town.driver(name, 100)
    del town.drivers.kept["d-unknown"]

    found = await town.gathered(rules, town.hunt(excluded=("d-excluded",)), taken=frozenset({"d-asked"}))

    assert found == [["d-good"]]


async def test_who_has_taken_a_booked_order_is_a_candidate_only_for_what_ends_before(
    town: Town, rules: Any
) -> None:
    for name, minutes in (("d-soon", 8), ("d-tonight", 600)):
        begins = NOW + timedelta(minutes=minutes)
        booked = Live(
            "o-booked",
            f"o-booked-{minutes}",
            1,
            NOW,
            confirmed=True,
            starts_at=begins,
            until=begins + timedelta(hours=1),
        )
        town.driver(name, 100, reserved=(booked,))

    assert await town.gathered(rules, town.hunt()) == [["d-tonight"]]


async def test_two_searches_of_a_round_share_their_drivers_at_the_least_total_way(
    town: Town, rules: Any
) -> None:
    """The one at the station could have the nearer driver, but then the other one would wait long."""
    town.driver("d-north", 100)
    town.driver("d-south", -150)
    north = {"asked": {"pickup": {**STATION, "lat": STATION["lat"] + 220 / METRES_PER_DEGREE}}}  # type: ignore[operator]

    pairs = await town.decided(rules, town.hunt("o-here"), town.hunt("o-north", **north))

    assert pairs == {"o-here": "d-south", "o-north": "d-north"}


async def test_more_orders_at_one_place_than_each_is_given_candidates_are_served_in_one_round(
    town: Town, rules: Any
) -> None:
    for number in range(4 * CANDIDATES):
        town.driver(f"d-{number}", 5 * number)

    pairs = await town.decided(rules, *[town.hunt(f"o-{number}") for number in range(3 * CANDIDATES)])

    assert len(pairs) == len(set(pairs.values())) == 3 * CANDIDATES


async def test_who_competes_only_through_others_is_a_rival_and_who_shares_nobody_is_not(
    town: Town, rules: Any
) -> None:
    for driver_id, north_m in (("d-west", 0), ("d-east", 1900), ("d-alone", 9000)):
        town.driver(driver_id, north_m)
    hunts = {
        name: town.hunt(name, **_north(north_m))
        for name, north_m in (("o-0", -500), ("o-1", 950), ("o-2", 2500), ("o-3", 9000))
    }
    await town.gathered(rules, *hunts.values())

    found = rivals(list(hunts.values()), [hunts["o-0"]])

    assert [hunt.entry.key for hunt in found] == ["o-0", "o-1", "o-2"]


def _north(metres: float) -> dict[str, Any]:
    return {"asked": {"pickup": {**STATION, "lat": STATION["lat"] + metres / METRES_PER_DEGREE}}}  # type: ignore[operator]


async def test_where_drivers_are_few_every_one_is_asked_once(town: Town, rules: Any) -> None:
    for number in range(5):
        town.driver(f"d-{number}", 10 * number)

    pairs = await town.decided(rules, *[town.hunt(f"o-{number}") for number in range(50)])

    assert sorted(pairs.values()) == [f"d-{number}" for number in range(5)]
