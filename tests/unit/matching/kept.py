"""A store of one aggregate, with another process that writes between our read and our write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.runtime.change import Stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.values import Value


class Kept:
    """One aggregate.

    `meanwhile`: what another process writes after our first decision, which then meets a conflict.
    """

    def __init__(self, state: Any, meanwhile: Callable[[Any], Any] | None = None) -> None:
        self.state, self.meanwhile = state, meanwhile
        self.events: tuple[Value, ...] = ()

    async def get(self, _: str) -> Stored[Any]:
        return Stored("x", 1, self.state)

    async def change(
        self, _: str, __: object, decide: Callable[[Any], Any], *, expect_new: bool = False
    ) -> Any:
        if self.meanwhile is not None and not expect_new:
            decide(self.state)
            self.state, self.meanwhile = self.meanwhile(self.state), None
        change = decide(self.state)
        if change is not None:
            self.state, self.events = change.state, (*self.events, *change.events)
        return None if change is None else change.state
