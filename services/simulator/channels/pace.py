"""Business time for the town, and waiting in it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from services.runtime.clock import Clock


class Pace:
    """The business clock of the town's people, who wait by it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """Business time."""
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` business seconds."""
        await asyncio.sleep(max(0.0, seconds) / self._clock.speed)

    async def until(self, moment: datetime) -> None:
        """Wait until the business clock shows `moment`."""
        await self.sleep((moment - self.now()).total_seconds())
