"""What cannot be read is told apart from what is wrong, and neither answer repeats what was sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.codec import JSON, MAX_BODY, STRUCTURED, Envelope, Unreadable, WrongSchema, parse, read
from contracts.values import CustomerKind
from tests.support.builders import NOW, a_message, an_order_requested, on_the_wire

HEADERS, BODY = on_the_wire(a_message(an_order_requested(), id="req-1"))
DATA = json.loads(BODY)
EVENT = {
    "specversion": "1.0",
    "id": "req-1",
    "type": "order.requested.v1",
    "source": "app.test",
    "data": DATA,
}
SECRET = "3510160101800001"


def reason_of(headers: dict[str, Any], body: bytes, content_type: str | None = JSON) -> str:
    """Why it is unreadable."""
    with pytest.raises(Unreadable) as refused:
        parse(read(headers, body, content_type, NOW))
    return refused.value.reason


def structured(**changes: Any) -> bytes:
    return json.dumps({**EVENT, **changes}).encode()


def wrong(**changes: Any) -> WrongSchema:
    with pytest.raises(WrongSchema) as refused:
        parse(read(HEADERS, json.dumps({**DATA, **changes}).encode(), JSON, NOW))
    return refused.value


def padded_to(size: int) -> bytes:
    filled = {**DATA, "more": ""}
    missing = size - len(json.dumps(filled).encode())
    return json.dumps({**filled, "more": "x" * missing}).encode()


def test_a_body_one_byte_below_1_mib_is_read() -> None:
    assert parse(read(HEADERS, padded_to(MAX_BODY), JSON, NOW)).id == "req-1"


@pytest.mark.parametrize("size", [1024 * 1024, 5 * 1024 * 1024])
def test_a_body_of_1_mib_and_more_is_too_large(size: int) -> None:
    assert reason_of(HEADERS, padded_to(size)) == "too_large"


@pytest.mark.parametrize("field", ["details", "a_field_nobody_knows"])
def test_a_body_nested_10_000_deep_is_too_deep(field: str) -> None:
    nested = json.dumps({**DATA, field: 0})[:-2].encode() + b"[" * 10_000 + b"]" * 10_000 + b"}"

    assert reason_of(HEADERS, nested) == "too_deep"
    assert reason_of({}, b'{"data":' + nested + b"}", STRUCTURED) == "too_deep"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ride please",
        b"{",
        BODY + b"}",
        b"\xff\xfe{}",
        b'{"order_id":"\\ud800"}',
        BODY.replace(b"-8.2106", b"NaN"),
    ],
)
def test_a_body_that_is_no_json_is_not_json(body: bytes) -> None:
    assert reason_of(HEADERS, body) == "not_json"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_not_a_number_is_not_json_even_in_a_field_nobody_reads(number: bytes) -> None:
    body = BODY[:-1] + b',"more":' + number + b"}"

    assert reason_of(HEADERS, body) == "not_json"
    assert reason_of({}, b'{"data":' + body + b"}", STRUCTURED) == "not_json"


def test_a_text_that_only_mentions_nan_is_read() -> None:
    body = json.dumps({**DATA, "pickup": {**DATA["pickup"], "label": "Warung NaN Infinity"}}).encode()

    assert parse(read(HEADERS, body, JSON, NOW)).id == "req-1"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/octet-stream", "application/cloudevents-batch+json"],
)
def test_another_content_type_is_not_read(content_type: str) -> None:
    assert reason_of(HEADERS, BODY, content_type) == "content_type"


@pytest.mark.parametrize(
    "content_type", [None, "application/json; charset=utf-8", "Application/JSON", "application/vnd.app+json"]
)
def test_every_way_to_say_json_is_read(content_type: str | None) -> None:
    assert parse(read(HEADERS, BODY, content_type, NOW)).id == "req-1"


def test_structured_mode_around_another_content_type_is_not_read() -> None:
    assert reason_of({}, structured(datacontenttype="text/xml"), STRUCTURED) == "content_type"


@pytest.mark.parametrize("headers", [{}, {"x-request": "1", "id": "req-1"}])
def test_binary_mode_without_cloudevents_headers_is_not_read(headers: dict[str, Any]) -> None:
    assert reason_of(headers, BODY) == "no_headers"


@pytest.mark.parametrize(
    ("missing", "reason"),
    [("id", "no_id"), ("type", "no_type"), ("source", "no_source"), ("specversion", "specversion")],
)
@pytest.mark.parametrize("value", ["absent", "", None])
def test_a_missing_attribute_is_named(missing: str, reason: str, value: str | None) -> None:
    rest = {name: given for name, given in HEADERS.items() if name != f"ce-{missing}"}
    headers = rest if value == "absent" else {**rest, f"ce-{missing}": value}
    event = {name: given for name, given in EVENT.items() if name != missing}

    assert reason_of(headers, BODY) == reason
    assert reason_of({}, json.dumps(event).encode(), STRUCTURED) == reason


@pytest.mark.parametrize("value", [b"\xff\xfe", "a\nb", "a\x00b", "x" * 513, 1.5, True, ["req"], {"id": 1}])
def test_an_id_that_is_no_plain_text_is_not_read(value: object) -> None:
    assert reason_of({**HEADERS, "ce-id": value}, BODY) == "bad_id"


@pytest.mark.parametrize(
    "name",
    [
        "order",
        "Order.Requested.v1",
        "order.requested",
        "order.requested.v1\n",
        "order.requested.v0",
        "$where.x.v1",
    ],
)
def test_a_malformed_type_is_not_read(name: str) -> None:
    assert reason_of({**HEADERS, "ce-type": name}, BODY) in {"bad_type", "no_type"}


def test_a_type_nobody_published_is_not_read() -> None:
    assert reason_of({**HEADERS, "ce-type": "order.dreamt_of.v1"}, BODY) == "unknown_type"


@pytest.mark.parametrize(
    "time", ["yesterday", "2026-11-24T01:10:00", "0001-01-01T00:00:00+14:00", b"\xff", 10**20, True]
)
def test_a_time_that_is_no_instant_is_not_read(time: object) -> None:
    assert reason_of({**HEADERS, "ce-time": time}, BODY) == "bad_time"


def test_without_a_time_the_receipt_counts() -> None:
    headers = {name: value for name, value in HEADERS.items() if name != "ce-time"}

    assert read(headers, BODY, JSON, NOW).time == NOW


@pytest.mark.parametrize("body", [b"[]", b"null", b'"order"', b"7"])
def test_structured_mode_that_is_no_object_is_not_an_event(body: bytes) -> None:
    assert reason_of({}, body, STRUCTURED) == "not_an_event"


def test_structured_mode_without_data_is_not_read() -> None:
    event = {name: value for name, value in EVENT.items() if name != "data"}

    assert reason_of({}, json.dumps(event).encode(), STRUCTURED) == "no_data"
    assert reason_of({}, json.dumps({**event, "data_base64": "%%"}).encode(), STRUCTURED) == "bad_base64"


def test_a_sequence_of_another_kind_is_no_reason_to_refuse() -> None:
    assert read({**HEADERS, "ce-sequence": "page 3"}, BODY, JSON, NOW).sequence is None


def test_unknown_fields_are_ignored() -> None:
    body = json.dumps({**DATA, "wish": SECRET, "pickup": {**DATA["pickup"], "floor": 3}}).encode()

    assert parse(read({**HEADERS, "ce-partition": 7}, body, JSON, NOW)).data == an_order_requested()


def test_an_unknown_word_reads_as_unknown() -> None:
    body = json.dumps({**DATA, "customer": {"id": "c-1", "kind": "pilgrim"}}).encode()

    assert parse(read(HEADERS, body, JSON, NOW)).data.customer.kind is CustomerKind.UNKNOWN  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"order_id": f"{SECRET} "}, "/order_id"),
        ({"pickup": {"lat": 91, "lng": 114.3}}, "/pickup/lat"),
        ({"pickup": {"lat": -8.2}}, "/pickup/lng"),
        ({"max_fare": SECRET}, "/max_fare"),
        ({"scheduled_for": "1764000000"}, "/scheduled_for"),
        ({"scheduled_for": "0001-01-01T00:00:00+14:00"}, "/scheduled_for"),
        ({"items": [{"sku": "s", "name": "n", "quantity": 0, "unit_price": 1}]}, "/items/0/quantity"),
        ({"details": {f"{SECRET}/~": 1}}, "/details"),
        ({"details": {"nested": [SECRET]}}, "/details"),
        ({"details": {"large": 10**30}}, "/details"),
        ({"customer": SECRET}, "/customer"),
    ],
)
def test_a_schema_error_points_at_the_field_and_never_repeats_its_value(
    changes: dict[str, Any], pointer: str
) -> None:
    error = wrong(**changes)

    assert error.pointer == pointer
    assert error.detail
    assert SECRET not in f"{error} {error.detail} {error.pointer} {error!r}"


def test_a_missing_field_is_named() -> None:
    body = json.dumps({name: value for name, value in DATA.items() if name != "dropoff"}).encode()

    with pytest.raises(WrongSchema) as refused:
        parse(read(HEADERS, body, JSON, NOW))

    assert (refused.value.pointer, refused.value.envelope.id) == ("/dropoff", "req-1")


def test_the_error_keeps_the_envelope_so_that_it_can_be_answered() -> None:
    envelope: Envelope = wrong(service=7).envelope

    assert (envelope.id, envelope.source, envelope.type) == ("req-1", "app.test", "order.requested.v1")
