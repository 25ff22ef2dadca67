"""The same place in two versions of a schema, and a difference that was found there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.publishing.keywords import resolved
from contracts.publishing.schemas import Schema


class Direction(StrEnum):
    """The side that must keep working: readers of what we publish, or writers of what we consume."""

    PUBLISHED = "published"
    CONSUMED = "consumed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `pointer` is a JSON pointer into the data; `breaking`: it needs a new major version."""

    pointer: str
    what: str
    breaking: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """The same place in both schemas, references resolved."""

    old: Schema
    new: Schema
    pointer: str
    direction: Direction
    roots: tuple[Schema, Schema]

    def at(self, old: Schema, new: Schema, step: str = "") -> Pair:
        """Go one step down. Raises `KeyError` for a reference that leads nowhere."""
        return Pair(
            resolved(old, self.roots[0]),
            resolved(new, self.roots[1]),
            self.pointer + step,
            self.direction,
            self.roots,
        )

    def difference(self, what: str, *, breaking: bool) -> Difference:
        """Note a difference at this place."""
        return Difference(self.pointer, what, breaking)

    def order(self, old: Any, new: Any) -> tuple[Any, Any]:
        """Return (what is sent, what is accepted): the first must fit into the second."""
        return (new, old) if self.direction is Direction.PUBLISHED else (old, new)
