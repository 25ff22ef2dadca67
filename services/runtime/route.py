"""What a service registers: a handler for each message type of a queue, and what runs by time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.message import Message
from contracts.queues import QUEUES

Handler = Callable[[Message[Any]], Awaitable[None]]
Fire = Callable[[str], Awaitable[None]]
"""Fire the due timers of the aggregate with this id."""
Worker = Callable[[], Awaitable[None]]
"""Run until cancelled."""


@dataclass(frozen=True, slots=True)
class Route:
    """One queue with a handler for each message type bound to it.

    Raises `ValueError` when one has no handler.
    """

    queue: str
    handlers: Mapping[str, Handler]

    def __post_init__(self) -> None:
        bound = set(QUEUES[self.queue].types)
        if bound != set(self.handlers):
            message = f"{self.queue}: bound {sorted(bound)}, handled {sorted(self.handlers)}"
            raise ValueError(message)
