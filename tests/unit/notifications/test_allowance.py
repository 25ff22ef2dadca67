"""Only letters that were told count toward a person's limit, and only one that is sent tries whether a provider is back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from services.notifications.domain.attempts import Outcome, Result
from services.notifications.domain.channels.circuit_breaker import Patience
from services.notifications.domain.channels.quiet_hours import QuietHours
from services.notifications.domain.channels.quota import Limiter
from services.notifications.sending.circuit_breakers import Circuits
from services.notifications.sending.planner import Planning
from services.notifications.sending.shared_limits import Allowance
from services.notifications.sending.worker_pool import Lane
from services.runtime.change import Stored
from tests.support.builders import NOW
from tests.support.eventually import eventually
from tests.support.telling import EMAIL, PLAN, a_contact, a_notification

if TYPE_CHECKING:
    from services.notifications.domain.notification import Notification
    from services.notifications.ports import Planned

PERSON, REST = "customer:c-1", timedelta(seconds=10)
LOST = Outcome(Result.UNAVAILABLE, "email", doubtful=True)
FAILED, SENT, GONE = (
    Outcome(Result.UNAVAILABLE, "email"),
    Outcome(Result.SENT, "email"),
    Outcome(Result.NO_CONTACT),
)


class StoppedClock:
    speed = 1.0

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> object:
        return self.moment


class OneContact:
    async def get(self, contact_id: str) -> Stored[object]:
        return Stored(contact_id, 1, a_contact(channels=(EMAIL,)))


class QuickLedger:
    """Keeps nothing."""

    async def settle(self, sent: Notification, outcome: Outcome) -> None: ...

    async def renew(self, claimed: Notification) -> Notification:
        return claimed


class Town:
    """Planning and one lane with `places`, at most two letters to a person in ten minutes."""

    def __init__(self, places: int, outcome: Outcome = SENT) -> None:
        self.clock, self.outcome = StoppedClock(), outcome
        self.circuits = Circuits(Patience(failures=1, first_rest=REST))
        self.limiter = Limiter(2, timedelta(minutes=10))
        quiet = QuietHours(NOW.time(), NOW.time(), NOW.tzinfo)
        self.planning = Planning(
            OneContact(), {"email"}, self.circuits, quiet, self.limiter, PLAN, self.clock, log_channel=False
        )
        allowance = Allowance(self.circuits, self.limiter, self.clock)
        self.lane = Lane(
            self.deliver, self.overtaken, QuickLedger(), None, allowance, places=places, within_s=1
        )
        self.delivered = 0

    async def deliver(self, _: Planned) -> Outcome:
        self.delivered += 1
        return self.outcome

    async def overtaken(self, _: Notification) -> bool:
        return False

    async def planned(self) -> Planned:
        return await self.planning.plan(a_notification())

    async def placed(self) -> Planned | None:
        return self.lane.reserve(await self.planned())

    async def tell(self) -> None:
        """Plan a letter, send it, and wait for what comes of it."""
        placed = await self.placed()
        self.lane.send(placed)
        before = self.delivered
        worker = asyncio.create_task(self.lane.workers(1)[0]())
        await eventually(lambda: self.delivered > before and not self.lane._settling)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def test_letters_that_find_no_place_count_for_nobody() -> None:
    town = Town(places=1)

    placed = [await town.placed() for _ in range(5)]

    assert [each is not None for each in placed] == [True, False, False, False, False]
    assert (await town.planned()).wait_until is None


async def test_letters_under_way_count() -> None:
    town = Town(places=5)

    placed = [await town.placed() for _ in range(2)]

    assert None not in placed
    assert (await town.planned()).wait_until == NOW + timedelta(minutes=10)


async def test_a_place_that_is_given_back_unused_counts_for_nobody() -> None:
    town = Town(places=1)
    for _ in range(3):
        town.lane.release(await town.placed())

    assert (await town.planned()).wait_until is None


@pytest.mark.parametrize(("outcome", "waits"), [(SENT, True), (LOST, True), (FAILED, False), (GONE, False)])
async def test_what_came_of_a_letter_decides_whether_it_counts(outcome: Outcome, *, waits: bool) -> None:
    town = Town(places=5, outcome=outcome)

    await town.tell()
    await town.tell()

    assert (town.limiter.until("customer", PERSON, a_notification().row.urgency, NOW) is not None) is waits


async def test_a_trial_that_finds_no_place_leaves_it_to_the_next() -> None:
    town = Town(places=1)
    first = await town.placed()
    town.circuits.note("email", FAILED, NOW)
    town.clock.moment = NOW + REST

    crowded_out = await town.placed()
    town.lane.release(first)
    next_one = await town.placed()

    assert crowded_out is None
    assert next_one.trial


async def test_a_trial_that_was_not_sent_leaves_it_to_the_next() -> None:
    town = Town(places=2, outcome=GONE)
    town.circuits.note("email", FAILED, NOW)
    town.clock.moment = NOW + REST

    await town.tell()

    assert (await town.placed()).trial
