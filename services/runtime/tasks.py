"""Cancel tasks and wait until they are done."""

from __future__ import annotations

import asyncio

CANCEL_AGAIN_S = 5.0


async def cancel_and_wait(*tasks: asyncio.Future[None], again_s: float = CANCEL_AGAIN_S) -> None:
    """Cancel the tasks and wait until they are done, with any result.

    A task that still runs after `again_s` real seconds is cancelled again: before Python 3.12
    `asyncio.wait_for` swallows a cancellation that arrives together with its result (cpython#86296), and the
    AMQP client uses it for every reply. Cancelled only once, such a loop may run for ever.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again_s)
    await asyncio.gather(*tasks, return_exceptions=True)
