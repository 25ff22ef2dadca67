"""A driver's phone, through which he reads and speaks; now and then it is dead."""

from __future__ import annotations

import asyncio

from services.simulator.channels.pace import Pace


class Phone:
    """Alive until `die` is called, and again when it returns."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._alive = asyncio.Event()
        self._alive.set()

    @property
    def alive(self) -> bool:
        """Whether he can be reached."""
        return self._alive.is_set()

    async def die(self, seconds: float) -> None:
        """Be dead for so many business seconds."""
        self._alive.clear()
        await self._pace.sleep(seconds)
        self._alive.set()

    async def until_alive(self) -> None:
        """Wait until he can speak."""
        await self._alive.wait()
