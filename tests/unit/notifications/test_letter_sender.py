"""What one letter's attempt leaves behind: a refused address is marked and counted once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from services.notifications import metrics
from services.notifications.adapters.channels.log import StructlogChannel
from services.notifications.domain.attempts import Result
from services.notifications.domain.channels.choosing import Choice
from services.notifications.domain.channels.circuit_breaker import BreakerPolicy
from services.notifications.domain.channels.contact import Contact
from services.notifications.ports import AddressRefused, Texts, Vault
from services.notifications.sending.circuit_breakers import CircuitBreakers
from services.notifications.sending.letter_sender import LetterSender
from services.notifications.sending.planner import SendPlan
from services.runtime.change import Store, Stored
from services.runtime.clock import SystemClock
from tests.support.telling import PUSH, a_contact, a_notification

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.notifications.domain.channels.contact import Contact
    from services.runtime.change import Change


class OneContact:
    """Keeps one contact; each of `conflicts` makes a write decide once more."""

    def __init__(self, *, conflicts: int = 0) -> None:
        self.state, self.writes, self._conflicts = a_contact(channels=(PUSH,)), 0, conflicts

    async def change(
        self, _id: str, _cause: object, decide: Callable[[Contact], Change[Contact] | None]
    ) -> Contact | None:
        for _ in range(self._conflicts):
            decide(self.state)
        change = decide(self.state)
        if change is None:
            return None
        self.state, self.writes = change.state, self.writes + 1
        return change.state


class Refusing:
    """A channel that accepts no address."""

    async def send(self, _: object) -> None:
        raise AddressRefused("push_UNREGISTERED")


class OpenKeys:
    """A vault whose keys seal nothing."""

    async def key(self, _contact_id: str, _life: int) -> OpenKeys:
        return self

    def open(self, sealed: bytes, _context: str) -> bytes:
        return sealed


class NoTexts:
    def render(self, *_: object) -> None:
        return None


def a_sender(contacts: OneContact) -> LetterSender:
    return LetterSender(
        channels={"push": Refusing()},
        log_channel=StructlogChannel(),
        contacts=cast("Store[Contact]", contacts),  # it only changes
        texts=cast("Texts", NoTexts()),  # it only renders
        vault=cast("Vault", OpenKeys()),  # it only opens
        breakers=CircuitBreakers(BreakerPolicy()),
        has_alternative=lambda _: False,
        clock=SystemClock(),
        within_s=timedelta(seconds=1).total_seconds(),
    )


def a_plan() -> SendPlan:
    stored = Stored("customer:c-1", 1, a_contact(channels=(PUSH,)))
    return SendPlan(a_notification(), stored, Choice(PUSH), "push")


def counted() -> float:
    value: float = metrics.ADDRESSES_REFUSED.labels("push")._value.get()
    return value


async def test_an_address_that_two_letters_find_refused_is_counted_once() -> None:
    contacts, before = OneContact(), counted()

    results = await asyncio.gather(*(a_sender(contacts).send(a_plan()) for _ in range(2)))

    assert [attempted.result for attempted in results] == [Result.REFUSED, Result.REFUSED]
    assert (contacts.writes, counted() - before) == (1, 1)


async def test_a_refusal_that_conflicts_with_another_write_is_counted_once() -> None:
    contacts, before = OneContact(conflicts=3), counted()

    await a_sender(contacts).send(a_plan())

    assert (contacts.writes, counted() - before) == (1, 1)
