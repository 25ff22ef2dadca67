"""The one-time code: the same on both sides, another for each order, serial and key."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contracts.codec import digest_of
from contracts.codes import one_time_code
from contracts.requests.drivers import DriverDelivered
from contracts.values import Proof

KEY = b"a key for tests"


def test_a_code_is_six_digits_and_always_the_same() -> None:
    code = one_time_code(KEY, "o-1", 1)

    assert re.fullmatch("[0-9]{6}", code)
    assert code == one_time_code(KEY, "o-1", 1) == "566028"


def test_order_serial_and_key_make_another_code() -> None:
    codes = {
        one_time_code(key, order, serial)
        for key in (KEY, b"another")
        for order in ("o-1", "o-11")
        for serial in (1, 2)
    }

    assert len(codes) == 8


def test_order_and_serial_do_not_run_into_each_other() -> None:
    assert one_time_code(KEY, "o-1", 11) != one_time_code(KEY, "o-11", 1)


def test_codes_are_spread_over_all_digits() -> None:
    codes = [one_time_code(KEY, "o-1", serial) for serial in range(1, 2001)]

    assert len(set(codes)) > 1990
    assert {code[0] for code in codes} == set("0123456789")


def test_there_is_no_code_without_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        one_time_code(b"", "o-1", 1)


def test_a_code_takes_no_part_in_the_digest_that_is_kept() -> None:
    step: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-3"}
    one, other = (
        DriverDelivered(**step, proof=Proof(code=code, envelope="ENV-1")) for code in ("123456", "654321")
    )
    elsewhere = DriverDelivered(**step, proof=Proof(code="123456", envelope="ENV-2"))

    assert digest_of(one) == digest_of(other) != digest_of(elsewhere)
