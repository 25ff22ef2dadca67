"""One text message: 160 septets of the 7-bit alphabet, or 70 UTF-16 units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.channels import sms


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("Halo", 4), ("10 € [a]", 11), ("kopi ☕", 6), ("外南梦", 3), ("🛵", 2)]
)
def test_characters_are_counted_as_the_network_counts_them(text: str, length: int) -> None:
    assert sms.length(text) == length


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a" * 160, True), ("a" * 161, False), ("梦" * 70, True), ("梦" * 71, False), ("€" * 81, False)],
)
def test_one_message_holds_160_septets_or_70_units(text: str, fits: bool) -> None:
    assert sms.fits(text) is fits


def test_plain_punctuation_keeps_a_text_in_the_7_bit_alphabet() -> None:
    assert sms.one_message("Don\u2019t wait \u2013 \u201cnow\u201d \u2026") == 'Don\'t wait - "now" ...'


def test_a_long_text_ends_after_a_whole_word() -> None:
    cut = sms.one_message("Pengemudi Anda sedang menuju lokasi. " * 10)

    assert sms.fits(cut)
    assert cut.endswith("Anda sedang menuju lokasi...")


def test_a_long_chinese_text_is_cut_between_characters() -> None:
    cut = sms.one_message("Gancang 您的司机正在赶来" + "梦" * 90)

    assert sms.length(cut) == 70


@given(st.text(max_size=400))
def test_every_shortened_text_fits(text: str) -> None:
    assert sms.fits(sms.one_message(text))
