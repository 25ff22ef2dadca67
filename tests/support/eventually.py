"""Waiting for something to become true, instead of sleeping and hoping."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.25


@overload
async def eventually(predicate: Callable[[], Awaitable[T | None]], within: float = 10.0) -> T: ...


@overload
async def eventually(predicate: Callable[[], T | None], within: float = 10.0) -> T: ...


async def eventually(
    predicate: Callable[[], T | None] | Callable[[], Awaitable[T | None]], within: float = 10.0
) -> T:
    """Wait at most `within` seconds for a truthy value of `predicate`, a function or a coroutine function.

    An `AssertionError` inside it counts as "not yet". When the time is over, raises `AssertionError` from the
    last one.
    """
    deadline = time.monotonic() + within
    pause = FIRST_PAUSE_S
    while True:
        failure: AssertionError | None = None
        value: T | None = None
        try:
            found = predicate()
            value = await found if inspect.isawaitable(found) else found
        except AssertionError as error:
            failure = error
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s; the last value was {value!r}") from failure
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)
