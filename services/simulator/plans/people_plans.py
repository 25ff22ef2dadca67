"""Who lives in the town and what each means to do; drawn from the seed before the first message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.values import CustomerKind, Place, VehicleClass
from services.simulator.places.geography import near, town
from services.simulator.places.trips import Trip, drawn
from services.simulator.plans.dice import dice
from services.simulator.plans.names import driver_names, guest_names, resident_names

TOURISTS = 0.25
ENOUGH_FOR_STRANGERS = (
    8  # from this many drivers on, the last two may not work, and some are away for a while or go home early
)
GOES_SILENT_EVERY, LEAVES_EVERY = 9, 10
COURIERS_EVERY, TRAIL_BIKES_EVERY = 8, 7  # so that somebody carries medicine, and somebody climbs the volcano
SHELTER, SHELTER_ID, TRAINED_FOR = (
    Place(lat=-8.2106, lng=114.3745, label="RSUD Blambangan"),
    "rsud-blambangan",
    "medicine",
)
LATE_S = 240.0  # who orders so shortly before the last customer does not ride far: nobody wants to watch one motorcycle for minutes
PATIENCE_S, SECOND_THOUGHT_S, SECOND_ORDER_AFTER_S = (4.0, 40.0), (2.0, 6.0), 3.0
VEHICLES = (VehicleClass.MOTORCYCLE, VehicleClass.SCOOTER, VehicleClass.TRAIL)


class Temper(StrEnum):
    """How a driver answers offers."""

    QUICK = "quick"
    SLOW = "slow"
    PICKY = "picky"
    ABSENT = "absent"
    FICKLE = "fickle"


TEMPERS = {Temper.QUICK: 60, Temper.SLOW: 15, Temper.PICKY: 12, Temper.ABSENT: 6, Temper.FICKLE: 7}


class Mood(StrEnum):
    """What a customer does besides ordering, or what befalls him."""

    PATIENT = "patient"
    REMOTE = "remote"
    OUTSIDE = "outside"
    CANCELS_BEFORE = "cancels_before"
    CANCELS_SEARCH = "cancels_search"
    CANCELS_RIDE = "cancels_ride"
    CHANGES_MIND = "changes_mind"  # cancels, because he wants to go somewhere else …
    ORDERS_AGAIN = "orders_again"  # … and this is his second order
    FORSAKEN = "forsaken"  # his first driver falls silent on the way to him


# Of a hundred customers; at least one of each where there are as many customers.
MOODS = {
    (Mood.REMOTE,): 5,
    (Mood.CANCELS_RIDE,): 5,
    (Mood.CHANGES_MIND, Mood.ORDERS_AGAIN): 4,
    (Mood.FORSAKEN,): 3,
    (Mood.CANCELS_SEARCH,): 3,
    (Mood.OUTSIDE,): 3,
    (Mood.CANCELS_BEFORE,): 2,
}
TRIPS = {Mood.REMOTE: Trip.REMOTE, Mood.OUTSIDE: Trip.OUTSIDE, Mood.FORSAKEN: Trip.AROUND_THE_CORNER}


@dataclass(frozen=True, slots=True)
class DriverPlan:
    """A driver. Without `attested` no agency vouches for him, without `papers_valid` his licence has run out.

    `standby_id`: where he waits for a hospital's medicine, trained for it.
    So many business seconds after the town woke up his phone dies for a while (`silent_after_s`), or he goes home (`leaves_after_s`).
    """

    id: str
    name: str
    home: Place
    vehicle_class: VehicleClass
    plate: str
    temper: Temper
    attested: bool = True
    papers_valid: bool = True
    silent_after_s: float | None = None
    leaves_after_s: float | None = None
    certifications: tuple[str, ...] = ()
    standby_id: str | None = None

    @property
    def may_work(self) -> bool:
        """Whether he may be asked at all."""
        return self.attested and self.papers_valid


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """A customer with one order, `after_s` business seconds after the town woke up."""

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


def driver_plans(seed: int, count: int) -> tuple[DriverPlan, ...]:
    """`count` drivers with their homes spread over the town."""
    return tuple(_driver(seed, number, count) for number in range(1, count + 1))


def customer_plans(seed: int, count: int, every_s: float) -> tuple[CustomerPlan, ...]:
    """`count` customers, one every `every_s` business seconds on average; one who changes his mind counts twice."""
    plans: list[CustomerPlan] = []
    for number, mood in enumerate(_moods(seed, count), start=1):
        plan = _customer(seed, number, mood, every_s, late=(count - number) * every_s < LATE_S)
        plans.append(_again(plans[-1], plan) if mood is Mood.ORDERS_AGAIN else plan)
    return tuple(plans)


def _driver(seed: int, number: int, count: int) -> DriverPlan:
    random = dice(seed, "driver", number)
    moody = count >= ENOUGH_FOR_STRANGERS
    plan = DriverPlan(
        id=f"d-{number:03d}",
        name=_turn(driver_names(dice(seed, "driver names")), number),
        home=near(random.choice(town()), random),
        vehicle_class=random.choices(VEHICLES, (60, 30, 10))[0],
        plate=f"P {random.randint(1000, 9999)} {random.choice('QRSTUVWXYZ')}{random.choice('ABCDEFGHJKLMN')}",
        temper=random.choices(list(TEMPERS), list(TEMPERS.values()))[0],
        attested=not moody or number != count,
        papers_valid=not moody or number != count - 1,
        silent_after_s=random.uniform(30, 240) if moody and number % GOES_SILENT_EVERY == 0 else None,
        leaves_after_s=random.uniform(60, 400) if moody and number % LEAVES_EVERY == 1 else None,
    )
    steady = plan.may_work and plan.silent_after_s is None and plan.leaves_after_s is None
    return _for_errands(plan, number) if moody and steady else plan


def _for_errands(plan: DriverPlan, number: int) -> DriverPlan:
    """Every eighth waits at the hospital, and some ride a trail bike; they are as quick as their stories need."""
    if number % COURIERS_EVERY == 0:
        at_hospital = replace(plan, temper=Temper.QUICK, home=SHELTER)
        return replace(at_hospital, certifications=(TRAINED_FOR,), standby_id=SHELTER_ID)
    if number % TRAIL_BIKES_EVERY == 0:
        return replace(plan, temper=Temper.QUICK, vehicle_class=VehicleClass.TRAIL)
    return plan


def _customer(seed: int, number: int, mood: Mood, every_s: float, *, late: bool) -> CustomerPlan:
    random = dice(seed, "customer", number)
    tourist = random.random() < TOURISTS
    pickup, dropoff = drawn(TRIPS.get(mood, Trip.IN_TOWN if late else Trip.ANYWHERE), random)
    names = (guest_names if tourist else resident_names)(dice(seed, "names"))
    return CustomerPlan(
        id=f"c-{number:03d}",
        order_id=f"o-{number:03d}",
        name=_turn(names, number),
        kind=CustomerKind.TOURIST if tourist else CustomerKind.RESIDENT,
        locale="en" if tourist else "id",
        pickup=pickup,
        dropoff=dropoff,
        after_s=(number - 1) * every_s + random.uniform(0, every_s),
        mood=mood,
        patience_s=random.uniform(*(SECOND_THOUGHT_S if mood is Mood.CHANGES_MIND else PATIENCE_S)),
    )


def _again(first: CustomerPlan, plan: CustomerPlan) -> CustomerPlan:
    """The same person, a moment after he has cancelled, from the same door to where `plan` goes."""
    after_s = first.after_s + first.patience_s + SECOND_ORDER_AFTER_S
    return replace(first, order_id=plan.order_id, dropoff=plan.dropoff, after_s=after_s, mood=plan.mood)


def _turn(names: list[str], number: int) -> str:
    """Everybody's own name, until there are more people than names."""
    return names[number % len(names)]


def _moods(seed: int, count: int) -> list[Mood]:
    unusual: list[tuple[Mood, ...]] = []
    for moods, of_hundred in MOODS.items():
        unusual += [moods] * max(1, round(count * of_hundred / 100))
    while sum(map(len, unusual)) > count // 3:
        unusual.pop()
    blocks = unusual + [(Mood.PATIENT,)] * (count - sum(map(len, unusual)))
    dice(seed, "moods").shuffle(blocks)
    return [mood for block in blocks for mood in block]
