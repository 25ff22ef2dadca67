"""A driver of the town drives, falls silent, goes home. A morning at five hundred times its speed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contracts.events.orders import AssignmentBriefed, OrderDriverUnassigned
from services.runtime.clock import SimulatedClock
from services.simulator.channels.event_log import EventLog
from services.simulator.channels.pace import Pace
from services.simulator.people.context import ActorContext
from services.simulator.people.drivers import Driver
from services.simulator.plans.drivers import DriverPlan, Temper, driver_plans
from tests.support.builders import NOW, ORDER_EVENT, PARK, STATION, a_message, an_offer_made
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from contracts.message import Message
    from contracts.values import Value

SPEED = 500.0
ARRIVED, DELIVERED, ENDED, ACCEPTED = (
    "driver.arrived.v1",
    "driver.delivered.v1",
    "driver.shift_ended.v1",
    "driver.offer_accepted.v1",
)


@dataclass
class Notebook:
    """Stands where the broker is: writes down what was sent."""

    sent: list[str] = field(default_factory=list)

    async def send(self, message: Message[Value]) -> None:
        self.sent.append(message.type)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
async def context(notebook: Notebook) -> AsyncIterator[ActorContext]:
    context = ActorContext(1, notebook, Pace(SimulatedClock(NOW, SPEED, datetime.now(UTC))), EventLog())  # type: ignore[arg-type]
    yield context
    await context.close()


def a_plan(**changes: Any) -> DriverPlan:
    one = driver_plans(1, 1)[0]
    plan = {name: getattr(one, name) for name in ("id", "name", "home", "vehicle_class", "plate")}
    return DriverPlan(**{**plan, "temper": Temper.FICKLE, **changes})


def briefed(order: str = "o-2", version: int = 1, **changes: Any) -> Message[Value]:
    ride = {"order_id": order, "driver_id": "d-001", "pickup": STATION, "dropoff": PARK, **changes}
    return a_message(AssignmentBriefed.model_validate(ride), sequence=version)


def taken_away(version: int) -> Message[Value]:
    gone = {"order_id": "o-2", "driver_id": "d-001", "attempt": 1, "reason": "reservation_lost"}
    return a_message(OrderDriverUnassigned.model_validate({**ORDER_EVENT, **gone}), sequence=version)


def offered() -> Message[Value]:
    return a_message(an_offer_made(driver_id="d-001"))


async def test_a_driver_drives_what_is_assigned(context: ActorContext, notebook: Notebook) -> None:
    driver = Driver(a_plan(temper=Temper.QUICK), context)

    driver.hear(briefed())

    assert driver.driving
    await eventually(lambda: notebook.sent == [ARRIVED, "driver.picked_up.v1", DELIVERED])
    assert context.delivered_by == {"o-2": "d-001"}


async def test_a_driver_sets_out_in_time_for_a_booked_order(
    context: ActorContext, notebook: Notebook
) -> None:
    driver = Driver(a_plan(temper=Temper.QUICK), context)
    at_ease = context.pace.now() + timedelta(minutes=20)

    driver.hear(briefed(pickup_at=at_ease + timedelta(minutes=10)))
    await context.pace.until(at_ease)

    assert notebook.sent == []
    await eventually(lambda: notebook.sent[-1:] == [DELIVERED])


async def test_news_of_a_match_that_was_taken_back_does_not_stop_the_trip_of_the_next_one(
    context: ActorContext, notebook: Notebook
) -> None:
    driver = Driver(a_plan(temper=Temper.QUICK), context)
    driver.hear(briefed(version=5))

    driver.hear(taken_away(version=3))

    await eventually(lambda: notebook.sent[-1:] == [DELIVERED])


async def test_a_driver_does_not_drive_what_was_unassigned_before_the_briefing_came(
    context: ActorContext,
) -> None:
    driver = Driver(a_plan(temper=Temper.QUICK), context)
    driver.hear(taken_away(version=3))

    driver.hear(briefed(version=2))

    assert not driver.driving


async def test_a_driver_stops_and_sets_out_again_when_the_order_is_assigned_again(
    context: ActorContext, notebook: Notebook
) -> None:
    driver = Driver(a_plan(temper=Temper.QUICK), context)
    driver.hear(briefed(version=2))
    driver.hear(taken_away(version=3))
    left_alone = driver.driving

    driver.hear(briefed(version=5))

    assert not left_alone
    await eventually(lambda: notebook.sent == [ARRIVED, "driver.picked_up.v1", DELIVERED])


async def test_a_driver_waits_for_a_meal_that_is_ready_only_after_the_briefing(
    context: ActorContext, notebook: Notebook
) -> None:
    driver = Driver(a_plan(temper=Temper.QUICK), context)
    driver.hear(briefed(items=[{"sku": "rawon", "name": "Rawon", "quantity": 1, "unit_price": 18_000}]))
    await eventually(lambda: notebook.sent == [ARRIVED])

    context.ready["o-2"].set()

    await eventually(lambda: notebook.sent[-1:] == [DELIVERED])


async def test_a_driver_who_abandons_an_order_sends_nothing_until_the_phone_works_again(
    context: ActorContext, notebook: Notebook
) -> None:
    driver = Driver(a_plan(temper=Temper.QUICK), context)
    context.abandoned = {"o-2"}

    driver.hear(briefed())
    await eventually(lambda: not driver.phone.reachable)
    said_while_silent, seen_while_silent = list(notebook.sent), driver.visible

    await eventually(lambda: notebook.sent[-1:] == [DELIVERED])
    assert (said_while_silent, seen_while_silent) == ([], False)
    assert (driver.visible, context.abandoned) == (True, set())


async def test_a_silent_driver_answers_no_offer(context: ActorContext, notebook: Notebook) -> None:
    driver = Driver(a_plan(silent_after_s=1.0), context)
    await asyncio.gather(driver.live(context.pace.now()), _heard_while_silent(driver))

    driver.hear(offered())

    await eventually(lambda: notebook.sent == [ACCEPTED])


async def test_a_driver_goes_home_after_the_trip_and_then_answers_no_offer(
    context: ActorContext, notebook: Notebook
) -> None:
    driver = Driver(a_plan(temper=Temper.QUICK, leaves_after_s=1.0), context)
    driver.hear(briefed())

    await driver.live(context.pace.now())
    driver.hear(offered())
    await context.pace.sleep(60)

    assert notebook.sent[-2:] == [DELIVERED, ENDED]
    assert not driver.visible


async def _heard_while_silent(driver: Driver) -> None:
    await eventually(lambda: not driver.phone.reachable)
    driver.hear(offered())
