"""A driver's phone: their only way to read and send messages; at times it is dead."""

from __future__ import annotations

import asyncio

from services.simulator.channels.pace import Pace


class Phone:
    """Reachable, except while `fall_silent` runs."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._reachable = asyncio.Event()
        self._reachable.set()

    @property
    def reachable(self) -> bool:
        """Whether the driver can be reached."""
        return self._reachable.is_set()

    async def fall_silent(self, seconds: float) -> None:
        """Be dead for so many business seconds."""
        self._reachable.clear()
        await self._pace.sleep(seconds)
        self._reachable.set()

    async def until_reachable(self) -> None:
        """Wait until the phone works."""
        await self._reachable.wait()
