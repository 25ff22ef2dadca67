"""A lock for each key, kept only while it is held or waited for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class CountedLock:
    """A lock, and the number of tasks that hold it or wait for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class KeyedLock:
    """The lock of one key. A class, because a generator-based context manager costs twice as much."""

    __slots__ = ("_key", "_locks")

    def __init__(self, locks: dict[str, CountedLock], key: str) -> None:
        self._locks = locks
        self._key = key

    async def __aenter__(self) -> None:
        counted = self._locks.get(self._key)
        if counted is None:
            counted = self._locks[self._key] = CountedLock()
        counted.users += 1
        try:
            await counted.lock.acquire()
        except BaseException:
            self._leave(counted)
            raise

    async def __aexit__(self, *_: object) -> None:
        counted = self._locks[self._key]
        counted.lock.release()
        self._leave(counted)

    def _leave(self, counted: CountedLock) -> None:
        counted.users -= 1
        if not counted.users:
            del self._locks[self._key]


class KeyedLocks:
    """`async with locks("o-1"):` has one holder per key in this process, in the order of arrival."""

    def __init__(self) -> None:
        self._locks: dict[str, CountedLock] = {}

    def __call__(self, key: str) -> KeyedLock:
        """The lock of this key, for `async with`."""
        return KeyedLock(self._locks, key)
