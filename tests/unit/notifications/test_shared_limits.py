"""Only told letters count in a person's quota, and only a sent letter uses the half-open circuit's probe."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.attempts import AttemptResult, Result
from services.notifications.domain.channels.circuit_breaker import BreakerPolicy
from services.notifications.domain.channels.contact import Contact
from services.notifications.domain.channels.quiet_hours import QuietHours
from services.notifications.domain.channels.quota import Quota
from services.notifications.sending.circuit_breakers import CircuitBreakers
from services.notifications.sending.notification_store import NotificationStore
from services.notifications.sending.planner import Planner
from services.notifications.sending.shared_limits import SharedLimits
from services.notifications.sending.worker_pool import WorkerPool
from services.runtime.change import Store, Stored
from tests.support.builders import NOW
from tests.support.eventually import eventually
from tests.support.telling import EMAIL, RETRIES, a_contact, a_notification

if TYPE_CHECKING:
    from services.notifications.domain.notification import Notification
    from services.notifications.sending.planner import SendPlan

PERSON, REST = "customer:c-1", timedelta(seconds=10)
LOST = AttemptResult(Result.UNAVAILABLE, "email", doubtful=True)
FAILED, SENT, GONE = (
    AttemptResult(Result.UNAVAILABLE, "email"),
    AttemptResult(Result.SENT, "email"),
    AttemptResult(Result.NO_CONTACT),
)


class StoppedClock:
    speed = 1.0

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


class OneContact:
    async def get(self, contact_id: str) -> Stored[Contact]:
        return Stored(contact_id, 1, a_contact(channels=(EMAIL,)))


class QuickStore:
    """Keeps nothing."""

    async def settle(self, claim: Notification, attempted: AttemptResult) -> None: ...

    async def renew(self, claim: Notification) -> Notification:
        return claim

    async def is_superseded(self, _: Notification) -> bool:
        return False


class OpenGate:
    """Never closed."""

    def close(self, reason: str) -> None: ...

    async def wait_until_open(self) -> None: ...


class Town:
    """A planner and one pool with `slots`; at most two letters to a person in ten minutes."""

    def __init__(self, slots: int, attempted: AttemptResult = SENT) -> None:
        self.clock, self.attempted = StoppedClock(), attempted
        self.breakers = CircuitBreakers(BreakerPolicy(failures=1, first_open=REST))
        self.quota = Quota(2, timedelta(minutes=10))
        quiet = QuietHours(NOW.time(), NOW.time(), ZoneInfo("UTC"))
        self.planner = Planner(
            cast("Store[Contact]", OneContact()),  # it only reads
            {"email"},
            self.breakers,
            quiet,
            self.quota,
            RETRIES,
            self.clock,
            log_channel=False,
        )
        limits = SharedLimits(self.breakers, self.quota, self.clock)
        store = cast("NotificationStore", QuickStore())  # the pool asks no more of it
        self.pool = WorkerPool(self.send, store, OpenGate(), limits, slots=slots, within_s=1)
        self.sent = 0

    async def send(self, _: SendPlan) -> AttemptResult:
        self.sent += 1
        return self.attempted

    async def plan(self) -> SendPlan:
        return await self.planner.plan(a_notification())

    async def reserve(self) -> SendPlan | None:
        return self.pool.reserve(await self.plan())

    async def reserved(self) -> SendPlan:
        """A slot, which must be free."""
        plan = await self.reserve()
        assert plan is not None
        return plan

    async def tell(self) -> None:
        """Plan a letter, send it, and wait for its result."""
        self.pool.submit(await self.reserved())
        before = self.sent
        worker = asyncio.ensure_future(self.pool.workers(1)[0]())
        await eventually(lambda: self.sent > before and not self.pool._settling)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def test_a_letter_without_a_slot_does_not_count() -> None:
    town = Town(slots=1)

    reserved = [await town.reserve() for _ in range(5)]

    assert [each is not None for each in reserved] == [True, False, False, False, False]
    assert (await town.plan()).wait_until is None


async def test_letters_under_way_count() -> None:
    town = Town(slots=5)

    reserved = [await town.reserve() for _ in range(2)]

    assert None not in reserved
    assert (await town.plan()).wait_until == NOW + timedelta(minutes=10)


async def test_a_slot_that_is_given_back_unused_does_not_count() -> None:
    town = Town(slots=1)
    for _ in range(3):
        town.pool.release(await town.reserved())

    assert (await town.plan()).wait_until is None


@pytest.mark.parametrize(("attempted", "waits"), [(SENT, True), (LOST, True), (FAILED, False), (GONE, False)])
async def test_the_result_of_a_letter_decides_whether_it_counts(
    attempted: AttemptResult, *, waits: bool
) -> None:
    town = Town(slots=5, attempted=attempted)

    await town.tell()
    await town.tell()

    full_until = town.quota.full_until("customer", PERSON, a_notification().row.urgency, NOW)
    assert (full_until is not None) is waits


async def test_a_probe_without_a_slot_is_left_to_the_next_letter() -> None:
    town = Town(slots=1)
    first = await town.reserved()
    town.breakers.record("email", FAILED, NOW)
    town.clock.moment = NOW + REST

    crowded_out = await town.reserve()
    town.pool.release(first)
    next_one = await town.reserved()

    assert crowded_out is None
    assert next_one.probe


async def test_a_probe_that_was_not_sent_is_left_to_the_next_letter() -> None:
    town = Town(slots=2, attempted=GONE)
    town.breakers.record("email", FAILED, NOW)
    town.clock.moment = NOW + REST

    await town.tell()

    assert (await town.reserved()).probe
