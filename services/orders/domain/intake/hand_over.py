"""What is not ours to carry out, and goes to the emergency services at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandOverRule:
    """`when`: the details that make it so, all of them. `to`: the number to call."""

    when: tuple[tuple[str, str | int | float | bool], ...]
    to: str

    def applies(self, details: Mapping[str, object]) -> bool:
        """Whether this request is such a case."""
        return all(details.get(key) == value for key, value in self.when)
