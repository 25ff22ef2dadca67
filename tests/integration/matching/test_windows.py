"""The window of the rounds: a single order is served at once, orders of one window are paired together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import builders
from tests.support.eventually import eventually

METRES_PER_DEGREE = 111_195.0


def north_of_the_station(metres: float) -> dict[str, float]:
    return {"lat": builders.STATION["lat"] + metres / METRES_PER_DEGREE, "lng": builders.STATION["lng"]}


async def test_an_order_in_a_quiet_town_does_not_wait_for_the_window(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANCANG_MATCHING_WINDOW_S", "60")
    async with town.matching():
        await town.driver("d-7", north_m=100)
        asked = town.clock.now()

        await town.search(life_s=600)

        await town.of("offer.made.v1")
        assert (town.all("offer.made.v1")[0].time - asked).total_seconds() < 40


async def test_orders_that_arrive_within_a_window_are_decided_together(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One at a time, the first would get the driver in the middle, and the second the one at the far end."""
    monkeypatch.setenv("GANCANG_MATCHING_WINDOW_S", "40")
    async with town.matching():
        await town.driver("d-middle", north_m=100)
        await town.driver("d-south", north_m=-150)
        await town.search("o-abroad", life_s=3000, pickup={"lat": -8.6, "lng": 114.2})
        await eventually(lambda: town.state("searches", "o-abroad", "status"))

        await town.search("o-station", life_s=3000)
        await town.search("o-north", life_s=3000, pickup=north_of_the_station(220))

        offers = await town.of("offer.made.v1", 2)
        assert {(offer.order_id, offer.driver_id) for offer in offers} == {
            ("o-station", "d-south"),
            ("o-north", "d-middle"),
        }
