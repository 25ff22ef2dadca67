"""How looks lie in MongoDB: one document per search, in it the last look at each radius."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from pydantic import TypeAdapter

from services.matching.domain.explain.snapshot import Look
from services.runtime.change import Document
from services.runtime.clock import Clock
from services.runtime.storage.best_effort_writes import BestEffortWrites

LOOKS = "looks"
_LOOK: TypeAdapter[Look] = TypeAdapter(Look)


class MongoLookBook:
    """`kept`: how long after the last look; None keeps them."""

    def __init__(self, memos: BestEffortWrites, kept: timedelta | None, clock: Clock) -> None:
        self._memos = memos
        self._kept = kept
        self._clock = clock

    async def write(self, looks: Mapping[str, tuple[str, Look]]) -> None:
        """By key of the search: its order and what was seen. Raises `DatabaseAway`."""
        fields = {key: _fields(order_id, seen) for key, (order_id, seen) in looks.items()}
        await self._memos.merge(fields, self._clock.now() + self._kept if self._kept is not None else None)


def looks_in(document: Document | None) -> tuple[Look, ...]:
    """All looks that a document holds."""
    kept = (document or {}).get(LOOKS) or {}
    return tuple(_LOOK.validate_python(each) for each in kept.values())


def _fields(order_id: str, seen: Look) -> Document:
    return {
        "order_id": order_id,
        f"{LOOKS}.{seen.round}": cast("Document", _LOOK.dump_python(seen, exclude_none=True)),
    }
