"""Which driver gets an offer, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contracts.requests.drivers import DriverOfferDeclined, DriverSuspended
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime


async def test_the_nearest_driver_is_asked_first(town: Any, matching: Runtime) -> None:
    await town.driver("d-far", north_m=700)
    await town.driver("d-near", north_m=100)

    await town.search()

    (offer,) = await town.of("offer.made.v1")
    assert offer.driver_id == "d-near"
    assert offer.pickup_distance_m == pytest.approx(130, abs=3)
    assert offer.order_id == "o-1"


async def test_at_most_three_offers_are_open_and_they_are_five_seconds_apart(
    town: Any, matching: Runtime
) -> None:
    for number in range(5):
        await town.driver(f"d-{number}", north_m=100 + 50 * number)

    await town.search(policy={"window_s": 60})

    await town.of("offer.made.v1", 3)
    times = [message.time for message in town.all("offer.made.v1")]
    gaps = [(later - times[0]).total_seconds() for later in times[1:]]
    assert gaps == [pytest.approx(5, abs=2.5), pytest.approx(10, abs=2.5)]
    assert [offer.driver_id for offer in town.said("offer.made.v1")] == ["d-0", "d-1", "d-2"]
    await eventually(lambda: (town.clock.now() - times[2]).total_seconds() > 30)
    assert len(town.said("offer.made.v1")) == 3


async def test_after_a_decline_the_next_driver_is_asked_at_once(town: Any, matching: Runtime) -> None:
    await town.driver("d-near", north_m=100)
    await town.driver("d-next", north_m=200)
    await town.search()
    (offer,) = await town.of("offer.made.v1")

    await town.send(DriverOfferDeclined(driver_id=offer.driver_id, offer_id=offer.offer_id))

    (closed,) = await town.of("offer.closed.v1")
    (_, second) = await town.of("offer.made.v1", 2)
    assert (closed.offer_id, closed.outcome) == (offer.offer_id, "declined")
    assert second.driver_id == "d-next"


async def test_an_unanswered_offer_expires_and_the_driver_is_asked_twice_at_most(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-7", north_m=100)

    await town.search(life_s=70)

    await town.of("offer.closed.v1", 2, outcome="expired")
    await town.of("match.failed.v1", reason="no_driver")
    assert len(town.said("offer.made.v1")) == 2


async def test_the_radius_grows_until_a_driver_is_found(town: Any, matching: Runtime) -> None:
    await town.driver("d-outside", north_m=3300)
    await town.driver("d-far", north_m=2700)

    await town.search()

    (offer,) = await town.of("offer.made.v1")
    assert offer.driver_id == "d-far"
    assert await town.state("searches", "o-1", "offers")
    assert (await town.state("searches", "o-1", "offers"))[0]["round"] == 4


async def test_without_any_driver_the_match_fails_at_the_end_of_the_search(
    town: Any, matching: Runtime
) -> None:
    await town.search(life_s=20)

    (failed,) = await town.of("match.failed.v1")
    assert (failed.order_id, failed.attempt, failed.reason) == ("o-1", 1, "no_driver")
    assert town.all("match.failed.v1")[0].sequence == 2


async def test_a_driver_who_comes_on_shift_gets_the_waiting_order_at_once(
    town: Any, matching: Runtime
) -> None:
    await town.register("d-7")
    await town.search(life_s=600)
    await eventually(lambda: town.state("searches", "o-1", "status"))

    await town.shift("d-7", north_m=100)

    await town.of("offer.made.v1", driver_id="d-7")


async def test_a_driver_with_a_reported_position_is_found(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=5000)
    await town.search(life_s=600)

    await town.send(builders.a_position_report("d-7", at=town.clock.now()))

    (offer,) = await town.of("offer.made.v1")
    assert offer.pickup_distance_m < 300


async def test_one_driver_holds_one_open_offer_at_a_time(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)

    await town.search("o-1", life_s=600, policy={"window_s": 60})
    await town.search("o-2", life_s=600, policy={"window_s": 60})

    (first,) = await town.of("offer.made.v1")
    await town.send(DriverOfferDeclined(driver_id="d-7", offer_id=first.offer_id))
    (_, second) = await town.of("offer.made.v1", 2)
    assert {first.order_id, second.order_id} == {"o-1", "o-2"}


async def test_ineligible_drivers_are_not_asked(town: Any, matching: Runtime) -> None:
    await town.driver("d-suspended", north_m=50)
    await town.send(
        DriverSuspended.model_validate(
            {"driver_id": "d-suspended", "by": {"role": "operator", "id": "op-1"}, "reason": "complaint"}
        )
    )
    await town.of(
        "driver.eligibility_changed.v1", driver_id="d-suspended", eligible=False, reasons=["suspended"]
    )
    await town.driver("d-good", north_m=500)

    await town.search()

    (offer,) = await town.of("offer.made.v1")
    assert offer.driver_id == "d-good"
