"""The details of a request: which keys a service asks for, of which form, within which limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

DetailValue = str | int | float | bool


class DetailType(StrEnum):
    """The type of a detail's value."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class DetailRule:
    """The rule for one key of `details`.

    `type`, `required` and `pattern` (it has to match the whole text) say what form the request has; `one_of`,
    `least` and `most` what the service allows.
    """

    key: str
    type: DetailType
    required: bool = False
    pattern: str | None = None
    one_of: tuple[DetailValue, ...] = ()
    least: float | None = None
    most: float | None = None


class WrongDetail(Exception):  # noqa: N818  says what is wrong
    """A detail is missing or has the wrong form. `code`: a reason code; `key`: the key of the detail."""

    def __init__(self, code: str, key: str) -> None:
        super().__init__(f"{code}: {key}")
        self.code = code
        self.key = key


def require_form(rules: Sequence[DetailRule], details: Mapping[str, object]) -> None:
    """Check the form of all details.

    Raises `WrongDetail` (`details_missing`, `details_wrong`) for the first key that is missing or wrong.
    """
    for rule in rules:
        value = details.get(rule.key)
        if value is None:
            if rule.required:
                raise WrongDetail("details_missing", rule.key)
        elif not _has_form(rule, value):
            raise WrongDetail("details_wrong", rule.key)


def details_refused(rules: Sequence[DetailRule], details: Mapping[str, object]) -> str | None:
    """The reason code where a detail is outside what the service allows; None where all are inside."""
    for rule in rules:
        value = details.get(rule.key)
        if value is not None and not _allowed(rule, value):
            return "details_not_allowed"
    return None


def _has_form(rule: DetailRule, value: object) -> bool:
    match rule.type:
        case DetailType.TEXT:
            return isinstance(value, str) and (
                rule.pattern is None or re.fullmatch(rule.pattern, value) is not None
            )
        case DetailType.BOOLEAN:
            return isinstance(value, bool)
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)


def _allowed(rule: DetailRule, value: object) -> bool:
    if rule.one_of and value not in rule.one_of:
        return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (rule.least is None or value >= rule.least) and (rule.most is None or value <= rule.most)
    return True
