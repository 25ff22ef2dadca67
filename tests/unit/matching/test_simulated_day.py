"""A short simulated day of the bench: it keeps the rules on which its figures depend."""

from __future__ import annotations

import pytest

from services.matching.domain.searches.search import SearchStatus
from tests.bench.matching.day import Day
from tests.bench.matching.demand import requests, workers
from tests.bench.matching.documents import LIFE_S, RULES
from tests.bench.matching.figures import figures, gini
from tests.bench.matching.policies import POLICIES


async def played(policy: str, seed: int = 3) -> Day:
    day = Day(seed, requests(seed, 120, 30), workers(seed, 40))
    POLICIES[policy](day)
    await day.run()
    return day


@pytest.mark.parametrize("policy", POLICIES)
async def test_every_order_ends_once_and_no_driver_has_two_at_a_time(policy: str) -> None:
    day = await played(policy)

    served = [case for case in day.cases.values() if case.assigned_at is not None]
    trips = sum(driver.record.trips for driver in day.fleet.drivers.values())
    assert len(day.cases) == 150
    assert not day.open
    assert 0 < len(served) == trips < 150
    assert all(driver.live is None for driver in day.fleet.drivers.values())
    assert all(
        case.assigned_at is None or case.assigned_at - case.request.at <= LIFE_S + 2
        for case in day.cases.values()
    )


@pytest.mark.parametrize("policy", ["batched rounds", "nearest first"])
async def test_no_driver_gets_more_offers_than_the_rules_allow(policy: str) -> None:
    day = await played(policy)

    for case in day.cases.values():
        search = case.cached.search
        names = [offer.driver_id for offer in search.offers]
        assert search.status in {SearchStatus.MATCHED, SearchStatus.FAILED}
        assert all(names.count(name) <= RULES.times_asked for name in names)


async def test_equal_seeds_play_equal_days() -> None:
    assert figures(await played("batched rounds")) == figures(await played("batched rounds"))


def test_gini_is_zero_for_equals_and_grows_with_inequality() -> None:
    assert gini([5, 5, 5]) == 0
    assert gini([0, 0, 9]) == pytest.approx(2 / 3)
    assert gini([]) == gini([0, 0]) == 0
