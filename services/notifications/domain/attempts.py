"""The event that a notification tells of, and the result of each attempt to tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.domain.channels.contact import SkippedChannel

NO_CHANNEL = "none"


class Result(StrEnum):
    """How an attempt ended. `no_contact`: no address is known. `exhausted`: no channel is left to try."""

    SENT = "sent"
    NO_CONTACT = "no_contact"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of one attempt, as the sending path reports it.

    `detail`: a code for operators, never a server's text, which repeats addresses. `doubtful`: the answer was
    lost, so the channel may have taken it. `alternative`: another channel is left. `provider_fault`: the
    failure says something about the provider, not about this address alone. `retry_after`: the wait that the
    provider asked for. `probe`: it was the one attempt of a half-open circuit.
    """

    result: Result
    channel: str = NO_CHANNEL
    skipped: tuple[SkippedChannel, ...] = ()
    detail: str | None = None
    doubtful: bool = False
    alternative: bool = False
    provider_fault: bool = True
    retry_after: timedelta | None = None
    probe: bool = False

    def at(self, moment: datetime) -> Attempt:
        """The part that the notification keeps."""
        return Attempt(
            moment, self.channel, self.result, self.skipped, self.detail, self.doubtful, self.probe
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt whose result was saved.

    A `probe` of a half-open circuit does not count as a failure.
    """

    at: datetime
    channel: str
    result: Result
    skipped: tuple[SkippedChannel, ...] = ()
    detail: str | None = None
    doubtful: bool = False
    probe: bool = False


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """The event that is told. `sequence`: the order's version, by which a later state is recognised."""

    source: str
    id: str
    type: str
    order_id: str
    traceparent: str | None = None
    sequence: int | None = None
