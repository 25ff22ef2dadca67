"""Who lives in the town and what each means to do; drawn from the seed before the first message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from contracts.values import CustomerKind, Place, VehicleClass
from services.simulator.dice import dice
from services.simulator.geography import OUTSIDE, metres, near, point_of, remote, town
from services.simulator.names import driver_names, guest_names, resident_names

LONGEST_RIDE_M = 2_200
SHORTEST_RIDE_M = 600
REMOTE_HOP_M = 6_000
TOURISTS = 0.25
ENOUGH_FOR_STRANGERS = 8  # from this many drivers on, the last two may not work
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
    """What a customer does besides ordering."""

    PATIENT = "patient"
    REMOTE = "remote"
    OUTSIDE = "outside"
    CANCELS_BEFORE = "cancels_before"
    CANCELS_SEARCH = "cancels_search"
    CANCELS_RIDE = "cancels_ride"


# Of a hundred customers; at least one of each where there are as many customers.
MOODS = {
    Mood.REMOTE: 5,
    Mood.CANCELS_RIDE: 5,
    Mood.CANCELS_SEARCH: 4,
    Mood.OUTSIDE: 3,
    Mood.CANCELS_BEFORE: 2,
}


@dataclass(frozen=True, slots=True)
class DriverPlan:
    """A driver. Without `attested` no agency vouches for him, without `papers_valid` his licence has run out."""

    id: str
    name: str
    home: Place
    vehicle_class: VehicleClass
    plate: str
    temper: Temper
    attested: bool = True
    papers_valid: bool = True

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
    """`count` customers, one every `every_s` business seconds on average."""
    moods = _moods(seed, count)
    return tuple(_customer(seed, number, moods[number - 1], every_s) for number in range(1, count + 1))


def _driver(seed: int, number: int, count: int) -> DriverPlan:
    random = dice(seed, "driver", number)
    return DriverPlan(
        id=f"d-{number:03d}",
        name=_turn(driver_names(dice(seed, "driver names")), number),
        home=near(random.choice(town()), random),
        vehicle_class=random.choices(VEHICLES, (60, 30, 10))[0],
        plate=f"P {random.randint(1000, 9999)} {random.choice('QRSTUVWXYZ')}{random.choice('ABCDEFGHJKLMN')}",
        temper=random.choices(list(TEMPERS), list(TEMPERS.values()))[0],
        attested=count < ENOUGH_FOR_STRANGERS or number != count,
        papers_valid=count < ENOUGH_FOR_STRANGERS or number != count - 1,
    )


def _customer(seed: int, number: int, mood: Mood, every_s: float) -> CustomerPlan:
    random = dice(seed, "customer", number)
    tourist = random.random() < TOURISTS
    pickup, dropoff = _ride(random, mood)
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
        patience_s=random.uniform(4, 40),
    )


def _ride(random: Random, mood: Mood) -> tuple[Place, Place]:
    around, within = (remote(), REMOTE_HOP_M) if mood is Mood.REMOTE else (town(), LONGEST_RIDE_M)
    while True:
        start, end = random.choice(around), random.choice(around)
        if start is not end and metres(point_of(start), point_of(end)) <= within:
            pickup, dropoff = near(start, random), near(end, random)
            if metres(pickup, dropoff) >= SHORTEST_RIDE_M:
                return pickup, OUTSIDE if mood is Mood.OUTSIDE else dropoff


def _turn(names: list[str], number: int) -> str:
    """Everybody's own name, until there are more people than names."""
    return names[number % len(names)]


def _moods(seed: int, count: int) -> list[Mood]:
    moods: list[Mood] = []
    for mood, of_hundred in MOODS.items():
        moods += [mood] * max(1, round(count * of_hundred / 100))
    moods = moods[: count // 3]
    moods += [Mood.PATIENT] * (count - len(moods))
    dice(seed, "moods").shuffle(moods)
    return moods
