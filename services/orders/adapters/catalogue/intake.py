"""`[details.KEY]`, `[parties]`, `[hand_over]`, `[unserved]`: what a request says, and what becomes of it."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.reasons import REASONS
from contracts.values import CustomerKind, Short
from services.orders.adapters.catalogue.strict import Strict
from services.orders.domain.intake.details import DetailRule, DetailType
from services.orders.domain.intake.hand_over import HandOverRule
from services.orders.domain.intake.parties import Party, PartyRules

TomlValue = str | bool | int | float


def _expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        message = f"is not a regular expression: {error}"
        raise ValueError(message) from None
    return pattern


def _known_reason(code: str) -> str:
    if code not in REASONS:
        message = f"unknown reason {code}"
        raise ValueError(message)
    return code


class DetailSection(Strict):
    """`[details.KEY]`: one key of a request's details. `pattern` has to match the whole text."""

    type: DetailType
    required: bool = False
    pattern: Annotated[str, AfterValidator(_expression)] | None = None
    one_of: list[TomlValue] = []
    min: float | None = None
    max: float | None = None

    def rule(self, key: str) -> DetailRule:
        """The rule of the domain for this key."""
        return DetailRule(key, self.type, self.required, self.pattern, tuple(self.one_of), self.min, self.max)


class PartiesSection(Strict):
    """`[parties]`: which parties a request has to name, and who may order."""

    requires: list[Party] = []
    customer_kinds: list[CustomerKind] = []

    def rules(self) -> PartyRules:
        """The rules of the domain."""
        return PartyRules(frozenset(self.requires), frozenset(self.customer_kinds))


class HandOverSection(Strict):
    """`[hand_over]`: when a request goes to the emergency services at once."""

    when: Annotated[dict[str, TomlValue], Field(min_length=1)]
    to: Short

    def rule(self) -> HandOverRule:
        """The rule of the domain."""
        return HandOverRule(tuple(self.when.items()), self.to)


class UnservedSection(Strict):
    """`[unserved]`: the reason that people are told when no driver is found."""

    reason: Annotated[str, AfterValidator(_known_reason)] = "no_driver"
