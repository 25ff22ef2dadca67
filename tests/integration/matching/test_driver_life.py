"""A driver between two orders, and during one."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.requests.drivers import (
    DriverCertified,
    DriverResidenceRevoked,
    DriverShiftEnded,
    DriverSuspended,
)
from contracts.values import to_utc
from tests.integration.matching.stored import give_offer
from tests.integration.matching.trips import completed, drives
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime

OPERATOR = {"role": "operator", "id": "op-1"}


@pytest.mark.parametrize(
    "fact",
    [
        DriverShiftEnded(driver_id="d-7"),
        DriverSuspended.model_validate({"driver_id": "d-7", "by": OPERATOR, "reason": "complaint"}),
        DriverResidenceRevoked.model_validate(
            {"driver_id": "d-7", "by": {"role": "agency", "id": "dispendukcapil"}}
        ),
    ],
    ids=["shift_ended", "suspended", "residence_revoked"],
)
async def test_a_driver_who_is_barred_loses_open_offers(town: Any, matching: Runtime, fact: Any) -> None:
    await town.driver("d-7", north_m=100)
    await town.driver("d-next", north_m=200)
    await town.search(life_s=600, policy={"window_s": 60, "open_offers": 1})
    (offer,) = await town.of("offer.made.v1", driver_id="d-7")

    await town.send(fact)

    (closed,) = await town.of("offer.closed.v1", driver_id="d-7")
    assert closed.outcome == "withdrawn"
    await town.of("offer.made.v1", driver_id="d-next")
    late = await town.accept(offer)
    await town.of("request.rejected.v1", request_id=late.id, reason="offer_closed")
    assert (await town.state("drivers", "d-7", "record"))["lapses"] == 0


async def test_an_accept_of_a_busy_driver_makes_room_for_the_next(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)
    await town.search("o-1", life_s=600)
    (first,) = await town.of("offer.made.v1")
    await town.accept(first)
    await town.of("match.made.v1")
    await give_offer(town, "o-2", "d-7")

    await town.send(builders.an_offer_accepted(driver_id="d-7", offer_id="o-2-1"))

    await town.of("request.rejected.v1", reason="driver_busy")
    await town.of("offer.closed.v1", offer_id="o-2-1", outcome="withdrawn")
    assert (await town.state("drivers", "d-7", "live"))["order_id"] == "o-1"


async def test_of_two_accepts_of_one_driver_at_once_one_wins(town: Any, matching: Runtime) -> None:
    await give_offer(town, "o-1", "d-7")
    await give_offer(town, "o-2", "d-7")

    for order in ("o-1", "o-2"):
        await town.send(builders.an_offer_accepted(driver_id="d-7", offer_id=f"{order}-1"))

    (match,) = await town.of("match.made.v1")
    await town.of("request.rejected.v1", reason="driver_busy")
    assert (await town.state("drivers", "d-7", "live"))["order_id"] == match.order_id


async def test_a_driver_who_is_free_again_gets_the_waiting_order_at_once(
    town: Any, matching: Runtime
) -> None:
    await drives(town)
    await town.search("o-2", life_s=2000)
    await eventually(lambda: town.state("searches", "o-2", "status"))

    await town.send(completed(), sequence=5)

    await town.of("offer.made.v1", order_id="o-2", driver_id="d-7", within=3)


async def test_a_driver_suspended_during_a_trip_finishes_it_and_gets_no_other(
    town: Any, matching: Runtime
) -> None:
    await drives(town)
    await town.driver("d-far", north_m=900)
    await town.send(
        DriverSuspended.model_validate({"driver_id": "d-7", "by": OPERATOR, "reason": "complaint"})
    )
    await town.of("driver.eligibility_changed.v1", driver_id="d-7", eligible=False)
    assert (await town.state("drivers", "d-7", "live"))["order_id"] == "o-1"

    await town.send(completed(), sequence=5)

    await town.of("driver.released.v1", driver_id="d-7")
    assert (await town.state("drivers", "d-7", "record"))["income"] == 7200
    await town.search("o-2", life_s=600)
    (offer,) = await town.of("offer.made.v1", order_id="o-2")
    assert offer.driver_id == "d-far"


async def test_a_driver_whose_attestation_lapses_during_a_trip_finishes_it_and_gets_no_other(
    town: Any, matching: Runtime
) -> None:
    await drives(town)
    yesterday = (town.clock.now() - timedelta(days=1)).date().isoformat()
    await town.send(builders.a_residence_attested(driver_id="d-7", valid_until=yesterday))
    await town.of("driver.eligibility_changed.v1", driver_id="d-7", reasons=["residence_lapsed"])

    await town.send(completed(), sequence=5)

    await town.of("driver.released.v1", driver_id="d-7")
    await town.search("o-2", life_s=20)
    await town.of("match.failed.v1", order_id="o-2")
    assert town.said("offer.made.v1", order_id="o-2") == []


async def test_an_order_that_needs_a_certificate_goes_to_a_certified_driver(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-near", north_m=50)
    await town.driver("d-trained", north_m=700)
    said = {
        "driver_id": "d-trained",
        "by": {"role": "agency", "id": "rsud"},
        "certification": "medicine",
        "valid_until": "2027-01-01",
    }
    await town.send(DriverCertified.model_validate(said))
    await eventually(lambda: town.state("drivers", "d-trained", "certifications"))

    await town.search(requirements={"certifications": ["medicine"]})

    (offer,) = await town.of("offer.made.v1")
    assert offer.driver_id == "d-trained"


async def test_a_new_shift_that_overtakes_the_end_of_the_previous_one_begins_after_it(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-7", north_m=100)
    ended, begun = town.clock.now(), town.clock.now() + timedelta(minutes=1)

    await town.send(builders.a_shift_started(driver_id="d-7"), time=begun)
    await town.send(DriverShiftEnded(driver_id="d-7"), time=ended)

    await eventually(lambda: _on_shift_since(town, begun))
    assert town.said("request.rejected.v1") == []


async def _on_shift_since(town: Any, when: Any) -> bool:
    since = await town.state("drivers", "d-7", "idle_since")
    return bool(await town.state("drivers", "d-7", "shift")) and since.replace(tzinfo=UTC) == to_utc(when)
