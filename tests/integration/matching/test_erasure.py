"""What matching keeps of erased drivers and of ended orders: no person and no place."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING, Any

import pytest
from bson import encode

from contracts.events.orders import OrderCancelled
from contracts.events.recipients import RecipientErased
from contracts.values import Role
from tests.support import builders
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from tests.integration.matching.conftest import Town

NOTE = "Behind the blue gate, ask for Wahyuningsih"
DOOR = {**builders.PARK, "note": NOTE}
PLATE = str(builders.VEHICLE["plate"])

pytestmark = pytest.mark.usefixtures("matching")


async def test_an_erased_driver_is_not_asked_again_and_cannot_be_identified(town: Town) -> None:
    await town.driver("d-1")
    await town.search()
    await town.of("offer.made.v1")

    await town.send(
        RecipientErased(recipient_id="d-1", role=Role.DRIVER, at=town.clock.now()),
        source="/gancang/notifications",
    )

    closed = (await town.of("offer.closed.v1"))[0]
    assert (closed.driver_id, closed.outcome) == ("d-1", "withdrawn")
    await eventually(lambda: not town.is_eligible("d-1"))
    document = await quiet(town, "drivers", "d-1")
    assert PLATE.encode() not in encode(document)
    assert pack("<d", builders.STATION["lat"]) not in encode(document)
    assert {mark[2] for mark in document["seen"]} == {""}


async def test_only_a_newer_registration_restores_an_erased_driver(town: Town) -> None:
    before = town.clock.now()
    await town.send(
        RecipientErased(recipient_id="d-1", role=Role.DRIVER, at=before), source="/gancang/notifications"
    )
    await eventually(lambda: town.state("drivers", "d-1", "facts"))

    await town.send(builders.a_driver_registered(driver_id="d-1"), time=before)
    await town.send(builders.a_residence_attested(driver_id="d-1"), time=before)
    await town.driver("d-2")
    assert PLATE.encode() not in encode(await quiet(town, "drivers", "d-1"))

    await town.driver("d-1")


async def test_an_ended_search_keeps_no_place_and_no_digest_of_one(town: Town) -> None:
    await town.search(dropoff=DOOR)
    await eventually(lambda: town.state("searches", "o-1", "wanted"))

    ended = {
        **builders.ORDER_EVENT,
        "by": {"role": "customer", "id": "c-1"},
        "reason": "changed_mind",
        "fee": 0,
    }
    await town.send(OrderCancelled.model_validate(ended), sequence=2)

    await eventually(lambda: town.state("searches", "o-1", "ended_at"))
    lying = encode(await quiet(town, "searches", "o-1"))
    for place in (builders.STATION, DOOR):
        assert not [value for value in place.values() if _as_it_lies(value) in lying]
    assert (await town.database["searches"].find_one({"_id": "o-1"}))["seen"][0][2] == ""


def _as_it_lies(value: Any) -> bytes:
    return pack("<d", value) if isinstance(value, float) else str(value).encode()


async def quiet(town: Town, collection: str, key: str) -> dict[str, Any]:
    """The document once its outbox is empty."""

    async def read() -> dict[str, Any] | None:
        found: dict[str, Any] | None = await town.database[collection].find_one({"_id": key})
        return found if found is not None and not found.get("outbox") else None

    found: dict[str, Any] | None = await eventually(read)
    assert found is not None
    return found
