"""How long a message waits, and what our own re-publishing says of it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from services.runtime.messaging.delivery import ATTEMPTS, USER, WAITING_SINCE, Delivery
from services.runtime.messaging.ladder import MAX_ATTEMPTS, Ladder

if TYPE_CHECKING:
    from pamqp.commands import Basic

DELIVERY = Delivery(
    queue="orders.driver_step",
    body=b"{}",
    headers={},
    content_type="application/json",
    routing_key="driver.arrived.v1",
    user="app-driver",
    message_id="m-1",
    type="driver.arrived.v1",
    correlation_id=None,
    app_id=None,
)


class FakeRelay:
    """Notes what would be published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, Basic.Properties]] = []

    async def publish_mandatory(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        self.published.append((exchange, routing_key, properties))


async def test_a_message_that_is_not_legal_yet_comes_back_to_its_own_queue() -> None:
    relay = FakeRelay()

    await Ladder(relay, "gancang").wait(DELIVERY)  # type: ignore[arg-type]

    exchange, key, properties = relay.published[0]
    assert (exchange, key) == ("gancang.delay.1s", "orders.driver_step")
    assert properties.user_id == "gancang"
    assert properties.headers is not None
    assert properties.headers[USER] == "app-driver"


@pytest.mark.parametrize(("waited", "rung"), [(0.5, "1s"), (1.5, "2s"), (3, "5s"), (7, "10s"), (45, "10s")])
async def test_the_longer_it_has_waited_the_higher_the_rung(waited: float, rung: str) -> None:
    relay = FakeRelay()
    since = int((time.time() - waited) * 1000)

    await Ladder(relay, "gancang").wait(with_headers(**{WAITING_SINCE: since}))  # type: ignore[arg-type]

    assert relay.published[0][0] == f"gancang.delay.{rung}"


def test_a_forged_note_of_the_user_is_not_republished_under_our_login() -> None:
    anonymous = replace(DELIVERY, user=None, headers={USER: "operator", "ce-id": "m-1"})

    headers = anonymous.properties("gancang", {}).headers

    assert headers is not None
    assert USER not in headers
    assert headers["ce-id"] == "m-1"


def test_it_waits_a_minute_and_no_longer() -> None:
    assert Ladder.may_wait(DELIVERY)
    assert Ladder.may_wait(with_headers(**{WAITING_SINCE: int((time.time() - 59) * 1000)}))
    assert not Ladder.may_wait(with_headers(**{WAITING_SINCE: int((time.time() - 61) * 1000)}))


async def test_a_wait_that_begins_in_the_future_begins_now() -> None:
    relay = FakeRelay()
    tomorrow = with_headers(**{WAITING_SINCE: int((time.time() + 86_400) * 1000)})

    await Ladder(relay, "gancang").wait(tomorrow)  # type: ignore[arg-type]

    noted = relay.published[0][2].headers
    assert noted is not None
    since = noted[WAITING_SINCE]
    assert isinstance(since, int)
    assert abs(since / 1000 - time.time()) < 5


def test_a_handler_has_five_attempts() -> None:
    allowed = [Ladder.may_retry(with_headers(**{ATTEMPTS: failed})) for failed in range(MAX_ATTEMPTS)]

    assert allowed == [True, True, True, True, False]


def test_a_note_that_is_no_number_counts_as_none() -> None:
    assert with_headers(**{ATTEMPTS: "many"}).attempts == 0
    assert with_headers(**{ATTEMPTS: -3}).attempts == 0


def with_headers(**headers: Any) -> Delivery:
    return replace(DELIVERY, headers=headers)
