"""Cancel a task and wait until it is done."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from services.runtime.tasks import cancel_and_wait


async def stubborn() -> None:
    """Swallows its first cancellation, as `wait_for` does when its answer comes at that moment."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


async def endless() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise ValueError("already over")


async def test_who_swallows_one_cancellation_gets_another() -> None:
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)

    await cancel_and_wait(task, again_s=0.01)

    assert task.cancelled()


async def test_what_failed_before_fails_nobody_else() -> None:
    over, under_way = asyncio.create_task(failing()), asyncio.create_task(endless())
    await asyncio.wait({over})

    await cancel_and_wait(over, under_way)

    assert under_way.cancelled()
    with pytest.raises(ValueError, match="already over"):
        over.result()
