"""Telephone numbers in E.164, the form that providers want."""

from __future__ import annotations

import re

import phonenumbers

INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
SEPARATORS = re.compile(r"[\s().-]+")
INDONESIA = "+62"


def in_e164(written: str) -> str | None:
    """`+628123456789` for `0812-3456-789` and `+62 (0)812 3456 789`; None for an impossible number.

    Impossible: its country or its length does not exist. Whether a possible number is in use is left to the
    provider: number ranges change, and a refused address is not tried again.
    """
    number = SEPARATORS.sub("", written)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    elif number.startswith("0"):
        number = f"{INDONESIA}{number[1:]}"
    if not INTERNATIONAL.fullmatch(number):
        return None
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
