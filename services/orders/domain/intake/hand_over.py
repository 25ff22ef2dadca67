"""Requests that the emergency services have to take at once, instead of a driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.orders.domain.intake.details import DetailValue


@dataclass(frozen=True, slots=True)
class HandOverRule:
    """When to hand over. `when`: details that all have to be given; `to`: the number to call, e.g. 112."""

    when: tuple[tuple[str, DetailValue], ...]
    to: str

    def applies(self, details: Mapping[str, object]) -> bool:
        """Whether a request with these details is handed over."""
        return all(details.get(key) == value for key, value in self.when)
