"""What lies around readable, and what does not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from pydantic import SecretStr

from services.runtime.errors import NotConfigured
from services.runtime.messaging.parking import SEALED, Parking
from services.runtime.messaging.relay import Relay
from services.runtime.sealing import Sealer, new_key
from tests.unit.runtime.test_ladder_and_delivery import DELIVERY

if TYPE_CHECKING:
    from pamqp.commands import Basic

KEY = SecretStr(new_key())
CONTACT = b'{"recipient_id": "c-1", "channels": [{"kind": "email", "address": "ayu@example.org"}]}'


class FakeRelay:
    """Keeps what was parked."""

    def __init__(self) -> None:
        self.body = b""
        self.headers: dict[str, Any] = {}
        self.target = ""

    async def publish_mandatory(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        self.target, self.body, self.headers = routing_key, body, dict(properties.headers or {})


def parking_on(relay: FakeRelay) -> Parking:
    return Parking(cast("Relay", relay), Sealer(KEY), "gancang")


def test_a_sealed_value_opens_only_under_its_key_and_in_its_place() -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal(b"ayu@example.org", "contact:c-1")

    assert b"ayu" not in sealed
    assert sealer.open(sealed, "contact:c-1") == b"ayu@example.org"
    for other, place in ((sealer, "contact:c-2"), (Sealer(SecretStr(new_key())), "contact:c-1")):
        with pytest.raises(ValueError, match="sealed"):
            other.open(sealed, place)


@pytest.mark.parametrize("key", ["", "secret", "c2hvcnQ="])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(NotConfigured, match="GANCANG_DATA_KEY"):
        Sealer(SecretStr(key))


async def test_a_parked_message_keeps_reason_error_attempts_and_its_own_headers() -> None:
    relay = FakeRelay()
    delivery = replace(DELIVERY, headers={"ce-id": "m-1", "x-gancang-attempts": 4})

    await parking_on(relay).park(
        delivery, "handler_failed", error="ZeroDivisionError", handler="orders.driver_step:driver.arrived.v1"
    )

    assert relay.target == "orders.driver_step.parked"
    assert relay.headers["x-gancang-reason"] == "handler_failed"
    assert relay.headers["x-gancang-error"] == "ZeroDivisionError"
    assert relay.headers["x-gancang-failed-attempts"] == 4
    assert relay.headers["ce-id"] == "m-1"


async def test_a_parked_contact_is_encrypted() -> None:
    relay = FakeRelay()
    delivery = replace(DELIVERY, queue="notifications.recipient_contact", body=CONTACT)

    await parking_on(relay).park(delivery, "schema")

    assert b"ayu" not in relay.body
    assert Sealer(KEY).open(relay.body, f"parked:{relay.headers[SEALED]}") == CONTACT


@pytest.mark.parametrize(
    "data",
    [
        {"dropoff": {"lat": -8.2, "note": "blue gate"}},
        {"positions": [{"lat": -8.2, "at": "blue gate"}]},
        {"proof": {"note": "left at the blue gate"}},
        {"recipient_id": "c-1", "display_name": "Ayu of the blue gate"},
        {"items": [{"sku": "insulin", "name": "for the blue gate"}]},
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_parked_place_is_encrypted_also_under_a_type_that_nobody_knows(
    data: dict[str, Any], wrapped: bool
) -> None:
    relay = FakeRelay()
    body = json.dumps({"data": data} if wrapped else data).encode()

    await parking_on(relay).park(replace(DELIVERY, type="order.requestd.v1", body=body), "unrouted")

    assert b"blue gate" not in relay.body
    assert Sealer(KEY).open(relay.body, f"parked:{relay.headers[SEALED]}") == body


async def test_a_code_beside_a_place_is_gone_before_it_is_encrypted() -> None:
    relay = FakeRelay()
    body = json.dumps({"place": {"lat": -8.2}, "proof": {"code": "123456"}}).encode()

    await parking_on(relay).park(replace(DELIVERY, body=body), "handler_failed")

    assert (
        Sealer(KEY).open(relay.body, f"parked:{relay.headers[SEALED]}")
        == b'{"place": {"lat": -8.2}, "proof": {}}'
    )


async def test_what_nobody_can_read_is_encrypted_too() -> None:
    relay = FakeRelay()

    await parking_on(relay).park(replace(DELIVERY, body=b"ayu@example.org, not json"), "not_json")

    assert b"ayu" not in relay.body


@pytest.mark.parametrize(
    "data",
    [{"data_base64": "eyJwcm9vZiI6IHsiY29kZSI6ICIxMjM0NTYifX0="}, {"data": '{"proof": {"code": "123456"}}'}],
)
async def test_data_that_nobody_looks_into_are_encrypted(data: dict[str, str]) -> None:
    relay = FakeRelay()
    body = json.dumps({"specversion": "1.0", "id": "m-1", **data}).encode()

    await parking_on(relay).park(replace(DELIVERY, body=body), "unknown_type")

    assert Sealer(KEY).open(relay.body, f"parked:{relay.headers[SEALED]}") == body


@pytest.mark.parametrize("wrapped", [False, True])
async def test_the_one_time_code_never_gets_into_parking(wrapped: bool) -> None:
    relay = FakeRelay()
    data = {"driver_id": "d-7", "order_id": "o-1", "proof": {"code": "123456", "envelope": "e-77"}}
    body = json.dumps({"data": data} if wrapped else data).encode()

    await parking_on(relay).park(replace(DELIVERY, body=body), "handler_failed")

    assert b"123456" not in relay.body
    assert b"e-77" in relay.body
