"""What a notification tells of, and what came of each attempt to tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.domain.channels.contact import Skip

NO_CHANNEL = "none"


class Status(StrEnum):
    """`pending` waits for its due time; `sending` is claimed until its due time."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Result(StrEnum):
    """How an attempt ended. `exhausted`: there is no channel left to attempt."""

    SENT = "sent"
    NO_CONTACT = "no_contact"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `detail` is a code for operators, never a server's text: that repeats addresses.

    `doubtful`: the channel may have taken it, its answer was lost. `others`: there is another channel to try. `ours`: the
    failure says something of the provider, not of this one address. `retry_after`: what the provider asked for. `trial`: it
    tried for everybody whether a provider is back.
    """

    result: Result
    channel: str = NO_CHANNEL
    skipped: tuple[Skip, ...] = ()
    detail: str | None = None
    doubtful: bool = False
    others: bool = False
    ours: bool = True
    retry_after: timedelta | None = None
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that ended while its process lived. A `trial` for everybody does not count against this notification."""

    at: datetime
    channel: str
    result: Result
    skipped: tuple[Skip, ...] = ()
    detail: str | None = None
    doubtful: bool = False
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """The event that is told. `sequence`: the order's version, by which a later state is known."""

    source: str
    id: str
    type: str
    order_id: str
    traceparent: str | None = None
    sequence: int | None = None
