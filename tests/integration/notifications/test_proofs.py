"""Told once although answers are lost; trouble of one channel delays no other; the backlog is caught up."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contracts.events.orders import OrderDriverAssigned
from contracts.requests.recipients import RecipientContactRegistered
from tests.support import documented
from tests.support.builders import a_contact_registered, a_driver_assigned
from tests.support.eventually import eventually
from tests.support.provider import Answer, ProviderStandIn

if TYPE_CHECKING:
    from tests.integration.notifications.conftest import World

PEOPLE = 12


def by_whatsapp(standin: ProviderStandIn, **changes: Any) -> dict[str, Any]:
    known = {
        "whatsapp_phone": documented.PHONE,
        "whatsapp_token": documented.TOKEN,
        "whatsapp_url": standin.url,
    }
    return {**known, "http_timeout_s": 2, "rest_first_s": 0.2, "rest_longest_s": 0.5, **changes}


def by_sms(standin: ProviderStandIn, **changes: Any) -> dict[str, Any]:
    return {"sms_url": standin.url, "sms_token": documented.TOKEN, "http_timeout_s": 8, **changes}


def person(number: int, kind: str = "whatsapp") -> RecipientContactRegistered:
    channels = [{"kind": kind, "address": f"+6281234500{number:02d}"}]
    return a_contact_registered(recipient_id=f"c-{number}", channels=channels)


def assigned(number: int, to: int | None = None) -> OrderDriverAssigned:
    customer = {"id": f"c-{number if to is None else to}", "kind": "tourist", "locale": "en"}
    return a_driver_assigned(order_id=f"o-{number}", customer=customer)


async def test_five_times_in_two_processes_with_every_third_answer_lost_each_inbox_holds_one_id(
    world: World,
) -> None:
    async with ProviderStandIn(documented.whatsapp, every=3) as whatsapp:
        settings = by_whatsapp(whatsapp)
        async with world.service(**settings), world.service(**settings):
            await world.register(*map(person, range(PEOPLE)))

            for number in range(PEOPLE):
                await world.publish(assigned(number), times=5)

            await eventually(lambda: len(world.of_type("notification.sent.v1")) >= PEOPLE, within=60)
            await eventually(world.nothing_waits)
        listed = [
            document async for document in world.store["notifications"].find({"state.perhaps_twice": True})
        ]

    copies = Counter({address: sum(ids.values()) for address, ids in whatsapp.inbox.items()})
    twice = {address for address, count in copies.items() if count > 1}
    assert whatsapp.wrong == []
    assert len(world.of_type("notification.sent.v1")) == PEOPLE
    assert len(whatsapp.inbox) == PEOPLE
    assert all(len(ids) == 1 for ids in whatsapp.ids.values())
    assert twice
    assert twice == {f"6281234500{int(document['state']['recipient_id'][2:]):02d}" for document in listed}


async def test_a_provider_that_is_down_for_ten_minutes_delays_no_other_channel_and_catches_up(
    world: World,
) -> None:
    now = datetime.now(UTC).isoformat()
    async with ProviderStandIn(documented.whatsapp) as whatsapp, ProviderStandIn(documented.sms) as sms:
        settings = {**by_whatsapp(whatsapp), **by_sms(sms)}
        async with world.service(clock=f"{now},60,{now}", places=5, **settings) as runtime:
            await world.register(
                *(person(number, "whatsapp" if number % 2 else "sms") for number in range(PEOPLE))
            )
            await whatsapp.stop()
            down_at = runtime.clock.now()

            for number in range(PEOPLE):
                await world.publish(assigned(number), time=runtime.clock.now())
            await eventually(lambda: len(sms.inbox) == PEOPLE // 2, within=5)
            others_at = runtime.clock.now()
            await eventually(lambda: (runtime.clock.now() - down_at).total_seconds() >= 600, within=20)
            await whatsapp.start()

            await eventually(lambda: len(world.of_type("notification.sent.v1")) == PEOPLE, within=20)
        waiting = await world.store["notifications"].count_documents({"state.status": {"$ne": "sent"}})

    assert (others_at - down_at).total_seconds() < 300
    assert (len(whatsapp.inbox), waiting) == (PEOPLE // 2, 0)
    assert all(sum(ids.values()) == 1 for ids in whatsapp.inbox.values())


async def test_one_person_whose_gateway_is_slow_delays_no_one_else(world: World) -> None:
    async with ProviderStandIn(documented.sms) as sms:
        sms.for_address["+628123450000"] = Answer(after=6)
        async with world.service(**by_sms(sms, http_connections=2)):
            await world.register(*(person(number, "sms") for number in range(PEOPLE)))

            for number in range(4):
                await world.publish(assigned(100 + number, to=0))
            for number in range(1, PEOPLE):
                await world.publish(assigned(number))
            began = datetime.now(UTC)

            await eventually(lambda: len(sms.inbox) == PEOPLE, within=5)
            await eventually(lambda: len(world.of_type("notification.sent.v1")) == PEOPLE - 1, within=5)
            took = datetime.now(UTC) - began
    assert took.total_seconds() < 5
