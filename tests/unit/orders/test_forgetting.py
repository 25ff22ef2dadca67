"""An erasure that dies between any two of its steps and comes again leaves the same behind as one that did not."""

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
    """The process is gone."""


class Fuse(Turns):
    """Everybody's turn comes at once, until the fuse has burnt down."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 1_000_000

    async def mine(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1


class FakeErasures:
    """`waiting` by person; everybody of the test has the same things."""

    def __init__(self, fuse: Fuse) -> None:
        self.noted: dict[str, datetime] = {}
        self.waiting: dict[str, set[str]] = {}
        self._fuse = fuse

    async def record(self, erased: RecipientErased) -> None:
        await self._fuse.mine()
        self.noted[erased.recipient_id] = erased.at

    async def records_of(self, _: RecipientErased) -> PersonalRecords:
        await self._fuse.mine()
        return PersonalRecords(["o-ended", "o-running"], ["em-1"], ["gancang-aron:c-1"])

    async def wait_for(self, erased: RecipientErased, running: list[str]) -> None:
        await self._fuse.mine()
        self.waiting.setdefault(erased.recipient_id, set()).update(running)


class Office:
    """The context of the orders service with one person's things in it."""

    def __init__(self) -> None:
        self.fuse = Fuse()
        self.clock = SimpleNamespace(now=lambda: AT)
        kinds = {
            "orders": ORDER,
            "merchants": MERCHANT,
            "beneficiaries": BENEFICIARY,
            "emergencies": EMERGENCY,
        }
        self.stores: dict[str, Memory[Any]] = {
            name: Memory(kind, self.fuse, self.clock, print) for name, kind in kinds.items()
        }  # type: ignore[arg-type]
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
        self._put(
            "emergencies",
            "em-1",
            Emergency("em-1", Role.CUSTOMER, AT, order_id="o-ended", raised_by_id="c-1"),
        )
        context = SimpleNamespace(**self.stores, erasures=self.erasures, clock=self.clock)
        self._context: Any = context

    def erase(self, role: Role, who: str, steps: int = 1_000_000) -> None:
        """As many steps of it as said. Raises `Killed`."""
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
def test_killed_after_any_step_and_delivered_again_the_same_is_left(role: Role, who: str, steps: int) -> None:
    whole, broken = Office(), Office()
    whole.erase(role, who)

    with pytest.raises(Killed):
        broken.erase(role, who, steps)
    broken.erase(role, who)

    assert broken.left == whole.left


@pytest.mark.parametrize(("role", "who"), PEOPLE)
def test_the_second_time_nothing_is_written(role: Role, who: str) -> None:
    office = Office()
    office.erase(role, who)
    versions = {each: kept["version"] for each, kept in office.stores["orders"].documents.items()}

    office.erase(role, who)

    assert {each: kept["version"] for each, kept in office.stores["orders"].documents.items()} == versions


def test_what_has_ended_is_blank_and_what_runs_is_waited_for() -> None:
    office = Office()

    office.erase(Role.CUSTOMER, MEAL.customer.id)

    assert office.order("o-ended").items == ()
    assert office.order("o-running") == RUNNING
    assert office.erasures.waiting == {MEAL.customer.id: {"o-running"}}
    assert office.left["orders"]["o-ended"][1] == [["app.test", "m-1", ""]]
