"""Telephone numbers as people write them, and as providers want them."""

from __future__ import annotations

import pytest

from services.notifications.adapters.channels.telephone import in_e164


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0812-3456-789", "+628123456789"),
        ("+62 812 3456 789", "+628123456789"),
        ("0061 412 345 678", "+61412345678"),
        ("(0333) 421000", "+62333421000"),
        ("+62 0812 3456 789", "+628123456789"),
        ("+62 (0)812 3456 789", "+628123456789"),
    ],
)
def test_a_number_is_read_in_every_common_form(written: str, number: str) -> None:
    assert in_e164(written) == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "112",
        "812345678",
        "+62abc",
        "+0812345678",
        "+6281234567890123",
        "0812\r\n345678x",
        "+1234567",
        "+62812",
        "+999123456789",
    ],
)
def test_an_impossible_number_is_none(written: str) -> None:
    assert in_e164(written) is None
