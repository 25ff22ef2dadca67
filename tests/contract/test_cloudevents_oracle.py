"""Our codec against the `cloudevents` package: what we write it reads, what it writes we read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings import amqp, rabbitmq
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from contracts.codec import JSON, STRUCTURED, binary_headers, body_of, parse, read
from contracts.message import Message
from contracts.requests.orders import OrderRequested
from tests.support.builders import NOW, a_message, an_order_requested

IDS = st.text("abcXYZ019_-", min_size=1, max_size=64)
ATTRIBUTES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=100)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
MOMENTS = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001  the strategy adds the zone
    datetime(2199, 1, 1),  # noqa: DTZ001  the strategy adds the zone
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]),
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
PLACES = st.fixed_dictionaries(
    {"lat": st.floats(-90, 90), "lng": st.floats(-180, 180)}, optional={"label": TEXTS, "note": TEXTS}
)
REQUESTS = st.fixed_dictionaries(
    {"order_id": IDS, "pickup": PLACES, "dropoff": PLACES},
    optional={
        "scheduled_for": MOMENTS,
        "max_fare": st.integers(0, 1_000_000_000),
        "details": st.dictionaries(IDS, TEXTS | st.booleans() | st.integers(-(2**53), 2**53), max_size=5),
    },
).map(lambda changes: an_order_requested(**changes))
MESSAGES = st.builds(
    a_message,
    REQUESTS,
    id=ATTRIBUTES,
    source=ATTRIBUTES,
    time=MOMENTS,
    subject=ATTRIBUTES,
    correlation_id=st.none() | IDS,
    causation_id=st.none() | ATTRIBUTES,
    sequence=st.none() | st.integers(0, 10**10 - 1),
    traceparent=st.none(),
)
RENAMED = {"correlationid": "correlation_id", "causationid": "causation_id"}


def as_cloud_event(message: Message[Any]) -> CloudEvent:
    """The same event as the oracle would have it."""
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "datacontenttype": JSON,
        "id": message.id,
        "type": message.type,
    }
    attributes |= {"source": message.source, "time": message.time, "subject": message.subject}
    attributes |= {
        name: getattr(message, ours) for name, ours in RENAMED.items() if getattr(message, ours) is not None
    }
    if message.sequence is not None:
        attributes["sequence"] = f"{message.sequence:010d}"
    return CloudEvent(attributes, json.loads(body_of(message.data)))


def received(headers: dict[str, Any], body: bytes, content_type: str | None) -> Message[Any]:
    return parse(read(headers, body, content_type, received=NOW))


@given(MESSAGES)
def test_the_oracle_reads_the_binary_mode_that_we_write(message: Message[OrderRequested]) -> None:
    written = rabbitmq.RabbitMQMessage(binary_headers(message), JSON, body_of(message.data))

    event = rabbitmq.from_binary_event(written)

    wanted = as_cloud_event(message)
    assert {**event.get_attributes(), "dataschema": None} == {**wanted.get_attributes(), "dataschema": None}
    assert event.get_data() == wanted.get_data()


@given(MESSAGES)
def test_we_read_the_oracles_binary_mode_for_rabbitmq(message: Message[OrderRequested]) -> None:
    written = rabbitmq.to_binary_event(as_cloud_event(message))

    assert received(written.headers, written.body, written.content_type) == in_utc(message)


@pytest.mark.parametrize("prefix", ["ce-", "CE-", "cloudEvents_", "cloudEvents:", "cloudevents_"])
@given(message=MESSAGES)
def test_we_read_the_oracles_binary_mode_for_amqp_under_every_prefix(
    prefix: str, message: Message[OrderRequested]
) -> None:
    written = amqp.to_binary_event(as_cloud_event(message))
    headers = {
        name.replace("cloudEvents_", prefix): value for name, value in written.application_properties.items()
    }

    result = received(headers, written.application_data, written.properties["content-type"])

    # the oracle writes the time as floating point milliseconds, cut: one may be lost
    assert abs(result.time - message.time) <= timedelta(milliseconds=1)
    assert replace(result, time=in_utc(message).time) == in_utc(message)


@given(MESSAGES)
def test_we_read_the_oracles_structured_mode(message: Message[OrderRequested]) -> None:
    written = rabbitmq.to_structured_event(as_cloud_event(message))

    assert written.content_type == STRUCTURED
    assert received(written.headers, written.body, written.content_type) == in_utc(message)


@given(MESSAGES)
def test_we_read_structured_mode_whose_data_are_bytes(message: Message[OrderRequested]) -> None:
    event = as_cloud_event(message)
    as_bytes = CloudEvent(
        {**event.get_attributes(), "datacontenttype": "application/json"}, body_of(message.data)
    )
    written = amqp.to_structured_event(as_bytes)

    assert received({}, written.application_data, written.properties["content-type"]) == in_utc(message)


@given(MESSAGES)
def test_both_modes_carry_the_same_message(message: Message[OrderRequested]) -> None:
    event = as_cloud_event(message)
    binary, structured = rabbitmq.to_binary_event(event), rabbitmq.to_structured_event(event)

    one = received(binary.headers, binary.body, binary.content_type)
    other = received(structured.headers, structured.body, structured.content_type)

    assert one == other


@given(MESSAGES)
def test_what_we_write_in_binary_mode_we_read_unchanged(message: Message[OrderRequested]) -> None:
    assert received(binary_headers(message), body_of(message.data), JSON) == in_utc(message)


def in_utc(message: Message[OrderRequested]) -> Message[OrderRequested]:
    """Instants are compared, not offsets; a reader gives them in UTC."""
    return replace(message, time=message.time.astimezone(UTC))
