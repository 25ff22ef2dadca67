"""Read several aggregates at once; one that cannot be read is left out and does not stop the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Generic, TypeVar

import structlog

from services.runtime.change import Store, Stored
from services.runtime.errors import Away

LEFT_OUT_S = 60.0

S = TypeVar("S")
log = structlog.get_logger()


class BulkReader(Generic[S]):
    """`left_out_s`: real seconds until an aggregate that could not be read is tried again."""

    def __init__(self, store: Store[S], kind: str, left_out_s: float = LEFT_OUT_S) -> None:
        self._store = store
        self._kind = kind
        self._left_out_s = left_out_s
        self._broken: dict[str, float] = {}

    async def read(self, ids: Iterable[str]) -> Mapping[str, Stored[S] | None]:
        """What is stored under each id; broken ones are missing. Raises `Away`."""
        now = monotonic()
        tried = [each for each in ids if self._broken.get(each, now) <= now]
        results = await asyncio.gather(*(self._store.get(each) for each in tried), return_exceptions=True)
        found: dict[str, Stored[S] | None] = {}
        for each, result in zip(tried, results, strict=True):
            if isinstance(result, Away) or (
                isinstance(result, BaseException) and not isinstance(result, Exception)
            ):
                raise result
            if isinstance(result, Exception):
                self._leave_out(each, result)
            else:
                self._broken.pop(each, None)
                found[each] = result
        return found

    def _leave_out(self, broken: str, error: Exception) -> None:
        if broken not in self._broken:
            log.error("aggregate.unreadable", kind=self._kind, id=broken, error=type(error).__name__)
        self._broken[broken] = monotonic() + self._left_out_s
