"""Telephone numbers as providers want them: E.164."""

from __future__ import annotations

import re

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SEPARATORS = re.compile(r"[\s().-]+")
INDONESIA = "+62"


def in_e164(written: str) -> str | None:
    """`0812-3456-789` and `+62 812 3456 789` are `+628123456789`; None for what can be no number."""
    number = SEPARATORS.sub("", written)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    elif number.startswith("0"):
        number = f"{INDONESIA}{number[1:]}"
    return number if E164.fullmatch(number) else None
