"""The record of answers and income in a driver's document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contracts.events.orders import OrderCompleted, OrderDriverUnassigned
from contracts.requests.drivers import DriverOfferDeclined
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime


async def test_a_repeated_decline_is_recorded_once(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)
    await town.search(life_s=600)
    (offer,) = await town.of("offer.made.v1")

    for _ in range(2):
        await town.send(DriverOfferDeclined(driver_id="d-7", offer_id=offer.offer_id, reason="too_far"))
    await town.send(builders.an_offer_accepted(driver_id="d-7", offer_id=offer.offer_id))

    await town.of("request.rejected.v1", reason="offer_closed")
    await eventually(lambda: _is(town, declines=1, reasons={"too_far": 1}))


@pytest.mark.parametrize("speed", [4])
async def test_silence_is_recorded_only_for_drivers_who_could_have_won(town: Any, matching: Runtime) -> None:
    for number in range(2):
        await town.driver(f"d-{number + 7}", north_m=100 + 50 * number)
    await town.search("o-1", life_s=600, policy={"window_s": 10})
    (silent, quick) = await town.of("offer.made.v1", 2)

    await town.of("offer.closed.v1", driver_id=silent.driver_id, outcome="expired")
    await town.accept(quick)

    await town.of("match.made.v1", driver_id=quick.driver_id)
    await eventually(lambda: _is(town, silent.driver_id, lapses=1, accepts=0))
    assert await _is(town, quick.driver_id, lapses=0)


async def test_a_completed_trip_pays_its_driver_once(town: Any, matching: Runtime) -> None:
    await _takes(town)
    await town.send(builders.a_driver_assigned(), sequence=2)

    for _ in range(2):
        await town.send(_completed(), id="the-end", time=builders.NOW, sequence=5)

    await town.of("driver.released.v1", driver_id="d-7")
    await eventually(lambda: _is(town, trips=1, income=7200, income_today=7200, accepts=1))


async def test_an_order_given_back_is_recorded(town: Any, matching: Runtime) -> None:
    await _takes(town)
    gone = {"driver_id": "d-7", "attempt": 1, "reason": "driver_cancelled"}

    await town.send(OrderDriverUnassigned.model_validate({**builders.ORDER_EVENT, **gone}), sequence=3)

    await town.of("driver.released.v1", driver_id="d-7")
    await eventually(lambda: _is(town, accepts=1, cancels=1, income=0))


async def _takes(town: Any) -> None:
    await town.driver("d-7", north_m=100)
    await town.search(life_s=600)
    (offer,) = await town.of("offer.made.v1")
    await town.accept(offer)
    await town.of("match.made.v1")


async def _is(town: Any, driver_id: str = "d-7", **wanted: Any) -> bool:
    record = await town.state("drivers", driver_id, "record") or {}
    return {name: record.get(name) for name in wanted} == wanted


def _completed() -> OrderCompleted:
    end = {"driver_id": "d-7", "fare": builders.FARE, "distance_m": 1900, "completed_at": builders.NOW}
    return OrderCompleted.model_validate({**builders.ORDER_EVENT, **end})
