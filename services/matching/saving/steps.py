"""Make a message handler from a step: a pure function that decides what a message changes in a driver."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from contracts.message import Message
from services.matching.domain.drivers.driver import Driver
from services.matching.ports import Context
from services.matching.saving.changes import change_driver
from services.runtime.change import cause_of
from services.runtime.facts import require_not_ahead

DriverStep = Callable[[Driver | None, Message[Any], datetime], Driver | None]
"""(driver, message, now) -> the changed driver, None where nothing changes.

Raises `Refused`, and runs again after a conflict.
"""
Handle = Callable[[Context, Message[Any]], Awaitable[None]]


def on_driver(
    step: DriverStep, *, by: str | None = None, reason: str | None = None, then: Handle | None = None
) -> Handle:
    """Save what the step makes of the driver whom the message names; do nothing where it names none.

    `by` (None: the sender of the request) and `reason` go into the history. `then` runs after the write, and
    again when the message is repeated: a crash may have come between. The handler raises what `change_driver`
    raises.
    """

    async def handle(context: Context, message: Message[Any]) -> None:
        said, now = message.data, context.clock.now()
        if said.driver_id is None:
            return
        await change_driver(
            context,
            said.driver_id,
            cause_of(message),
            lambda driver: step(driver, message, now),
            by=by or sender(said),
            reason=reason,
        )
        if then is not None:
            await then(context, message)

    return handle


def on_fact(step: DriverStep, *, then: Handle | None = None) -> Handle:
    """The same for a fact, which carries its own time.

    Raises `Rejected` (`time_ahead`) for one in the future.
    """

    def checked(driver: Driver | None, message: Message[Any], now: datetime) -> Driver | None:
        require_not_ahead(message.time, now)
        return step(driver, message, now)

    return on_driver(checked, then=then)


def sender(said: Any) -> str:
    """The person in whose name a request speaks, as the history names them."""
    by = getattr(said, "by", None)
    return f"{by.role}:{by.id}" if by else f"driver:{said.driver_id}"
