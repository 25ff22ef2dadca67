"""What a service asks for beside the common fields: which keys, of which form, within which limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Plain = str | int | float | bool


class DetailType(StrEnum):
    """The form of a detail."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class DetailRule:
    """One key of `details`. `pattern`: of the whole text; `one_of`, `least`, `most`: what the service allows."""

    key: str
    type: DetailType
    required: bool = False
    pattern: str | None = None
    one_of: tuple[Plain, ...] = ()
    least: float | None = None
    most: float | None = None


class WrongDetail(Exception):  # noqa: N818  says what is wrong
    """A detail is not there, or not of its form; `code` is a reason code."""

    def __init__(self, code: str, key: str) -> None:
        super().__init__(f"{code}: {key}")
        self.code = code
        self.key = key


def require_form(rules: Sequence[DetailRule], details: Mapping[str, object]) -> None:
    """Raises `WrongDetail` (`details_missing`, `details_wrong`) for the first key that is not as it should be."""
    for rule in rules:
        value = details.get(rule.key)
        if value is None:
            if rule.required:
                raise WrongDetail("details_missing", rule.key)
        elif not _has_form(rule, value):
            raise WrongDetail("details_wrong", rule.key)


def details_refused(rules: Sequence[DetailRule], details: Mapping[str, object]) -> str | None:
    """The reason code where a detail lies outside what the service allows."""
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
