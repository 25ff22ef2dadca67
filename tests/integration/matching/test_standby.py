"""Drivers who wait at the hospital, and the orders from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.requests.drivers import DriverOfferDeclined, DriverStandbyJoined, DriverStandbyLeft
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime

HOSPITAL = "rsud-blambangan"


async def test_the_first_in_the_queue_is_asked_first_although_others_are_nearer(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-near", north_m=10)
    await _waits(town, "d-first", north_m=250)
    await _waits(town, "d-second", north_m=100)

    asked = [await _asked(town, order_id) for order_id in ("o-1", "o-2", "o-3")]

    assert asked == ["d-first", "d-second", "d-near"]


async def test_a_driver_who_declines_loses_the_place_and_the_next_one_is_asked(
    town: Any, matching: Runtime
) -> None:
    await _waits(town, "d-first", north_m=50)
    await _waits(town, "d-second", north_m=60)
    await town.search(requirements={"standby_id": HOSPITAL}, policy={"open_offers": 1, "window_s": 60})
    (offer,) = await town.of("offer.made.v1", driver_id="d-first")

    await town.send(DriverOfferDeclined(driver_id="d-first", offer_id=offer.offer_id))

    await town.of("offer.made.v1", driver_id="d-second")
    await eventually(lambda: _waits_no_longer(town, "d-first"))
    assert (await town.state("drivers", "d-second", "standby"))["standby_id"] == HOSPITAL


async def test_a_driver_outside_the_queue_is_asked_like_any_other(town: Any, matching: Runtime) -> None:
    await _waits(town, "d-left", north_m=250)
    await town.driver("d-near", north_m=10)

    await town.send(DriverStandbyLeft(driver_id="d-left", standby_id=HOSPITAL))

    await eventually(lambda: _waits_no_longer(town, "d-left"))
    await town.search(requirements={"standby_id": HOSPITAL}, policy={"open_offers": 1})
    (offer,) = await town.of("offer.made.v1")
    assert offer.driver_id == "d-near"


async def test_an_unknown_shelter_and_a_driver_elsewhere_are_refused(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=2000)

    unknown = await town.send(DriverStandbyJoined(driver_id="d-7", standby_id="rsud-nowhere"))
    elsewhere = await town.send(DriverStandbyJoined(driver_id="d-7", standby_id=HOSPITAL))

    refused = await town.of("request.rejected.v1", 2)
    assert {refusal.request_id: refusal.reason for refusal in refused} == {
        unknown.id: "unknown_standby",
        elsewhere.id: "not_at_standby",
    }
    assert await town.state("drivers", "d-7", "standby") is None


async def _asked(town: Any, order_id: str) -> str:
    """The drivers asked, one order after another: two that arrive together may change places."""
    await town.search(
        order_id, requirements={"standby_id": HOSPITAL}, policy={"open_offers": 1, "window_s": 60}
    )
    (offer,) = await town.of("offer.made.v1", order_id=order_id)
    driver_id: str = offer.driver_id
    return driver_id


async def _waits(town: Any, driver_id: str, *, north_m: float) -> None:
    await town.driver(driver_id, north_m=north_m)
    await town.send(DriverStandbyJoined(driver_id=driver_id, standby_id=HOSPITAL))
    await eventually(lambda: town.state("drivers", driver_id, "standby"))


async def _waits_no_longer(town: Any, driver_id: str) -> bool:
    return bool(await town.state("drivers", driver_id, "standby") is None)
