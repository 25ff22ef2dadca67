"""The customers who order rides: what each will do; drawn from the seed before the first message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.values import CustomerKind, Place
from services.simulator.places.trips import Trip, draw_trip
from services.simulator.plans.dice import dice
from services.simulator.plans.names import guest_names, resident_names, turn

TOURISTS = 0.25
# Customers who order so shortly before the last one ride only in town: no demo waits minutes for one
# motorcycle.
LATE_S = 240.0
PATIENCE_S, SECOND_THOUGHT_S, SECOND_ORDER_AFTER_S = (4.0, 40.0), (2.0, 6.0), 3.0


class Mood(StrEnum):
    """What a customer does besides ordering, or what happens to them."""

    PATIENT = "patient"
    REMOTE = "remote"
    OUTSIDE = "outside"
    CANCELS_BEFORE = "cancels_before"
    CANCELS_SEARCH = "cancels_search"
    CANCELS_RIDE = "cancels_ride"
    CHANGES_MIND = "changes_mind"  # cancels, to go somewhere else …
    ORDERS_AGAIN = "orders_again"  # … and this is the second order of the same customer
    ABANDONED = "abandoned"  # the first driver falls silent on the way to the pick-up


# Of a hundred customers; at least one of each where there are as many customers.
MOODS = {
    (Mood.REMOTE,): 5,
    (Mood.CANCELS_RIDE,): 5,
    (Mood.CHANGES_MIND, Mood.ORDERS_AGAIN): 4,
    (Mood.ABANDONED,): 3,
    (Mood.CANCELS_SEARCH,): 3,
    (Mood.OUTSIDE,): 3,
    (Mood.CANCELS_BEFORE,): 2,
}
TRIPS = {Mood.REMOTE: Trip.REMOTE, Mood.OUTSIDE: Trip.OUTSIDE, Mood.ABANDONED: Trip.AROUND_THE_CORNER}


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """A customer with one order, `after_s` business seconds after dawn; `patience_s` before they cancel."""

    id: str
    order_id: str
    name: str
    kind: CustomerKind
    locale: str
    pickup: Place
    dropoff: Place
    after_s: float
    mood: Mood
    patience_s: float


def customer_plans(seed: int, count: int, every_s: float) -> tuple[CustomerPlan, ...]:
    """Plan `count` orders, one every `every_s` business seconds on average.

    A customer who changes their mind has two of them.
    """
    plans: list[CustomerPlan] = []
    for number, mood in enumerate(_moods(seed, count), start=1):
        plan = _customer(seed, number, mood, every_s, late=(count - number) * every_s < LATE_S)
        plans.append(_again(plans[-1], plan) if mood is Mood.ORDERS_AGAIN else plan)
    return tuple(plans)


def _customer(seed: int, number: int, mood: Mood, every_s: float, *, late: bool) -> CustomerPlan:
    random = dice(seed, "customer", number)
    tourist = random.random() < TOURISTS
    pickup, dropoff = draw_trip(TRIPS.get(mood, Trip.IN_TOWN if late else Trip.ANYWHERE), random)
    names = (guest_names if tourist else resident_names)(dice(seed, "names"))
    return CustomerPlan(
        id=f"c-{number:03d}",
        order_id=f"o-{number:03d}",
        name=turn(names, number),
        kind=CustomerKind.TOURIST if tourist else CustomerKind.RESIDENT,
        locale="en" if tourist else "id",
        pickup=pickup,
        dropoff=dropoff,
        after_s=(number - 1) * every_s + random.uniform(0, every_s),
        mood=mood,
        patience_s=random.uniform(*(SECOND_THOUGHT_S if mood is Mood.CHANGES_MIND else PATIENCE_S)),
    )


def _again(first: CustomerPlan, plan: CustomerPlan) -> CustomerPlan:
    """Plan a second order: from the same door, soon after the first was cancelled, to where `plan` goes."""
    after_s = first.after_s + first.patience_s + SECOND_ORDER_AFTER_S
    return replace(first, order_id=plan.order_id, dropoff=plan.dropoff, after_s=after_s, mood=plan.mood)


def _moods(seed: int, count: int) -> list[Mood]:
    unusual: list[tuple[Mood, ...]] = []
    for moods, of_hundred in MOODS.items():
        unusual += [moods] * max(1, round(count * of_hundred / 100))
    while sum(map(len, unusual)) > count // 3:
        unusual.pop()
    blocks = unusual + [(Mood.PATIENT,)] * (count - sum(map(len, unusual)))
    dice(seed, "moods").shuffle(blocks)
    return [mood for block in blocks for mood in block]
