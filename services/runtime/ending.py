"""Ends tasks for certain."""

from __future__ import annotations

import asyncio

AGAIN_S = 5.0


async def end(*tasks: asyncio.Future[None], again_s: float = AGAIN_S) -> None:
    """Cancel them and wait until they are done, whatever their outcome; cancel again what is not after `again_s` real seconds.

    Before Python 3.12 `wait_for` swallows a cancellation that comes with its answer (cpython#86296), and our AMQP client
    waits so for every reply: a loop that is cancelled once may go on for ever.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again_s)
    await asyncio.gather(*tasks, return_exceptions=True)
