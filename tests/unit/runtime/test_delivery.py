"""Our headers are believed from our logins only, and re-publishing keeps what AMQP can carry."""

from __future__ import annotations

import decimal
from datetime import UTC, datetime
from typing import Any

import pytest
from pamqp import encode

from services.runtime.messaging.delivery import ATTEMPTS, ORIGIN_KEY, USER, WAITING_SINCE, Delivery
from services.runtime.messaging.headers import MAX_BYTES, encodable_headers
from services.runtime.messaging.parking import SEALED
from tests.support.incoming import FakeIncoming

OURS = frozenset({"orders", "ops"})
NOTES = {
    ATTEMPTS: 3,
    WAITING_SINCE: 10**15,
    USER: "operator-app",
    ORIGIN_KEY: "driver.delivered.v1",
    SEALED: "x",
}


def delivered(**changes: Any) -> Delivery:
    return Delivery.of("orders.driver_step", FakeIncoming(**changes), OURS)  # type: ignore[arg-type]


@pytest.mark.parametrize("login", ["app-driver", None])
def test_notes_of_a_stranger_say_nothing(login: str | None) -> None:
    delivery = delivered(user_id=login, headers={**NOTES, "ce-id": "m-1"})

    assert delivery.headers == {"ce-id": "m-1"}
    assert (delivery.user, delivery.routing_key) == (login, "driver.arrived.v1")
    assert (delivery.attempts, delivery.waiting_since) == (0, None)


def test_our_own_notes_are_read_back_except_those_of_parking() -> None:
    delivery = delivered(user_id="orders", headers=NOTES)

    assert SEALED not in delivery.headers
    assert (delivery.user, delivery.routing_key, delivery.attempts) == (
        "operator-app",
        "driver.delivered.v1",
        3,
    )


def test_whoever_did_not_say_who_he_is_does_not_become_us_on_the_ladder() -> None:
    first = delivered(user_id=None)

    again = delivered(user_id="orders", headers=first.properties("orders", {}).headers)

    assert again.user is None


@pytest.mark.parametrize("value", [7, "k" * 300, ["driver.arrived.v1"]])
def test_a_note_of_another_form_counts_as_none(value: Any) -> None:
    delivery = delivered(user_id="orders", headers={ORIGIN_KEY: value, USER: value})

    assert (delivery.routing_key, delivery.user) == ("driver.arrived.v1", "orders")


def test_what_is_too_long_for_a_property_stays_behind() -> None:
    delivery = delivered(message_id="é" * 128, correlation_id="c" * 256, type="t" * 255)

    properties = delivery.properties("orders", {})

    assert (properties.message_id, properties.correlation_id, properties.message_type) == (
        None,
        None,
        "t" * 255,
    )
    assert properties.marshal()


@pytest.mark.parametrize(
    ("value", "again"),
    [
        (b"caf\xe9", "caf\\xe9"),
        (1e300, "1e+300"),
        (2**63, "9223372036854775808"),
        (decimal.Decimal(4294967295), "4294967295"),
        ([{"a": [b"\xff"]}], [{"a": ["\\xff"]}]),
        ({"n" * 200: 1}, {"n" * 128: 1}),
        ("text", "text"),
        (True, True),
        (None, None),
        (-1, -1),
        (bytearray(b"\xff"), bytearray(b"\xff")),
        (datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)),
    ],
)
def test_what_amqp_cannot_carry_back_becomes_text(value: Any, again: Any) -> None:
    headers = encodable_headers({"x-app": value})

    assert headers == {"x-app": again}
    assert encode.field_table(headers)


def test_headers_that_fill_a_frame_leave_room_for_our_notes() -> None:
    small = {"ce-id": "m-1", "ce-type": "driver.arrived.v1"}

    headers = encodable_headers({**{f"x-{n}": "a" * 10_000 for n in range(13)}, **small})

    assert small.items() <= headers.items()
    assert MAX_BYTES - 20_000 < len(encode.field_table(headers)) <= MAX_BYTES
