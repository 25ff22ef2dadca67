"""An emergency reaches the operators on duty and the caller, and nothing supersedes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contracts.enums import Role
from contracts.events.emergencies import EmergencyRaised
from contracts.events.orders import OrderCancelled
from tests.support.builders import ORDER_EVENT, a_contact_registered
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from tests.integration.notifications.conftest import World

CANCELLED = {"by": {"role": "customer", "id": "c-1"}, "reason": "customer_cancelled", "fee": 0}
CALL = {"emergency_id": "em-1", "raised_by": "customer", "raised_by_id": "c-1", "order_id": "o-1"}


def by_mail(recipient_id: str, role: str) -> dict[str, object]:
    return {
        "recipient_id": recipient_id,
        "role": role,
        "locale": "id",
        "channels": [{"kind": "email", "address": f"{recipient_id}@a.test"}],
    }


DRIVER, ON_DUTY = by_mail("d-7", "driver"), by_mail("emergency-desk", "operator")


async def test_an_emergency_is_told_to_the_operators_on_duty_and_to_its_driver(world: World) -> None:
    async with world.service():
        await world.register(a_contact_registered(**DRIVER), a_contact_registered(**ON_DUTY))

        await world.publish(
            EmergencyRaised(emergency_id="em-1", raised_by=Role.DRIVER, driver_id="d-7", order_id="o-1"),
            times=2,
        )

        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2)
    subjects = {mail["To"]: mail["Subject"] for mail in world.mailbox.mails}
    assert subjects == {
        "emergency-desk@a.test": "DARURAT: pengemudi d-7 menekan tombol darurat",
        "d-7@a.test": "Panggilan darurat Anda sudah kami terima",
    }


async def test_a_passengers_call_is_confirmed_to_them_and_not_told_to_their_driver(world: World) -> None:
    call: dict[str, Any] = {
        "raised_by": "customer",
        "raised_by_id": "c-1",
        "driver_id": "d-7",
        "order_id": "o-1",
    }
    async with world.service():
        await world.register(
            a_contact_registered(**DRIVER), a_contact_registered(), a_contact_registered(**ON_DUTY)
        )

        await world.publish(EmergencyRaised(emergency_id="em-1", **call))

        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2)
    subjects = {mail["To"]: mail["Subject"] for mail in world.mailbox.mails}
    assert subjects == {
        "emergency-desk@a.test": "DARURAT: pelanggan menekan tombol darurat",
        "guest@example.org": "We have received your emergency call",
    }


async def test_a_delayed_alarm_is_told_although_its_order_has_ended(
    world: World,
) -> None:
    async with world.service():
        await world.register(a_contact_registered())
        await world.publish(OrderCancelled.model_validate({**ORDER_EVENT, **CANCELLED}), sequence=4)
        await eventually(lambda: world.of_type("notification.sent.v1"))

        await world.publish(
            EmergencyRaised.model_validate(CALL), sequence=1, time=datetime.now(UTC) - timedelta(minutes=30)
        )

        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2)
    assert [sent["template"] for sent in world.of_type("notification.sent.v1")] == [
        "order.cancelled",
        "emergency.raised",
    ]


async def test_a_recipients_call_reaches_the_operators_on_duty_and_is_confirmed_to_the_recipient_only(
    world: World,
) -> None:
    stranger = {**CALL, "raised_by_id": "c-stranger"}
    strangers_own = a_contact_registered(
        recipient_id="c-stranger", channels=[{"kind": "email", "address": "stranger@a.test"}]
    )
    async with world.service():
        await world.register(
            a_contact_registered(),
            a_contact_registered(**DRIVER),
            a_contact_registered(**ON_DUTY),
            strangers_own,
        )

        await world.publish(EmergencyRaised.model_validate(stranger))

        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2)
        told = await world.store["notifications"].distinct("state.recipient_id")
    assert {mail["To"] for mail in world.mailbox.mails} == {"emergency-desk@a.test", "stranger@a.test"}
    assert set(told) == {"emergency-desk", "c-stranger"}
