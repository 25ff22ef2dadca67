"""The values that handlers work with: a change, its cause, and the store that writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import structlog

from contracts.codec import digest_of
from contracts.message import Message, derived_id
from contracts.values import Value
from services.runtime.errors import Rejected

if TYPE_CHECKING:
    from services.runtime.messaging.outbox import Outgoing

Document = dict[str, Any]
AfterWrite = Callable[[], None]
S = TypeVar("S")
MAX_CONFLICTS = 20  # tries of one change against other writers
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an aggregate's history."""

    status: str
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """The result of a decision: the new state, the events to publish, and a line of history.

    `after_write` runs once, when the write is durable: for a metric or a log line. The decision itself may
    run several times after conflicts, so it must have no effect of its own. `clear_digests`: remove the
    digests of all messages seen so far, because a note or a place could be guessed from them. Their ids stay,
    so a repeat is still recognised.
    """

    state: S
    events: Sequence[Value] = ()
    entry: Entry | None = None
    clear_digests: bool = False
    after_write: AfterWrite | None = None

    def run_after_write(self) -> None:
        """Run `after_write`. An error in it is logged: the change is written already."""
        if self.after_write is None:
            return
        try:
            self.after_write()
        except Exception:
            log.exception("after_write.failed")


Decide = Callable[[S | None], Change[S] | None]


@dataclass(frozen=True, slots=True)
class Stored(Generic[S]):
    """An aggregate as it was read.

    `version` counts its writes; `seen` lists (source, id, digest) of the causes it remembers.
    """

    id: str
    version: int
    state: S
    history: list[Document] = field(default_factory=list)
    outbox: list[Outgoing] = field(default_factory=list)
    seen: list[list[str]] = field(default_factory=list)

    def has_seen(self, cause: Cause) -> bool:
        """Whether this cause was handled before.

        Raises `Rejected` (`id_reused`) when it had another digest then.

        A cause that is not remembered never counts as a repeat, even if another app copies its source and id.
        """
        if not cause.remembered:
            return False
        for source, message_id, digest in self.seen:
            if message_id == cause.id and source == cause.source:
                if cause.digest and digest and digest != cause.digest:
                    raise Rejected("id_reused")
                return True
        return False


@dataclass(frozen=True, slots=True)
class Cause:
    """The reason for a change: a message, or a timer of the aggregate.

    `digest` tells two bodies under one id apart. `remembered`: the aggregate keeps source, id and digest in
    `seen`, so that a repeat has no effect.
    """

    source: str
    id: str
    time: datetime
    digest: str = ""
    correlation_id: str | None = None
    traceparent: str | None = None
    remembered: bool = True


class Store(Protocol[S]):
    """All aggregates of one kind."""

    async def get(self, aggregate_id: str) -> Stored[S] | None:
        """Read one. Raises `DatabaseAway`."""
        ...

    async def change(
        self, aggregate_id: str, cause: Cause, decide: Decide[S], *, expect_new: bool = False
    ) -> S | None:
        """Decide on the present state and write the change, once per cause.

        After a conflict, read and decide again. Returns the state as written, or None when `decide` returned
        None or this cause was handled before. `expect_new` skips the first read, for an aggregate that most
        likely does not exist yet. Raises what `decide` raises, `Rejected` (`id_reused`) for another body
        under a known id, `Conflict` after `MAX_CONFLICTS` tries, `Vanished`, and `DatabaseAway`.
        """
        ...


def cause_of(message: Message[Any]) -> Cause:
    """Make a message the cause of a change."""
    return Cause(
        source=message.source,
        id=message.id,
        time=message.time,
        digest=digest_of(message.data),
        correlation_id=message.correlation_id,
        traceparent=message.traceparent,
    )


def timer_cause(kind: str, aggregate_id: str, now: datetime) -> Cause:
    """Make a timer the cause of a change.

    It is not remembered: the version already keeps it from firing twice.
    """
    return Cause(
        f"/gancang/timers/{kind}", derived_id(kind, aggregate_id, "timer", now), now, remembered=False
    )
