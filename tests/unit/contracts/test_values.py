"""The values: money adds up, times are instants, words are open, ids are plain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.codec import body_of, digest_of, json_pointer
from contracts.message import TYPE_PATTERN, derived_id, new_traceparent, trace_or_new
from contracts.values import Fare, Id, Role, UtcTime, VehicleClass, rfc3339, to_utc
from tests.support.builders import FARE, VEHICLE, a_driver_registered, an_order_requested

SHARES = st.integers(0, 100_000)


@given(items=SHARES, driver=SHARES, app=SHARES, welfare=SHARES)
def test_a_fare_is_its_items_and_the_shares_of_the_delivery(
    items: int, driver: int, app: int, welfare: int
) -> None:
    total = items + driver + app + welfare

    fare = Fare(total=total, items_total=items, driver_share=driver, app_share=app, welfare_share=welfare)

    assert fare.delivery + fare.items_total == fare.total


@given(off=st.integers(-9000, 100_000).filter(bool))
def test_a_fare_that_does_not_add_up_is_none(off: int) -> None:
    with pytest.raises(ValidationError, match="do not add up"):
        Fare.model_validate({**FARE, "total": 9000 + off})


@pytest.mark.parametrize("amount", [-1, 1_000_000_001, 9000.0, 9000.5, "9000", True])
def test_rupiah_are_whole_and_bounded(amount: Any) -> None:
    with pytest.raises(ValidationError):
        Fare.model_validate({**FARE, "driver_share": amount})


@pytest.mark.parametrize("word", ["o-1", "A", "a" * 64, "0_-"])
def test_an_id_is_plain(word: str) -> None:
    assert TypeAdapter(Id).validate_python(word) == word


@pytest.mark.parametrize("word", ["", "a" * 65, "a b", "a\n", "é", "../x", "$where", "a.b", 7])
def test_anything_else_is_no_id(word: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Id).validate_python(word)


def test_a_time_is_written_in_utc_to_the_millisecond() -> None:
    local = datetime(2026, 11, 24, 8, 10, 0, 42_999, tzinfo=timezone(timedelta(hours=7)))

    assert rfc3339(to_utc(local)) == "2026-11-24T01:10:00.042Z"
    assert TypeAdapter(UtcTime).validate_python(local) == datetime(2026, 11, 24, 1, 10, 0, 42_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-11-24T01:10:00", "1764000000", "1764000000.5", "-1", "", "0001-01-01T00:00:00+14:00", 7]
)
def test_what_is_no_instant_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(UtcTime).validate_python(text)


def test_a_word_of_a_newer_version_reads_as_unknown_and_a_number_is_no_word() -> None:
    assert VehicleClass("hoverbike") is VehicleClass.UNKNOWN
    assert TypeAdapter(Role).validate_json('"courier"') is Role.UNKNOWN
    with pytest.raises(ValidationError):
        TypeAdapter(Role).validate_python(7)


def test_the_vehicle_class_is_called_class_on_the_wire() -> None:
    assert f'"class":"{VEHICLE["class"]}"'.encode() in body_of(a_driver_registered())


def test_fields_that_are_not_set_stay_away() -> None:
    assert b"null" not in body_of(an_order_requested())
    assert b"agency_id" not in body_of(an_order_requested())


@given(
    st.dictionaries(
        st.text("abc", min_size=1), st.integers(0, 9) | st.booleans() | st.text(max_size=5), max_size=6
    )
)
def test_the_digest_is_blind_to_the_order_of_keys(details: dict[str, Any]) -> None:
    backwards = dict(reversed(details.items()))

    assert digest_of(an_order_requested(details=details)) == digest_of(an_order_requested(details=backwards))


def test_the_digest_tells_two_contents_apart() -> None:
    assert digest_of(an_order_requested()) != digest_of(an_order_requested(max_fare=1))
    assert digest_of(an_order_requested(details={"a": 1})) != digest_of(an_order_requested(details={"a": 2}))


@pytest.mark.parametrize(
    ("location", "pointer"), [((), ""), (("a", 0, "b"), "/a/0/b"), (("~", "a/b"), "/~0/a~1b")]
)
def test_a_json_pointer_is_escaped(location: tuple[int | str, ...], pointer: str) -> None:
    assert json_pointer(location) == pointer


def test_a_derived_id_depends_on_every_part_and_on_nothing_else() -> None:
    assert derived_id("order", "o-1", 2, 0) == derived_id("order", "o-1", 2, 0)
    assert len({derived_id("order", "o-1", 2, n) for n in range(50)} | {derived_id("order", "o-12", 0)}) == 51


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "",
        "00-x",
        "00-" + "0" * 31 + "-" + "1" * 16 + "-01",
        pytest.param(new_traceparent() + "\n", id="whole, and a line break"),
    ],
)
def test_a_broken_trace_is_begun_anew(broken: str | None) -> None:
    assert trace_or_new(broken) != broken
    assert trace_or_new(trace := new_traceparent()) == trace


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("order.requested.v1", True),
        ("a.b.c.v12", True),
        ("order.v1", False),
        ("v1", False),
        ("order.requested.v1\n", False),
    ],
)
def test_a_type_is_entity_event_version(name: str, valid: bool) -> None:
    assert bool(TYPE_PATTERN.match(name)) is valid
