"""Erasures: one that is killed between any two steps and delivered again leaves the same state."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from contracts.events.recipients import RecipientErased
from contracts.values import OrderStatus, Place, Role
from services.orders.adapters.mongo import BENEFICIARY, EMERGENCY, MERCHANT, ORDER
from services.orders.domain.emergency import Emergency
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.payment.budget import Beneficiary
from services.orders.handlers.recipient_erased import recipient_erased
from services.orders.ports import PersonalRecords
from services.runtime.storage.kind import Kind
from tests.support.builders import a_message
from tests.support.kitchen_orders import a_meal
from tests.support.memory import Memory, Turns

if TYPE_CHECKING:
    from services.orders.domain.order import Order

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MEAL = replace(a_meal(), asked_at=AT - timedelta(hours=1))
ENDED = replace(MEAL, order_id="o-ended", status=OrderStatus.CANCELLED)
RUNNING = replace(MEAL, order_id="o-running")
PEOPLE = [(Role.CUSTOMER, MEAL.customer.id), (Role.MERCHANT, MEAL.merchant_id)]
STEPS = [(*PEOPLE[0], step) for step in range(8)] + [
    (*PEOPLE[1], step) for step in range(9)
]  # reads and writes, one after the other


class Killed(Exception):  # noqa: N818  says what happened
    """The process was killed."""


class Fuse(Turns):
    """Reads and writes never wait, until the process is killed after `left` of them."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 1_000_000

    async def wait(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1


class FakeErasures:
    """Erasures in memory. `waiting`: person → orders; all people of the test have the same records."""

    def __init__(self, fuse: Fuse) -> None:
        self.noted: dict[str, datetime] = {}
        self.waiting: dict[str, set[str]] = {}
        self._fuse = fuse

    async def record(self, erased: RecipientErased) -> None:
        await self._fuse.wait()
        self.noted[erased.recipient_id] = erased.at

    async def records_of(self, _: RecipientErased) -> PersonalRecords:
        await self._fuse.wait()
        return PersonalRecords(["o-ended", "o-running"], ["em-1"], ["gancang-aron:c-1"])

    async def wait_for(self, erased: RecipientErased, running: list[str]) -> None:
        await self._fuse.wait()
        self.waiting.setdefault(erased.recipient_id, set()).update(running)


class Office:
    """The context of the orders service, with the records of one person."""

    def __init__(self) -> None:
        self.fuse = Fuse()
        self.clock = SimpleNamespace(now=lambda: AT)
        kinds: dict[str, Kind[Any]] = {
            "orders": ORDER,
            "merchants": MERCHANT,
            "beneficiaries": BENEFICIARY,
            "emergencies": EMERGENCY,
        }
        self.stores: dict[str, Memory[Any]] = {
            name: Memory(kind, self.fuse, self.clock, print) for name, kind in kinds.items()
        }
        self.erasures = FakeErasures(self.fuse)
        for order in (ENDED, RUNNING):
            self._put("orders", order.order_id, order)
        place = Place(lat=-8.2, lng=114.3, label="Warung Bu Sri")
        self._put(
            "merchants",
            "m-1",
            Merchant("m-1", "Warung Bu Sri", place, facts={"registration": AT - timedelta(days=9)}),
        )
        word = Beneficiary("gancang-aron", "c-1", "dinkes", AT.date(), AT - timedelta(days=9))
        self._put("beneficiaries", "gancang-aron:c-1", word)
        pressed = Emergency("em-1", Role.CUSTOMER, AT, order_id="o-ended", raised_by_id="c-1")
        self._put("emergencies", "em-1", pressed)
        context = SimpleNamespace(**self.stores, erasures=self.erasures, clock=self.clock)
        self._context: Any = context

    def erase(self, role: Role, who: str, steps: int = 1_000_000) -> None:
        """Handle the erasure, at most so many reads and writes of it. Raises `Killed`."""
        self.fuse.left = steps
        asyncio.run(
            recipient_erased(self._context, a_message(RecipientErased(recipient_id=who, role=role, at=AT)))
        )

    @property
    def left(self) -> dict[str, Any]:
        states = {
            name: {each: (kept["state"], kept["seen"]) for each, kept in store.documents.items()}
            for name, store in self.stores.items()
        }
        return {**states, "waiting": self.erasures.waiting}

    def order(self, order_id: str) -> Order:
        found: Order = self.stores["orders"].states()[order_id]
        return found

    def _put(self, store: str, key: str, state: Any) -> None:
        kept = self.stores[store]
        kept.documents[key] = {
            "version": 1,
            "state": kept.kind.encode(state),
            "seen": [["app.test", "m-1", "0123456789abcdef"]],
        }


@pytest.mark.parametrize(("role", "who", "steps"), STEPS)
def test_an_erasure_killed_after_any_step_and_delivered_again_leaves_the_same_state(
    role: Role, who: str, steps: int
) -> None:
    whole, broken = Office(), Office()
    whole.erase(role, who)

    with pytest.raises(Killed):
        broken.erase(role, who, steps)
    broken.erase(role, who)

    assert broken.left == whole.left


@pytest.mark.parametrize(("role", "who"), PEOPLE)
def test_a_repeated_erasure_writes_nothing(role: Role, who: str) -> None:
    office = Office()
    office.erase(role, who)
    versions = {each: kept["version"] for each, kept in office.stores["orders"].documents.items()}

    office.erase(role, who)

    assert {each: kept["version"] for each, kept in office.stores["orders"].documents.items()} == versions


def test_an_ended_order_is_blanked_and_a_running_one_is_waited_for() -> None:
    office = Office()

    office.erase(Role.CUSTOMER, MEAL.customer.id)

    assert office.order("o-ended").items == ()
    assert office.order("o-running") == RUNNING
    assert office.erasures.waiting == {MEAL.customer.id: {"o-running"}}
    assert office.left["orders"]["o-ended"][1] == [["app.test", "m-1", ""]]
