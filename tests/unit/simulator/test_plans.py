"""The town's people: drawn from the seed, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from contracts.requests.orders import OrderRequested
from services.runtime.clock import SystemClock
from services.simulator.channels.event_log import EventLog
from services.simulator.channels.gateway import Gateway
from services.simulator.channels.pace import Pace
from services.simulator.people.context import ActorContext
from services.simulator.people.decisions import answer, drive
from services.simulator.people.passengers import Passenger
from services.simulator.places.geography import CENTRE, OUTSIDE, metres, town
from services.simulator.plans.customers import LATE_S, CustomerPlan, Mood, customer_plans
from services.simulator.plans.drivers import Temper, driver_plans


def test_the_same_seed_draws_the_same_people() -> None:
    assert driver_plans(7, 30) == driver_plans(7, 30)
    assert customer_plans(7, 60, 8.0) == customer_plans(7, 60, 8.0)


def test_another_seed_draws_other_people() -> None:
    assert driver_plans(7, 30) != driver_plans(8, 30)
    assert customer_plans(7, 60, 8.0) != customer_plans(8, 60, 8.0)


def test_a_decision_depends_on_who_and_what_never_on_when() -> None:
    first = answer(7, "d-001", Temper.PICKY, "o-001.1", 1)
    others = [answer(7, "d-002", Temper.PICKY, "o-001.1", 1), answer(7, "d-001", Temper.PICKY, "o-002.1", 1)]

    assert answer(7, "d-001", Temper.PICKY, "o-001.1", 1) == first
    assert first not in others
    assert drive(7, "d-001", Temper.FICKLE, "o-001") == drive(7, "d-001", Temper.FICKLE, "o-001")


def test_every_mood_is_there_once_there_are_enough_customers() -> None:
    moods = Counter(plan.mood for plan in customer_plans(1, 60, 8.0))

    assert set(moods) == set(Mood)
    assert moods[Mood.PATIENT] > 40


def test_customers_come_one_after_the_other() -> None:
    times = [plan.after_s for plan in customer_plans(1, 60, 8.0) if plan.mood is not Mood.ORDERS_AGAIN]

    assert times == sorted(times)
    assert 59 * 8 <= times[-1] <= 60 * 8


@pytest.mark.parametrize("seed", range(5))
def test_a_customer_who_changes_their_mind_orders_again_from_the_same_door_to_another(seed: int) -> None:
    plans = customer_plans(seed, 60, 5.0)
    seconds = {plan.id: plan for plan in plans if plan.mood is Mood.ORDERS_AGAIN}

    firsts = [plan for plan in plans if plan.mood is Mood.CHANGES_MIND]

    assert firsts
    assert {first.id for first in firsts} == set(seconds)
    for first in firsts:
        second = seconds[first.id]
        assert second.after_s > first.after_s + first.patience_s
        assert second.pickup == first.pickup
        assert second.dropoff != first.dropoff


@pytest.mark.parametrize("seed", range(5))
def test_some_ride_to_another_district_and_none_so_late_that_the_demo_waits_for_them(
    seed: int,
) -> None:
    far = [
        plan.after_s
        for plan in customer_plans(seed, 200, 5.0)
        if plan.mood is Mood.PATIENT and metres(plan.pickup, plan.dropoff) > 3_400
    ]

    assert len(far) > 20
    assert max(far) <= 200 * 5.0 - LATE_S


@pytest.mark.parametrize("seed", range(5))
def test_rides_lie_in_the_town_except_those_that_are_meant_to_fail(seed: int) -> None:
    for plan in customer_plans(seed, 60, 8.0):
        if plan.mood is Mood.REMOTE:
            assert metres(plan.pickup, CENTRE) > 35_000
        else:
            assert metres(plan.pickup, CENTRE) < 6_000
        assert (plan.dropoff == OUTSIDE) == (plan.mood is Mood.OUTSIDE)


def test_two_of_many_drivers_may_not_work() -> None:
    assert [plan.id for plan in driver_plans(1, 20) if not plan.may_work] == ["d-019", "d-020"]
    assert all(plan.may_work for plan in driver_plans(1, 4))


def test_some_drivers_fall_silent_and_some_go_home_early() -> None:
    plans = driver_plans(1, 40)

    assert sum(plan.silent_after_s is not None for plan in plans) == 4
    assert sum(plan.leaves_after_s is not None for plan in plans) == 4
    assert all(plan.silent_after_s is None and plan.leaves_after_s is None for plan in driver_plans(1, 4))


def test_the_town_has_villages_of_four_districts() -> None:
    assert {village.district_code for village in town()} == {"35.10.15", "35.10.16", "35.10.17", "35.10.21"}


@pytest.mark.parametrize("plan", customer_plans(3, 30, 8.0), ids=lambda plan: plan.order_id)
def test_every_order_is_valid_by_the_contract(plan: CustomerPlan) -> None:
    event_log = EventLog()
    gateway = Gateway("amqp://nobody:nothing@127.0.0.1:1/", event_log.note)
    context = ActorContext(3, gateway, Pace(SystemClock()), event_log)

    order = Passenger(plan, context)._order()

    assert OrderRequested.model_validate_json(order.model_dump_json()) == order
