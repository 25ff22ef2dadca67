"""Business time: the system clock, or a faster one that all processes of a simulation share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from contracts.values import to_utc
from services.runtime.errors import NotConfigured


class Clock(Protocol):
    """The source of `now`."""

    @property
    def speed(self) -> float:
        """Business seconds per real second."""
        ...

    def now(self) -> datetime:
        """Business time in UTC, in whole milliseconds."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    speed: float = 1.0

    def now(self) -> datetime:
        """The real time."""
        return to_utc(datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """`start + speed x (real now - anchor)`: the same in every process and after a restart."""

    start: datetime
    speed: float
    anchor: datetime

    def now(self) -> datetime:
        """The simulated time."""
        elapsed = (datetime.now(UTC) - self.anchor).total_seconds()
        return to_utc(self.start + timedelta(seconds=elapsed * self.speed))


def clock_from(setting: str | None) -> Clock:
    """Read `GANCANG_CLOCK`: `<start>,<speed>,<real anchor>`, or empty. Raises `NotConfigured`."""
    if not setting:
        return SystemClock()
    try:
        start, speed, anchor = setting.split(",")
        clock = SimulatedClock(datetime.fromisoformat(start), float(speed), datetime.fromisoformat(anchor))
    except ValueError:
        raise NotConfigured("GANCANG_CLOCK", "is not <start>,<speed>,<real anchor>") from None
    if clock.speed <= 0 or clock.start.tzinfo is None or clock.anchor.tzinfo is None:
        raise NotConfigured("GANCANG_CLOCK", "needs a positive speed and times with an offset")
    return clock


def real_now() -> datetime:
    """Real time in UTC: for network timeouts, the retry ladder and the sweepers."""
    return to_utc(datetime.now(UTC))
