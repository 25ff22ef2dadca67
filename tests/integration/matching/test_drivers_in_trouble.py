"""Drivers who vanish during a trip, and emergencies of drivers and passengers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.events.emergencies import EmergencyClosed, EmergencyRaised
from contracts.events.orders import OrderDriverUnassigned
from contracts.values import Role
from tests.integration.matching.trips import completed, drives
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check for silence after half a minute. Request this fixture before the service."""
    monkeypatch.setenv("GANCANG_MATCHING_VANISH_S", "30")


async def test_the_order_hears_of_a_vanished_driver_who_is_not_asked_again(
    watchful: None, town: Any, matching: Runtime
) -> None:
    await drives(town)
    await town.driver("d-other", north_m=900)

    (gone,) = await town.of("match.withdrawn.v1")

    assert (gone.driver_id, gone.order_id, gone.reason) == ("d-7", "o-1", "vanished")
    assert (await town.state("drivers", "d-7", "live"))["order_id"] == "o-1"
    unassigned = {"driver_id": "d-7", "attempt": 1, "reason": "vanished"}
    await town.send(OrderDriverUnassigned.model_validate({**builders.ORDER_EVENT, **unassigned}), sequence=3)
    await town.of("driver.released.v1", driver_id="d-7")
    await town.search(attempt=2, sequence=3, life_s=600)
    (offer,) = await town.of("offer.made.v1", attempt=2)
    assert offer.driver_id == "d-other"
    assert (await town.state("drivers", "d-7", "record"))["vanished"] == 1


async def test_a_driver_who_reports_has_not_vanished(watchful: None, town: Any, matching: Runtime) -> None:
    await drives(town)

    async def reported_for_a_minute() -> bool:
        await town.send(builders.a_position_report("d-7", at=town.clock.now()))
        return bool(town.clock.now() > start + timedelta(seconds=70))

    start = town.clock.now()
    await eventually(reported_for_a_minute)

    assert town.said("match.withdrawn.v1") == []
    assert (await town.state("drivers", "d-7", "live"))["heard_at"]


async def test_a_driver_in_need_gets_no_offer_until_the_emergency_is_closed(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-7", north_m=100)
    await town.search(life_s=6000, policy={"window_s": 600})
    await town.of("offer.made.v1", driver_id="d-7")

    await town.send(EmergencyRaised(emergency_id="em-1", raised_by=Role.DRIVER, driver_id="d-7"), sequence=1)

    await town.of("offer.closed.v1", driver_id="d-7", outcome="withdrawn")
    await town.of("driver.eligibility_changed.v1", driver_id="d-7", reasons=["emergency"])
    await town.send(EmergencyClosed(emergency_id="em-1", driver_id="d-7"), sequence=2)
    await town.of("offer.made.v1", 2, driver_id="d-7")


async def test_the_driver_of_a_passenger_in_need_gets_no_offer_until_the_emergency_is_closed(
    town: Any, matching: Runtime
) -> None:
    await drives(town)
    call: dict[str, Any] = {"raised_by": Role.CUSTOMER, "raised_by_id": "c-1", "driver_id": "d-7"}
    await town.send(EmergencyRaised(emergency_id="em-other", order_id="o-of-last-week", **call), sequence=1)
    await town.send(EmergencyRaised(emergency_id="em-1", order_id="o-1", **call), sequence=1)
    await town.of("driver.eligibility_changed.v1", driver_id="d-7", reasons=["emergency"])
    assert await town.state("drivers", "d-7", "emergencies") == ["em-1"]

    await town.send(completed(), sequence=5)
    await town.of("driver.released.v1", driver_id="d-7")
    await town.search("o-2", life_s=6000)
    await eventually(lambda: town.state("searches", "o-2", "status"))
    await town.send(EmergencyClosed(emergency_id="em-1", driver_id="d-7"), sequence=2)

    await town.of("offer.made.v1", order_id="o-2", driver_id="d-7")
    closed = town.all("driver.eligibility_changed.v1", driver_id="d-7", eligible=True)[-1]
    assert town.all("offer.made.v1", order_id="o-2")[0].time >= closed.time
