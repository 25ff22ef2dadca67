"""A kind of aggregate: where and how it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from services.runtime.change import Document

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """How one kind of aggregate is stored.

    Long-lived kinds keep only the last entries of `seen` and `history`. `timers`: name → due time. At
    `expires` a TTL index deletes the document. `indexes`: further fields to index, sparse.
    """

    name: str
    collection: str
    source: str
    encode: Callable[[S], Document]
    decode: Callable[[Document], S]
    timers: Callable[[S], Mapping[str, datetime]]
    expires: Callable[[S], datetime | None] = lambda _: None
    keep_seen: int | None = None
    keep_history: int | None = None
    indexes: Sequence[str] = ()
