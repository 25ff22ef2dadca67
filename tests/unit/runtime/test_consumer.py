"""A consumer settles every message, also when its handler, the context or an unknown client fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from contracts.codec import binary_headers, body_of
from contracts.queues import QUEUES
from contracts.requests.drivers import DriverArrived, DriverSuspended
from services.runtime import metrics
from services.runtime.clock import SystemClock
from services.runtime.messaging.acks import Acks
from services.runtime.messaging.consumer import Consumer, ConsumerContext
from services.runtime.messaging.ladder import Ladder
from services.runtime.messaging.parking import Parking
from services.runtime.messaging.replies import Replies
from services.runtime.route import Route
from tests.support.eventually import eventually
from tests.support.incoming import FakeIncoming
from tests.support.outside import a_fresh_message

if TYPE_CHECKING:
    from contracts.message import Message
    from services.runtime.errors import Rejected
    from services.runtime.messaging.delivery import Delivery

QUEUE = "orders.driver_step"


@dataclass
class FakeParking:
    """Notes reasons; fails with `failure` when there is one."""

    failure: Exception | None = None
    reasons: list[str] = field(default_factory=list)

    async def park(self, delivery: Delivery, reason: str, *, error: str, handler: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.reasons.append(reason)


@dataclass
class FakeAnswers:
    """Notes codes."""

    codes: list[str] = field(default_factory=list)

    async def reject(self, request: Message[Any], refusal: Rejected) -> None:
        self.codes.append(refusal.code)


class Handled:
    """A handler that notes what reached it."""

    def __init__(self) -> None:
        self.messages: list[Message[Any]] = []

    async def __call__(self, message: Message[Any]) -> None:
        self.messages.append(message)


def a_consumer(
    handled: Handled,
    parking: FakeParking | None = None,
    answers: FakeAnswers | None = None,
    queue: str = QUEUE,
) -> Consumer:
    acks, ladder = Acks("test"), Ladder(None, "orders")  # type: ignore[arg-type]
    context = ConsumerContext(
        acks,
        ladder,
        cast("Parking", parking or FakeParking()),  # it parks and answers, as a consumer asks
        cast("Replies", answers or FakeAnswers()),
        SystemClock(),
        print,
        frozenset({"orders"}),
    )
    return Consumer(Route(queue, dict.fromkeys(QUEUES[queue].types, handled)), context)


def an_arrival(**changes: Any) -> FakeIncoming:
    message = a_fresh_message(DriverArrived(driver_id="d-7", order_id="o-1"), **changes)
    return FakeIncoming(body_of(message.data), binary_headers(message))


async def test_a_message_is_handled_and_acknowledged() -> None:
    handled, message = Handled(), an_arrival()

    await a_consumer(handled).consume(message)  # type: ignore[arg-type]
    await eventually(lambda: message.channel.acked)

    assert [one.data.order_id for one in handled.messages] == ["o-1"]


async def test_a_message_that_cannot_even_be_parked_is_given_back() -> None:
    message = FakeIncoming(b"no json")

    await a_consumer(Handled(), FakeParking(TypeError("ayu@example.org"))).consume(message)  # type: ignore[arg-type]

    assert message.channel.given_back == [1]


async def test_a_request_in_our_own_name_is_parked_so_that_our_next_event_is_no_repeat() -> None:
    handled, parking = Handled(), FakeParking()

    await a_consumer(handled, parking).consume(an_arrival(source="/gancang/orders"))  # type: ignore[arg-type]

    assert parking.reasons == ["foreign_source"]
    assert handled.messages == []


@pytest.mark.parametrize(("role", "codes"), [("driver", ["wrong_actor"]), ("operator", [])])
async def test_who_has_no_say_in_a_request_is_refused_before_anything_happens(
    role: str, codes: list[str]
) -> None:
    handled, answers = Handled(), FakeAnswers()
    said = DriverSuspended.model_validate(
        {"driver_id": "d-7", "by": {"role": role, "id": "x-1"}, "reason": "complaint"}
    )
    message = a_fresh_message(said)
    incoming = FakeIncoming(body_of(said), binary_headers(message))

    await a_consumer(handled, answers=answers, queue="matching.driver_fact").consume(incoming)  # type: ignore[arg-type]

    assert answers.codes == codes
    assert len(handled.messages) == (0 if codes else 1)


@pytest.mark.parametrize("routing_key", ["driver.arrived.v1", "ayu@example.org"])
async def test_a_routing_key_that_a_stranger_chose_makes_no_metric(routing_key: str) -> None:
    message = an_arrival()
    message.routing_key = routing_key

    await a_consumer(Handled()).consume(message)  # type: ignore[arg-type]

    labels = {
        sample.labels["type"]
        for family in metrics.HANDLED.collect()
        for sample in family.samples
        if sample.labels["queue"] == QUEUE
    }
    assert labels <= {*QUEUES[QUEUE].types, "unknown"}
