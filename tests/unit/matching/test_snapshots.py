"""Snapshots are written after the rounds, in small portions, and dropped when they cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.positions import Positions
from services.matching.adapters.road_estimates import RoadEstimates
from services.matching.domain.explain.snapshot import Snapshot
from services.matching.domain.ground.travel import RoadEstimate
from services.matching.domain.searches.offering import offered
from services.matching.ports import Context
from services.matching.rounds.round import RoundSearch
from services.matching.rounds.search_cache import CachedSearch
from services.matching.rounds.snapshots import AT_ONCE, MOST_WAITING, SnapshotWriter
from services.runtime.change import Stored
from services.runtime.errors import DatabaseAway
from tests.support.builders import NOW, STATION
from tests.support.eventually import eventually

FRESH = timedelta(seconds=120)


@dataclass
class Clock:
    """A clock that stands still."""

    speed: float = 1.0

    def now(self) -> Any:
        return NOW


class FakeBook:
    """Keeps what is written; fails as often as `failures` says."""

    def __init__(self) -> None:
        self.kept: dict[str, Snapshot] = {}
        self.writes: list[int] = []
        self.failures = 0

    async def write(self, looks: Any) -> None:
        self.writes.append(len(looks))
        if self.failures:
            self.failures -= 1
            raise DatabaseAway("memos")
        self.kept.update({key: look for key, (_, look) in looks.items()})


class FakeDrivers:
    """Keeps drivers, and the ids that were read."""

    def __init__(self, **kept: Any) -> None:
        self.kept = kept
        self.reads: list[str] = []

    async def get(self, driver_id: str) -> Any:
        self.reads.append(driver_id)
        return Stored(driver_id, 1, self.kept[driver_id]) if driver_id in self.kept else None


class Town:
    """Three drivers at the station: an available one, one off shift, an unregistered one."""

    def __init__(self, a_driver: Any, rules: Any) -> None:
        index, clock = PositionIndex(), Clock()
        positions = Positions(index, clock, FRESH, lambda _: None)
        for driver_id in ("free", "home", "stranger"):
            positions.saw(driver_id, STATION["lat"], STATION["lng"], NOW.timestamp())
        self.drivers = FakeDrivers(
            free=a_driver(driver_id="free"), home=a_driver(driver_id="home", shift=None)
        )
        self.book = FakeBook()
        context = SimpleNamespace(drivers=self.drivers, positions=positions, clock=clock, rules=rules)
        self.writer = SnapshotWriter(
            cast("Context", context),  # it reads drivers, positions, the clock and the rules
            index,
            RoadEstimates((), RoadEstimate(date.min, 1.3, 25)),
            self.book,
            FRESH,
        )

    def has_written_more_than(self, count: int) -> bool:
        return len(self.book.writes) > count

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        working = asyncio.create_task(self.writer.run())
        yield
        working.cancel()


@pytest.fixture
def town(a_driver: Any, rules: Any) -> Town:
    return Town(a_driver, rules)


def a_round_search(search: Any) -> RoundSearch:
    return RoundSearch(CachedSearch(search.order_id, 1, search), search.trip, 0)


async def test_a_snapshot_names_every_nearby_driver(town: Town, a_search: Any, a_driver: Any) -> None:
    async with town.at_work():
        town.writer.after_round(
            [a_round_search(a_search())], frozenset(), {"free": a_driver(driver_id="free")}
        )
        await eventually(lambda: town.book.kept)

    near = {each.driver_id: each.reasons for each in town.book.kept["o-1"].near}
    assert near == {"free": ("others_first",), "home": ("off_shift",), "stranger": ("unknown_driver",)}
    assert sorted(town.drivers.reads) == ["home", "stranger"]


async def test_an_unchanged_search_is_not_written_again_at_once_but_a_changed_one_is(
    town: Town, a_search: Any, rules: Any
) -> None:
    search = a_search()
    changed = offered(search, "free", 0, 0, rules, NOW)
    async with town.at_work():
        town.writer.after_round([a_round_search(search)], frozenset(), {})
        await eventually(lambda: town.book.kept)
        town.writer.after_round([a_round_search(search)], frozenset(), {})
        unchanged = town.writer.waiting()
        town.writer.after_round([a_round_search(changed)], frozenset(), {})
        await eventually(lambda: len(town.book.writes) == 2)

    assert unchanged == 0
    assert {each.driver_id: each.reasons for each in town.book.kept["o-1"].near}["free"] == ("asked_now",)


async def test_snapshots_are_written_in_small_portions_and_too_many_are_dropped(
    town: Town, a_search: Any
) -> None:
    searches = [a_round_search(a_search(order_id=f"o-{number}")) for number in range(MOST_WAITING + 10)]

    town.writer.after_round(searches, frozenset(), {})
    async with town.at_work():
        await eventually(lambda: len(town.book.writes) >= 2)

    assert town.book.writes[:2] == [AT_ONCE, AT_ONCE]
    assert town.writer.waiting() == MOST_WAITING - AT_ONCE * len(town.book.writes)


async def test_an_unreachable_database_costs_snapshots_and_nothing_else(town: Town, a_search: Any) -> None:
    town.book.failures = 1
    async with town.at_work():
        for order_id in ("o-1", "o-2"):
            written = len(town.book.writes)
            town.writer.after_round([a_round_search(a_search(order_id=order_id))], frozenset(), {})
            await eventually(partial(town.has_written_more_than, written))

    assert list(town.book.kept) == ["o-2"]
