"""What a handler deals in: a change, its cause, and the store that writes it. Pure values; no driver is imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from contracts.codec import digest_of
from contracts.message import Message, derived_id
from contracts.values import Value

if TYPE_CHECKING:
    from services.runtime.messaging.outbox import Outgoing

Document = dict[str, Any]
AfterWrite = Callable[[], None]
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an aggregate's history."""

    status: str
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """What a decision wants written: the new state, the events that tell of it, a line of history.

    `after_write` runs once, when the write is durable: a metric, a log line. The decision itself may run several times
    and does nothing but decide.
    `clear_digests`: remove the digests of the messages seen so far, because a note or a place could be guessed from
    them; the marks that recognise a repeat stay.
    """

    state: S
    events: Sequence[Value] = ()
    entry: Entry | None = None
    clear_digests: bool = False
    after_write: AfterWrite | None = None


Decide = Callable[[S | None], Change[S] | None]


@dataclass(frozen=True, slots=True)
class Stored(Generic[S]):
    """An aggregate as it was read."""

    id: str
    version: int
    state: S
    history: list[Document] = field(default_factory=list)
    outbox: list[Outgoing] = field(default_factory=list)
    seen: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes a service act: a message, or a timer of its own.

    `digest` tells two bodies under one id apart. `remembered`: the aggregate keeps it, so that a repeat has no effect.
    """

    source: str
    id: str
    time: datetime
    digest: str = ""
    correlation_id: str | None = None
    traceparent: str | None = None
    remembered: bool = True


class Store(Protocol[S]):
    """Aggregates of one kind."""

    async def get(self, aggregate_id: str) -> Stored[S] | None:
        """Read one. Raises `DatabaseAway`."""
        ...

    async def change(
        self, aggregate_id: str, cause: Cause, decide: Decide[S], *, expect_new: bool = False
    ) -> S | None:
        """Write what `decide` makes of the present state, once per cause; decide again after a conflict.

        Returns the state as written, or None: `decide` returned None, or this cause was handled before. `expect_new`
        saves the read of an aggregate that most likely does not exist. Raises what `decide` raises, `Rejected`
        (`id_reused`) for another body under a known id, `Conflict` after many tries, `DatabaseAway`.
        """
        ...


def cause_of(message: Message[Any]) -> Cause:
    """The message as the cause of a change."""
    return Cause(
        source=message.source,
        id=message.id,
        time=message.time,
        digest=digest_of(message.data),
        correlation_id=message.correlation_id,
        traceparent=message.traceparent,
    )


def timer_cause(kind: str, aggregate_id: str, now: datetime) -> Cause:
    """A timer as the cause of a change; the version guards against firing twice, so it is not remembered."""
    return Cause(
        f"/gancang/timers/{kind}", derived_id(kind, aggregate_id, "timer", now), now, remembered=False
    )
