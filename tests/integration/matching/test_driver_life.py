"""What happens to a driver between two orders, and in the middle of one."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.events.emergencies import EmergencyClosed, EmergencyRaised
from contracts.events.orders import OrderCompleted, OrderDriverUnassigned
from contracts.requests.drivers import (
    DriverCertified,
    DriverResidenceRevoked,
    DriverShiftEnded,
    DriverSuspended,
)
from contracts.values import to_utc
from tests.integration.matching.stored import give_offer
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
async def test_who_may_not_be_asked_any_more_holds_no_offer(town: Any, matching: Runtime, fact: Any) -> None:
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
    await _drives(town)
    await town.search("o-2", life_s=2000)
    await eventually(lambda: town.state("searches", "o-2", "status"))

    await town.send(_completed(), sequence=5)

    await town.of("offer.made.v1", order_id="o-2", driver_id="d-7", within=3)


async def test_who_is_suspended_on_the_way_finishes_his_trip_and_gets_no_other(
    town: Any, matching: Runtime
) -> None:
    await _drives(town)
    await town.driver("d-far", north_m=900)
    await town.send(
        DriverSuspended.model_validate({"driver_id": "d-7", "by": OPERATOR, "reason": "complaint"})
    )
    await town.of("driver.eligibility_changed.v1", driver_id="d-7", eligible=False)
    assert (await town.state("drivers", "d-7", "live"))["order_id"] == "o-1"

    await town.send(_completed(), sequence=5)

    await town.of("driver.released.v1", driver_id="d-7")
    assert (await town.state("drivers", "d-7", "record"))["income"] == 7200
    await town.search("o-2", life_s=600)
    (offer,) = await town.of("offer.made.v1", order_id="o-2")
    assert offer.driver_id == "d-far"


async def test_an_attestation_that_lapses_on_the_way_ends_with_the_trip(town: Any, matching: Runtime) -> None:
    await _drives(town)
    yesterday = (town.clock.now() - timedelta(days=1)).date().isoformat()
    await town.send(builders.a_residence_attested(driver_id="d-7", valid_until=yesterday))
    await town.of("driver.eligibility_changed.v1", driver_id="d-7", reasons=["residence_lapsed"])

    await town.send(_completed(), sequence=5)

    await town.of("driver.released.v1", driver_id="d-7")
    await town.search("o-2", life_s=20)
    await town.of("match.failed.v1", order_id="o-2")
    assert town.said("offer.made.v1", order_id="o-2") == []


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute of silence is enough; to be asked for before the service."""
    monkeypatch.setenv("GANCANG_MATCHING_VANISH_S", "30")


async def test_a_driver_who_vanishes_is_told_to_the_order_and_not_asked_again(
    watchful: None, town: Any, matching: Runtime
) -> None:
    await _drives(town)
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
    await _drives(town)

    async def reported_for_a_minute() -> bool:
        await town.send(builders.a_position_report("d-7", at=town.clock.now()))
        return bool(town.clock.now() > start + timedelta(seconds=70))

    start = town.clock.now()
    await eventually(reported_for_a_minute)

    assert town.said("match.withdrawn.v1") == []
    assert (await town.state("drivers", "d-7", "live"))["heard_at"]


async def test_nothing_is_asked_of_a_driver_in_need_until_somebody_has_looked_after_him(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-7", north_m=100)
    await town.search(life_s=6000, policy={"window_s": 600})
    await town.of("offer.made.v1", driver_id="d-7")

    await town.send(EmergencyRaised(emergency_id="em-1", raised_by="driver", driver_id="d-7"), sequence=1)

    await town.of("offer.closed.v1", driver_id="d-7", outcome="withdrawn")
    await town.of("driver.eligibility_changed.v1", driver_id="d-7", reasons=["emergency"])
    await town.send(EmergencyClosed(emergency_id="em-1", driver_id="d-7"), sequence=2)
    await town.of("offer.made.v1", 2, driver_id="d-7")


async def test_who_drives_a_passenger_that_called_for_help_gets_no_other_until_somebody_has_looked_after_it(
    town: Any, matching: Runtime
) -> None:
    await _drives(town)
    call = {"raised_by": "customer", "raised_by_id": "c-1", "driver_id": "d-7"}
    await town.send(EmergencyRaised(emergency_id="em-other", order_id="o-of-last-week", **call), sequence=1)
    await town.send(EmergencyRaised(emergency_id="em-1", order_id="o-1", **call), sequence=1)
    await town.of("driver.eligibility_changed.v1", driver_id="d-7", reasons=["emergency"])
    assert await town.state("drivers", "d-7", "emergencies") == ["em-1"]

    await town.send(_completed(), sequence=5)
    await town.of("driver.released.v1", driver_id="d-7")
    await town.search("o-2", life_s=6000)
    await eventually(lambda: town.state("searches", "o-2", "status"))
    await town.send(EmergencyClosed(emergency_id="em-1", driver_id="d-7"), sequence=2)

    await town.of("offer.made.v1", order_id="o-2", driver_id="d-7")
    closed = town.all("driver.eligibility_changed.v1", driver_id="d-7", eligible=True)[-1]
    assert town.all("offer.made.v1", order_id="o-2")[0].time >= closed.time


async def test_an_order_that_needs_a_certificate_goes_to_who_has_one(town: Any, matching: Runtime) -> None:
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


async def test_a_new_shift_that_overtakes_the_end_of_the_last_one_begins_after_it(
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


async def _drives(town: Any) -> None:
    await town.driver("d-7", north_m=100)
    await town.search(life_s=600)
    (offer,) = await town.of("offer.made.v1")
    await town.accept(offer)
    await town.of("match.made.v1")
    await town.send(builders.a_driver_assigned(), sequence=2)
    await eventually(lambda: _confirmed(town))


async def _confirmed(town: Any) -> bool:
    live = await town.state("drivers", "d-7", "live") or {}
    return bool(live.get("confirmed"))


def _completed() -> OrderCompleted:
    end = {"driver_id": "d-7", "fare": builders.FARE, "distance_m": 1900, "completed_at": builders.NOW}
    return OrderCompleted.model_validate({**builders.ORDER_EVENT, **end})
