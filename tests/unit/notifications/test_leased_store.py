"""Notifications and webhook deliveries are opened, moved on and ended by the same store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.events.notifications import NotificationFailed, NotificationSent
from services.notifications.domain.lease import Leased, SendStatus
from services.notifications.domain.webhooks.delivery import PostResult
from services.notifications.sending.leased_store import LeasedStore
from services.runtime.change import Cause, Change, Entry, Stored
from services.runtime.clock import SystemClock
from tests.support.builders import NOW
from tests.support.telling import a_delivery, a_notification

if TYPE_CHECKING:
    from collections.abc import Callable

CAUSE = Cause("/gancang/orders", "e-1", NOW)
WAITS = [timedelta(seconds=5), timedelta(minutes=5)]


class InMemory:
    """Keeps the changes; each write meets one conflict, so every decision runs twice."""

    def __init__(self) -> None:
        self.states: dict[str, Leased] = {}
        self.changes: list[Change[Leased]] = []
        self.history: list[Entry] = []
        self.causes: list[Cause] = []

    async def get(self, aggregate_id: str) -> Stored[Leased] | None:
        state = self.states.get(aggregate_id)
        return None if state is None else Stored(aggregate_id, 1, state)

    async def change(
        self, aggregate_id: str, cause: Cause, decide: Callable[..., Any], *, expect_new: bool = False
    ) -> Leased | None:
        decide(None if expect_new else self.states.get(aggregate_id))
        change: Change[Leased] | None = decide(self.states.get(aggregate_id))
        if change is None:
            return None
        self.states[aggregate_id] = change.state
        assert change.entry is not None
        self.changes.append(change)
        self.history.append(change.entry)
        self.causes.append(cause)
        return change.state


@pytest.fixture
def stored() -> InMemory:
    return InMemory()


@pytest.fixture
def store(stored: InMemory) -> LeasedStore[Any]:
    return LeasedStore(stored, SystemClock(), "/gancang/notifications/step")


@pytest.mark.parametrize("new", [a_notification(), a_delivery()], ids=["notification", "webhook"])
async def test_it_is_opened_once(store: LeasedStore[Any], stored: InMemory, new: Leased) -> None:
    opened = [await store.open(new, CAUSE) for _ in range(2)]

    assert opened == [True, False]
    assert [change.events for change in stored.changes] == [()]
    assert [entry.status for entry in stored.history] == ["pending"]


@pytest.mark.parametrize("new", [a_notification(), a_delivery()], ids=["notification", "webhook"])
async def test_each_end_publishes_its_event_once(
    store: LeasedStore[Any], stored: InMemory, new: Leased
) -> None:
    await store.open(new, CAUSE)

    await store.apply(new, lambda known: known.leased(NOW))
    await store.apply(new, lambda known: known.sent())
    await store.apply(new, lambda known: known.given_up("too_late"))

    names = {"notification_id": "n-1", "recipient_id": new.about.recipient_id, "channel": new.about.channel}
    told = {**names, "cause": "e-1", "template": new.about.template}
    assert [list(change.events) for change in stored.changes] == [
        [],
        [],
        [NotificationSent(**told)],
        [NotificationFailed(**told, reason="too_late")],
    ]
    assert [entry.reason for entry in stored.history] == [None, None, None, "too_late"]


async def test_a_transition_is_caused_by_the_event_and_is_not_remembered(
    store: LeasedStore[Any], stored: InMemory
) -> None:
    await store.open(a_delivery(traceparent="t-1"), CAUSE)

    await store.apply(a_delivery(traceparent="t-1"), lambda known: known.leased(NOW))

    cause = stored.causes[-1]
    assert (cause.source, cause.id) == ("/gancang/notifications/step", "e-1")
    assert (cause.correlation_id, cause.traceparent, cause.remembered) == ("o-1", "t-1", False)


async def test_nothing_is_written_for_what_is_gone_not_due_or_refused(
    store: LeasedStore[Any], stored: InMemory
) -> None:
    gone = await store.apply(a_delivery(), lambda known: known.sent())
    await store.open(a_delivery(), CAUSE)

    not_due = await store.apply_if_due(a_delivery(), lambda known: known.sent())
    refused = await store.apply(a_delivery(), lambda _: None)

    assert (gone, not_due, refused, await store.find_due("n-1")) == (None, None, None, None)
    assert len(stored.changes) == 1


@pytest.mark.parametrize(
    ("tries", "posted", "status", "reason", "due"),
    [
        (0, PostResult("204", 204), SendStatus.SENT, None, None),
        (0, PostResult("410", 410), SendStatus.FAILED, "gone", None),
        (0, PostResult("503", 503), SendStatus.PENDING, None, NOW + timedelta(seconds=5)),
        (1, PostResult("timeout"), SendStatus.PENDING, None, NOW + timedelta(minutes=5)),
        (1, PostResult("429", 429, 900.0), SendStatus.PENDING, None, NOW + timedelta(minutes=15)),
        (2, PostResult("503", 503), SendStatus.FAILED, "channel_unavailable", None),
    ],
)
def test_a_post_is_retried_after_the_schedule_or_retry_after_and_then_given_up(
    tries: int, posted: PostResult, status: SendStatus, reason: str | None, due: object
) -> None:
    settled = a_delivery(tries=tries).settled(posted, NOW, WAITS, jitter=0, speed=1)

    assert (settled.status, settled.reason, settled.due) == (status, reason, due)
    assert [attempt.detail for attempt in settled.attempts] == [posted.detail]
