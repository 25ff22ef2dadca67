"""One lock per key, kept only while somebody holds or wants it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counted:
    """A lock and how many hold or want it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class KeyedLock:
    """The lock of one key. A class of its own: a generator-based context manager costs twice as much."""

    __slots__ = ("_key", "_locks")

    def __init__(self, locks: dict[str, Counted], key: str) -> None:
        self._locks = locks
        self._key = key

    async def __aenter__(self) -> None:
        counted = self._locks.get(self._key)
        if counted is None:
            counted = self._locks[self._key] = Counted()
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

    def _leave(self, counted: Counted) -> None:
        counted.users -= 1
        if not counted.users:
            del self._locks[self._key]


class KeyedLocks:
    """`async with locks("o-1"):` — one holder per key in this process, first come first served."""

    def __init__(self) -> None:
        self._locks: dict[str, Counted] = {}

    def __call__(self, key: str) -> KeyedLock:
        """Hold the key's lock."""
        return KeyedLock(self._locks, key)
