"""What the broker set aside finds its parked twin, and waits there while a server is away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.runtime.errors import BrokerAway
from services.runtime.messaging.dead_letters import DeadLetters, died_in
from services.runtime.messaging.gate import Gate
from tests.support.eventually import eventually
from tests.support.incoming import FakeIncoming

if TYPE_CHECKING:
    from services.runtime.messaging.delivery import Delivery

STEP = "orders.driver_step"
ON_THE_LADDER = {"queue": "gancang.delay.1s", "reason": "expired", "count": 1}
IN_A_CRASH_LOOP = {"queue": STEP, "reason": "delivery_limit", "count": 1}


class FakeParking:
    """Notes what was moved, after failing with each of `failures` in turn."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.moved: list[tuple[str, str]] = []

    async def move(self, delivery: Delivery, target: str, reason: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.moved.append((delivery.queue, target))


def a_gate(probed: list[str]) -> Gate:
    async def step() -> None:
        probed.append("probed")

    return Gate("test", halt=step, probe=step, resume=step)


@pytest.mark.parametrize(
    ("headers", "queue"),
    [
        ({"x-death": [IN_A_CRASH_LOOP, ON_THE_LADDER], "x-first-death-queue": "gancang.delay.1s"}, STEP),
        ({"x-death": [ON_THE_LADDER, IN_A_CRASH_LOOP], "x-first-death-queue": "gancang.delay.1s"}, STEP),
        ({"x-first-death-queue": STEP}, STEP),
        ({"x-death": "yesterday", "x-first-death-queue": STEP}, STEP),
        ({"x-death": [1, {"reason": "delivery_limit"}]}, ""),
        ({}, ""),
    ],
)
def test_it_died_where_the_delivery_limit_was_reached(headers: dict[str, Any], queue: str) -> None:
    assert died_in(headers) == queue


async def test_a_dead_letter_that_was_on_the_ladder_is_parked_beside_its_own_queue() -> None:
    parking = FakeParking()
    message = FakeIncoming(
        headers={"x-death": [IN_A_CRASH_LOOP, ON_THE_LADDER], "x-first-death-queue": "gancang.delay.1s"}
    )

    await DeadLetters(parking, frozenset(), a_gate([]))._dead(message)  # type: ignore[arg-type]

    assert parking.moved == [(STEP, f"{STEP}.parked")]
    assert message.settled == ["ack"]


async def test_while_the_broker_is_away_the_service_pauses_and_the_message_is_given_back_afterwards() -> None:
    probed: list[str] = []
    message = FakeIncoming()

    await DeadLetters(FakeParking(BrokerAway("publish")), frozenset(), a_gate(probed))._unrouted(message)  # type: ignore[arg-type]

    assert probed
    assert message.settled == ["nack"]


async def test_whatever_else_goes_wrong_the_message_is_given_back() -> None:
    message = FakeIncoming()

    await DeadLetters(FakeParking(TypeError("ayu@example.org")), frozenset(), a_gate([]))._unrouted(message)  # type: ignore[arg-type]

    await eventually(lambda: message.settled == ["nack"])
