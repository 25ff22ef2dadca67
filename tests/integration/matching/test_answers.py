"""Accepts: exactly one driver wins, and the others stay free."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.requests.drivers import DriverOfferDeclined
from services.matching.domain.searches.search import offer_id_of
from tests.integration.matching.stored import give_offer, many_offers
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from services.runtime.process.runtime import Runtime

DRIVERS = 100


async def test_an_accept_becomes_a_match_and_closes_the_other_offers(town: Any, matching: Runtime) -> None:
    for number in range(3):
        await town.driver(f"d-{number}", north_m=100 + 50 * number)
    await town.search(policy={"window_s": 60})
    offers = await town.of("offer.made.v1", 3)

    await town.accept(offers[1])

    (match,) = await town.of("match.made.v1")
    assert (match.driver_id, match.offer_id, match.attempt) == ("d-1", offers[1].offer_id, 1)
    assert match.vehicle.plate == builders.VEHICLE["plate"]
    assert match.residence.district_code == "35.10.16"
    assert match.eta_s > 0
    closed = await town.of("offer.closed.v1", 3)
    assert {offer.driver_id: offer.outcome.value for offer in closed} == {
        "d-0": "withdrawn",
        "d-1": "accepted",
        "d-2": "withdrawn",
    }


async def test_the_same_accept_three_times_at_once_is_one_match(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)
    await town.search()
    (offer,) = await town.of("offer.made.v1")

    async with town.matching():
        answer = builders.an_offer_accepted(driver_id=offer.driver_id, offer_id=offer.offer_id)
        now = town.clock.now()
        await asyncio.gather(*(town.send(answer, id="same", time=now) for _ in range(3)))
        await town.of("match.made.v1")
        await _settled(town)

    assert len(town.said("match.made.v1")) == 1
    assert town.said("request.rejected.v1") == []
    assert (await town.state("drivers", "d-7", "live"))["offer_id"] == offer.offer_id


async def test_accepts_of_foreign_unknown_and_closed_offers_are_refused(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)
    await town.driver("d-thief", north_m=4000)
    await town.search(policy={"window_s": 60})
    (offer,) = await town.of("offer.made.v1")
    await town.send(DriverOfferDeclined(driver_id="d-7", offer_id=offer.offer_id))
    await town.of("offer.closed.v1", outcome="declined")

    foreign = await town.accept(offer, driver_id="d-thief")
    unknown = await town.accept(offer, offer_id="o-1-99")
    of_no_search = await town.accept(offer, offer_id="never")
    closed = await town.accept(offer)

    refused = await town.of("request.rejected.v1", 4)
    assert {refusal.request_id: refusal.reason for refusal in refused} == {
        foreign.id: "foreign_offer",
        unknown.id: "unknown_offer",
        of_no_search.id: "unknown_offer",
        closed.id: "offer_closed",
    }
    assert await town.all_drivers_free()


async def test_a_driver_with_a_live_order_is_busy(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)
    await town.search("o-1")
    (first,) = await town.of("offer.made.v1")
    await give_offer(town, "o-2", "d-7")
    await town.accept(first)
    await town.of("match.made.v1")

    second = await town.send(builders.an_offer_accepted(driver_id="d-7", offer_id="o-2-1"))

    (refusal,) = await town.of("request.rejected.v1")
    assert (refusal.request_id, refusal.reason) == (second.id, "driver_busy")
    assert (await town.state("drivers", "d-7", "live"))["order_id"] == "o-1"


@pytest.mark.parametrize("speed", [4])
async def test_an_accept_within_the_grace_is_honoured_and_a_later_one_is_not(
    town: Any, matching: Runtime
) -> None:
    await town.driver("d-7", north_m=100)
    await town.search("o-1", policy={"window_s": 2, "grace_s": 8})
    (offer,) = await town.of("offer.made.v1")
    await eventually(lambda: town.clock.now() > offer.expires_at + timedelta(seconds=1))

    await town.accept(offer)

    await town.of("match.made.v1")
    late = await give_offer(town, "o-2", "d-late", window_s=-30)
    refused = await town.send(builders.an_offer_accepted(driver_id="d-late", offer_id=late))
    (refusal,) = await town.of("request.rejected.v1", request_id=refused.id)
    assert refusal.reason == "offer_closed"


@pytest.mark.slow
async def test_of_a_hundred_drivers_who_accept_at_once_exactly_one_wins(town: Any, matching: Runtime) -> None:
    async with town.matching():
        await many_offers(town, "o-1", DRIVERS)

        names = [f"d-{number}" for number in range(DRIVERS)]
        said = [
            builders.an_offer_accepted(driver_id=name, offer_id=offer_id_of("o-1", number + 1))
            for number, name in enumerate(names)
        ]
        await asyncio.gather(*(town.send(answer) for answer in said))

        (match,) = await town.of("match.made.v1", within=30)
        await town.of("request.rejected.v1", DRIVERS - 1, within=30)
        await _settled(town)

    assert len(town.said("match.made.v1")) == 1
    assert {refusal.reason for refusal in town.said("request.rejected.v1")} == {"offer_closed"}
    closed = town.said("offer.closed.v1")
    assert len(closed) == DRIVERS
    assert [offer.driver_id for offer in closed if offer.outcome == "accepted"] == [match.driver_id]
    live = await town.database["drivers"].find({"state.live": {"$exists": True}}).to_list(DRIVERS)
    assert [driver["_id"] for driver in live] == [match.driver_id]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle an accept after half a second. Request this fixture before the service."""
    monkeypatch.setenv("GANCANG_MATCHING_UNCONFIRMED_S", "0.5")


async def test_an_accept_that_was_never_settled_leaves_the_driver_free(
    impatient: None, town: Any, matching: Runtime
) -> None:
    await give_offer(town, "o-1", "d-7")
    taken = {
        "order_id": "o-1",
        "offer_id": "o-1-1",
        "attempt": 1,
        "since": town.clock.now(),
        "confirmed": False,
    }
    await town.database["drivers"].update_one(
        {"_id": "d-7"}, {"$set": {"state.live": taken, "next_due": town.clock.now()}}
    )

    await town.of("driver.released.v1", driver_id="d-7", within=20)

    (closed,) = await town.of("offer.closed.v1")
    assert closed.outcome == "lost"
    assert await town.all_drivers_free()


async def test_an_order_with_the_longest_id_is_matched_too(town: Any, matching: Runtime) -> None:
    await town.driver("d-7", north_m=100)
    order_id = "o" * 64

    await town.search(order_id)

    (offer,) = await town.of("offer.made.v1")
    await town.accept(offer)
    (match,) = await town.of("match.made.v1")
    assert len(offer.offer_id) <= 64
    assert match.order_id == order_id


async def _settled(town: Any) -> None:
    """Whether no message waits in a queue of ours, and no event in an outbox."""

    async def idle() -> bool:
        unsent = [
            await town.database[name].count_documents({"unsent_since": {"$exists": True}}) for name in KEPT
        ]
        queue = await town.channel.declare_queue("matching.offer_answer", passive=True)
        return not any(unsent) and queue.declaration_result.message_count == 0

    await eventually(idle, 20)


KEPT = ("searches", "drivers")
