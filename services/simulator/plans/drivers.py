"""The drivers of the town and how they will act; drawn from the seed before the first message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.values import Place, VehicleClass
from services.simulator.places.geography import near, town
from services.simulator.plans.dice import dice
from services.simulator.plans.names import driver_names, turn

# From so many drivers on, the last two may not work, and some fall silent for a while or go home early.
ENOUGH_FOR_EXCEPTIONS = 8
GOES_SILENT_EVERY, LEAVES_EVERY = 9, 10
COURIERS_EVERY, TRAIL_BIKES_EVERY = 8, 7  # so that there are drivers for medicine and for the volcano
SHELTER = Place(lat=-8.2106, lng=114.3745, label="RSUD Blambangan")
SHELTER_ID, TRAINED_FOR = "rsud-blambangan", "medicine"
VEHICLES = (VehicleClass.MOTORCYCLE, VehicleClass.SCOOTER, VehicleClass.TRAIL)


class Temper(StrEnum):
    """How a driver answers offers."""

    QUICK = "quick"
    SLOW = "slow"
    PICKY = "picky"
    ABSENT = "absent"
    FICKLE = "fickle"


# Of a hundred drivers.
# Of a hundred drivers.
TEMPERS = {Temper.QUICK: 60, Temper.SLOW: 15, Temper.PICKY: 12, Temper.ABSENT: 6, Temper.FICKLE: 7}


@dataclass(frozen=True, slots=True)
class DriverPlan:
    """A driver. `attested`: an agency confirms the residence. `papers_valid`: the licence has not expired.

    `standby_id`: the place where they wait for a hospital's medicine, trained for it. So many business
    seconds after dawn their phone is dead for a while (`silent_after_s`), or they go home (`leaves_after_s`).
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
        """Whether matching may ask them at all."""
        return self.attested and self.papers_valid


def driver_plans(seed: int, count: int) -> tuple[DriverPlan, ...]:
    """Plan `count` drivers, with homes spread over the town."""
    return tuple(_driver(seed, number, count) for number in range(1, count + 1))


def _driver(seed: int, number: int, count: int) -> DriverPlan:
    random = dice(seed, "driver", number)
    with_exceptions = count >= ENOUGH_FOR_EXCEPTIONS
    silent, leaves = number % GOES_SILENT_EVERY == 0, number % LEAVES_EVERY == 1
    plan = DriverPlan(
        id=f"d-{number:03d}",
        name=turn(driver_names(dice(seed, "driver names")), number),
        home=near(random.choice(town()), random),
        vehicle_class=random.choices(VEHICLES, (60, 30, 10))[0],
        plate=f"P {random.randint(1000, 9999)} {random.choice('QRSTUVWXYZ')}{random.choice('ABCDEFGHJKLMN')}",
        temper=random.choices(list(TEMPERS), list(TEMPERS.values()))[0],
        attested=not with_exceptions or number != count,
        papers_valid=not with_exceptions or number != count - 1,
        silent_after_s=random.uniform(30, 240) if with_exceptions and silent else None,
        leaves_after_s=random.uniform(60, 400) if with_exceptions and leaves else None,
    )
    steady = plan.may_work and plan.silent_after_s is None and plan.leaves_after_s is None
    return _for_errands(plan, number) if with_exceptions and steady else plan


def _for_errands(plan: DriverPlan, number: int) -> DriverPlan:
    """Let some wait at the hospital and some ride a trail bike; these answer quickly."""
    if number % COURIERS_EVERY == 0:
        at_hospital = replace(plan, temper=Temper.QUICK, home=SHELTER)
        return replace(at_hospital, certifications=(TRAINED_FOR,), standby_id=SHELTER_ID)
    if number % TRAIL_BIKES_EVERY == 0:
        return replace(plan, temper=Temper.QUICK, vehicle_class=VehicleClass.TRAIL)
    return plan
