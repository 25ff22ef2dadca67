"""Opening hours, as a file writes them: `["02:00", "12:00"]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, RootModel

from services.orders.domain.hours import Hours

TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class HoursBetween(RootModel[tuple[TimeOfDay, TimeOfDay]]):
    """From the first until just before the second, local time; over midnight where the second is earlier."""

    def hours(self) -> Hours:
        """The hours of the domain."""
        opens, closes = self.root
        return Hours(_minutes(opens), _minutes(closes))


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
