"""The time of a simulated day, and the actions planned in it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.bench.matching.documents import MIDNIGHT


class Agenda:
    """`t`: seconds since midnight."""

    def __init__(self) -> None:
        self.t = 0.0
        self._events: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._numbers = count()

    @property
    def now(self) -> datetime:
        """The time as a datetime."""
        return MIDNIGHT + timedelta(seconds=self.t)

    def at(self, t: float, action: Callable[..., Any], *arguments: Any) -> None:
        """Plan the action; a past time means now."""
        heapq.heappush(self._events, (max(t, self.t), next(self._numbers), action, arguments))

    async def run(self) -> None:
        """Run until no action is left."""
        while self._events:
            self.t, _, action, arguments = heapq.heappop(self._events)
            pending = action(*arguments)
            if pending is not None:
                await pending
