"""Orders booked ahead on real servers: reserved, live at their time, or lost and searched again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.events.orders import OrderCancelled, OrderCompleted, OrderDriverUnassigned
from contracts.requests.drivers import DriverShiftEnded
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime

LEAD_S, AHEAD_S = 60, 140


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a booked order live a minute before its pick-up, without room between trips.

    Request this fixture before the service.
    """
    monkeypatch.setenv("GANCANG_MATCHING_RESERVATION_LEAD_S", str(LEAD_S))
    monkeypatch.setenv("GANCANG_MATCHING_RESERVATION_GAP_S", "0")


async def test_a_booked_order_is_reserved_and_becomes_the_live_one_at_its_time(
    hasty: None, town: Any, matching: Runtime
) -> None:
    pickup_at = await _reserved(town)
    assert await town.state("drivers", "d-7", "live") is None

    await eventually(lambda: town.state("drivers", "d-7", "live"))

    assert town.clock.now() >= pickup_at - timedelta(seconds=LEAD_S)
    assert await town.state("drivers", "d-7", "reserved") == []
    await town.send(_completed("o-1"), sequence=5)
    await town.of("driver.released.v1", driver_id="d-7", order_id="o-1")
    assert town.said("match.withdrawn.v1") == []


async def test_a_reservation_that_is_overdue_at_the_start_begins(hasty: None, town: Any) -> None:
    async with town.matching():
        pickup_at = await _reserved(town)
    await eventually(lambda: town.clock.now() > pickup_at, 15)

    async with town.matching():
        await eventually(lambda: town.state("drivers", "d-7", "live"))

    assert town.said("match.withdrawn.v1") == []


async def test_a_short_trip_fits_before_the_reservation_and_a_long_one_does_not(
    hasty: None, town: Any, matching: Runtime
) -> None:
    await _reserved(town, ahead_s=1000)
    far = {"lat": builders.STATION["lat"] - 0.09, "lng": builders.STATION["lng"]}

    await town.search("o-long", dropoff=far, life_s=40)
    await town.of("match.failed.v1", order_id="o-long")
    await town.search("o-short", policy={"window_s": 60})
    (offer,) = await town.of("offer.made.v1", order_id="o-short")
    await town.accept(offer)
    await town.of("match.made.v1", order_id="o-short")

    assert town.said("offer.made.v1", order_id="o-long") == []
    assert (await town.state("drivers", "d-7", "live"))["order_id"] == "o-short"
    assert [each["order_id"] for each in await town.state("drivers", "d-7", "reserved")] == ["o-1"]


async def test_a_driver_off_shift_when_it_begins_loses_the_reservation_and_another_is_asked(
    hasty: None, town: Any, matching: Runtime
) -> None:
    pickup_at = await _reserved(town)
    await town.send(DriverShiftEnded(driver_id="d-7"))

    (lost,) = await town.of("match.withdrawn.v1")

    assert (lost.order_id, lost.driver_id, lost.reason) == ("o-1", "d-7", "reservation_lost")
    assert town.clock.now() >= pickup_at - timedelta(seconds=LEAD_S)
    gone = {"driver_id": "d-7", "attempt": 1, "reason": "reservation_lost"}
    await town.send(OrderDriverUnassigned.model_validate({**builders.ORDER_EVENT, **gone}), sequence=3)
    await town.driver("d-other", north_m=200)
    await town.search(sequence=3, attempt=2, pickup_at=pickup_at)
    await town.of("driver.released.v1", driver_id="d-7", order_id="o-1")
    await town.of("offer.made.v1", attempt=2, driver_id="d-other")


async def test_a_cancelled_booking_frees_its_driver(hasty: None, town: Any, matching: Runtime) -> None:
    await _reserved(town)
    end = {"by": {"role": "customer", "id": "c-1"}, "reason": "customer_cancelled", "fee": 0}

    await town.send(OrderCancelled.model_validate({**builders.ORDER_EVENT, **end}), sequence=3)

    await town.of("driver.released.v1", driver_id="d-7", order_id="o-1")
    assert await town.state("drivers", "d-7", "reserved") == []


async def test_a_driver_who_gives_a_booking_back_is_not_asked_again_for_it(
    hasty: None, town: Any, matching: Runtime
) -> None:
    pickup_at = await _reserved(town)
    await town.driver("d-other", north_m=200)
    gone = {"driver_id": "d-7", "attempt": 1, "reason": "driver_cancelled"}

    await town.send(OrderDriverUnassigned.model_validate({**builders.ORDER_EVENT, **gone}), sequence=3)
    await town.search(sequence=3, attempt=2, pickup_at=pickup_at)

    (offer,) = await town.of("offer.made.v1", attempt=2)
    assert offer.driver_id == "d-other"
    assert (await town.state("drivers", "d-7", "record"))["cancels"] == 1


async def _reserved(town: Any, ahead_s: float = AHEAD_S) -> Any:
    """A driver with a reservation, and the time of its pick-up."""
    await town.driver("d-7", north_m=100)
    pickup_at = town.clock.now() + timedelta(seconds=ahead_s)
    await town.search(pickup_at=pickup_at, policy={"window_s": 60})
    (offer,) = await town.of("offer.made.v1")
    assert offer.pickup_at == pickup_at
    await town.accept(offer)
    await town.of("match.made.v1")
    await town.send(builders.a_driver_assigned(), sequence=2)
    await eventually(lambda: _confirmed(town))
    return pickup_at


async def _confirmed(town: Any) -> bool:
    reserved = await town.state("drivers", "d-7", "reserved") or []
    return any(each.get("confirmed") for each in reserved)


def _completed(order_id: str) -> OrderCompleted:
    end = {
        "order_id": order_id,
        "driver_id": "d-7",
        "fare": builders.FARE,
        "distance_m": 1900,
        "completed_at": builders.NOW,
    }
    return OrderCompleted.model_validate({**builders.ORDER_EVENT, **end})
