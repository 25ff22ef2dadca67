"""Saves each transition of what is sent under a lease, and publishes the event of its end.

Every transition is one conditional write, so two processes never hold the same claim.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.events.notifications import NotificationFailed, NotificationSent
from services.notifications.domain.lease import Leased
from services.runtime.change import Cause, Change, Entry, Store
from services.runtime.clock import Clock

L = TypeVar("L", bound=Leased)
Transition = Callable[[L], L | None]
"""The next state, or None: no change. May be called again after a conflict, so it only decides."""


@dataclass(frozen=True, slots=True)
class LeasedStore(Generic[L]):
    """`source` names the transitions, so that none is taken for a repeat of the event itself.

    All methods raise `DatabaseAway`.
    """

    aggregates: Store[L]
    clock: Clock
    source: str

    async def open(self, new: L, cause: Cause) -> bool:
        """Save a new one in its first state; False if it exists in any state."""

        def decide(known: L | None) -> Change[L] | None:
            return None if known is not None else _change(new)

        return await self.aggregates.change(new.id, cause, decide, expect_new=True) is not None

    async def find_due(self, aggregate_id: str) -> L | None:
        """The state, if its wait or its lease is over."""
        stored = await self.aggregates.get(aggregate_id)
        return stored.state if stored is not None and stored.state.is_due(self.clock.now()) else None

    async def apply_if_due(self, seen: L, transition: Transition[L]) -> L | None:
        """`apply`, unless it is no longer due: another process was first."""
        now = self.clock.now()
        return await self.apply(seen, lambda known: transition(known) if known.is_due(now) else None)

    async def apply(self, seen: L, transition: Transition[L]) -> L | None:
        """Apply the transition to the present state and save it.

        None if it was removed, or the transition refused.
        """

        def decide(known: L | None) -> Change[L] | None:
            moved = None if known is None else transition(known)
            return None if moved is None else _change(moved)

        return await self.aggregates.change(seen.id, self.cause_of(seen), decide)

    def cause_of(self, seen: L) -> Cause:
        """The cause of a transition: the event that is told."""
        about = seen.about
        return Cause(
            self.source,
            about.event_id,
            self.clock.now(),
            correlation_id=about.order_id,
            traceparent=about.traceparent,
            remembered=False,
        )


def _change(state: L) -> Change[L]:
    entry = Entry(state.status.value, "system", state.reason)
    return Change(state, events=_events(state), entry=entry)


def _events(state: Leased) -> tuple[NotificationSent, ...]:
    """The event of its end; none before."""
    if not state.ended:
        return ()
    about = state.about
    sent = NotificationSent(
        notification_id=state.id,
        recipient_id=about.recipient_id,
        channel=about.channel,
        cause=about.event_id,
        template=about.template,
    )
    return (
        (sent,) if state.reason is None else (NotificationFailed(**sent.model_dump(), reason=state.reason),)
    )
