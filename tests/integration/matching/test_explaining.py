"""`gancang matching` on real servers: an open search, an ended one, a queue, a driver's record."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from contracts.requests.drivers import (
    DriverOfferDeclined,
    DriverShiftEnded,
    DriverStandbyJoined,
    DriverSuspended,
)
from contracts.values import Actor, Role
from tests.integration.matching.trips import cancelled
from tests.support.command_line import Gancang
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime
    from services.runtime.process.settings import RuntimeSettings

HOSPITAL = "rsud-blambangan"
OPERATOR = Actor(role=Role.OPERATOR, id="op-1")
ONE_AT_A_TIME = {"open_offers": 1, "window_s": 600}


@pytest.fixture
def gancang(settings: RuntimeSettings) -> Gancang:
    return Gancang(
        {
            "GANCANG_AMQP_URL": settings.broker_url(),
            "GANCANG_MONGODB_URI": settings.mongodb_uri.get_secret_value(),
            "GANCANG_CLOCK": settings.clock or "",
        }
    )


async def test_an_open_search_names_a_reason_for_each_driver_as_of_now(
    town: Any, matching: Runtime, gancang: Gancang
) -> None:
    await _drivers(town)
    await town.search("o-1", life_s=3000, policy=ONE_AT_A_TIME)
    await town.of("offer.made.v1", driver_id="d-1")
    await town.search("o-2", life_s=3000, policy=ONE_AT_A_TIME)
    (offer,) = await town.of("offer.made.v1", order_id="o-2", driver_id="d-2")
    await eventually(lambda: _has_snapshot(town, "o-2", of=7))

    await town.send(DriverOfferDeclined(driver_id="d-2", offer_id=offer.offer_id))
    await town.of("offer.made.v1", order_id="o-2", driver_id="d-3")

    found = await _explained(gancang, "o-2")
    assert {each["driver_id"]: each["reasons"] for each in found["drivers"]} == {
        "d-1": ["asked_elsewhere"],
        "d-2": ["declined"],
        "d-3": ["asked_now"],
        "d-home": ["off_shift"],
        "d-suspended": ["suspended"],
        "d-town": ["others_first"],
        "d-far": ["too_far_yet"],
    }
    assert (found["status"], found["reasons_hold"]) == ("open", "now")
    away = {each["driver_id"]: each["away_m"] for each in found["drivers"]}
    assert 295 <= away["d-3"] <= 305


async def test_an_ended_search_is_explained_as_it_was_and_without_places(
    town: Any, matching: Runtime, gancang: Gancang
) -> None:
    await _drivers(town)
    await town.search("o-1", life_s=3000, policy=ONE_AT_A_TIME)
    (first,) = await town.of("offer.made.v1", driver_id="d-1")
    await town.send(DriverOfferDeclined(driver_id="d-1", offer_id=first.offer_id, reason="too_far"))
    (second,) = await town.of("offer.made.v1", driver_id="d-2")
    await eventually(lambda: _has_snapshot(town, "o-1", of=7))
    await town.accept(second)
    await town.of("match.made.v1")

    found, table = await _explained(gancang, "o-1"), await gancang("matching", "explain", "o-1")

    shown = {
        each["driver_id"]: ([offer["outcome"] for offer in each["asked"]], each["reasons"])
        for each in found["drivers"]
    }
    assert shown == {
        "d-1": (["declined"], []),
        "d-2": (["accepted"], []),
        "d-3": ([], ["others_first"]),
        "d-home": ([], ["off_shift"]),
        "d-suspended": ([], ["suspended"]),
        "d-town": ([], ["others_first"]),
        "d-far": ([], ["too_far_yet"]),
    }
    assert (found["status"], found["driver_id"], found["reasons_hold"]) == (
        "matched",
        "d-2",
        "when a round looked last",
    )
    assert "The driver is suspended. (suspended)" in table.stdout
    assert "8.21" not in table.stdout + json.dumps(found)


async def test_standby_shows_the_queue_of_each_shelter(
    town: Any, matching: Runtime, gancang: Gancang
) -> None:
    for number, driver_id in enumerate(("d-first", "d-second")):
        await town.driver(driver_id, north_m=100 - 10 * number)
        await town.send(DriverStandbyJoined(driver_id=driver_id, standby_id=HOSPITAL))
        await eventually(partial(town.state, "drivers", driver_id, "standby"))

    shown, plain = await gancang("matching", "standby", "--json"), await gancang("matching", "standby")

    queues = {queue["standby_id"]: queue["waiting"] for queue in json.loads(shown.stdout)}
    assert [each["driver_id"] for each in queues[HOSPITAL]] == ["d-first", "d-second"]
    assert queues[HOSPITAL][0]["since"] < queues[HOSPITAL][1]["since"]
    assert queues["rsud-genteng"] == []
    assert "RSUD Blambangan (rsud-blambangan): 2 drivers wait" in plain.stdout


async def test_a_driver_is_judged_by_the_offers_that_they_could_win(
    town: Any, matching: Runtime, gancang: Gancang
) -> None:
    await town.driver("d-7", north_m=100)
    await town.search("o-1", life_s=3000, policy=ONE_AT_A_TIME)
    (refused,) = await town.of("offer.made.v1", order_id="o-1")
    await town.send(DriverOfferDeclined(driver_id="d-7", offer_id=refused.offer_id, reason="too_far"))
    await town.of("offer.closed.v1", order_id="o-1", outcome="declined")
    await town.search("o-2", life_s=3000, policy=ONE_AT_A_TIME)
    await town.of("offer.made.v1", order_id="o-2")
    await town.send(cancelled("o-2"), sequence=2)
    await town.of("offer.closed.v1", order_id="o-2", outcome="withdrawn")

    shown, plain = (
        await gancang("matching", "driver", "d-7", "--json"),
        await gancang("matching", "driver", "d-7"),
    )

    shown_driver = json.loads(shown.stdout)
    assert (shown_driver["offers"], shown_driver["answers"]["declined"], shown_driver["may_drive"]) == (
        1,
        {"count": 1, "percent": 100.0},
        True,
    )
    assert shown_driver["declined_because"] == {"too_far": {"count": 1, "percent": 100.0}}
    assert shown_driver["not_judged"] == {"lost": 0, "withdrawn": 1}
    assert "1 that they could win" in plain.stdout


async def test_an_unknown_order_or_driver_is_one_line_and_exit_code_2(gancang: Gancang) -> None:
    order, driver = (
        await gancang("matching", "explain", "nobody"),
        await gancang("matching", "driver", "nobody"),
    )

    assert (order.returncode, order.stderr) == (
        2,
        "gancang: no driver was ever searched for this order: nobody\n",
    )
    assert (driver.returncode, driver.stderr) == (2, "gancang: no such driver: nobody\n")


async def _drivers(town: Any) -> None:
    """Drivers: three at the pick-up, one off shift, one suspended, one more, one outside the first radius."""
    for driver_id, north_m in (
        ("d-1", 100),
        ("d-2", 200),
        ("d-3", 300),
        ("d-home", 400),
        ("d-suspended", 450),
        ("d-town", 500),
    ):
        await town.driver(driver_id, north_m=north_m)
    await town.driver("d-far", north_m=1800)
    await town.send(DriverShiftEnded(driver_id="d-home"))
    await town.send(DriverSuspended(driver_id="d-suspended", by=OPERATOR, reason="complaint"))
    await eventually(lambda: _are_barred(town))


async def _are_barred(town: Any) -> bool:
    home = await town.state("drivers", "d-home", "shift")
    return home is None and bool(await town.state("drivers", "d-suspended", "suspended"))


async def _has_snapshot(town: Any, order_id: str, *, of: int) -> bool:
    """Whether a snapshot with so many drivers was written."""
    document = await town.database["looks"].find_one({"_id": order_id}) or {}
    return any(len(snapshot["near"]) >= of for snapshot in document.get("looks", {}).values())


async def _explained(gancang: Gancang, order_id: str) -> Any:
    shown = await gancang("matching", "explain", order_id, "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)
