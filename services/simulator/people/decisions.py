"""What a driver does with an offer: a pure function of seed, driver, order and attempt."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from services.simulator.plans.dice import dice
from services.simulator.plans.people_plans import Temper


@dataclass(frozen=True, slots=True)
class Answer:
    """`accepts` None: he does not answer at all. `after_s` business seconds."""

    accepts: bool | None
    after_s: float


@dataclass(frozen=True, slots=True)
class Drive:
    """How he carries an assignment out; `gives_up_after` is the part of the way to the pick-up, None: never."""

    metres_per_s: float
    boarding_s: float
    gives_up_after: float | None


def answer(seed: int, driver: str, temper: Temper, order: str, time_asked: int) -> Answer:
    """How the driver answers an offer for this order, asked the `time_asked`th time."""
    random = dice(seed, driver, "offer", order, time_asked)
    luck = random.random()
    match temper:
        case Temper.QUICK:
            return Answer(luck < 0.95, random.uniform(2, 6))  # noqa: PLR2004  a man's character
        case Temper.SLOW:
            return _slow(luck, random)
        case Temper.PICKY:
            return Answer(luck < 0.4, random.uniform(2, 6))  # noqa: PLR2004
        case Temper.ABSENT:
            return Answer(True if luck < 0.3 else None, random.uniform(4, 9))  # noqa: PLR2004
        case Temper.FICKLE:
            return Answer(accepts=True, after_s=random.uniform(2, 7))


def drive(seed: int, driver: str, temper: Temper, order: str) -> Drive:
    """How the driver carries this order out."""
    random = dice(seed, driver, "drive", order)
    gives_up = temper is Temper.FICKLE and random.random() < 1 / 2
    return Drive(
        metres_per_s=random.uniform(9, 13),
        boarding_s=random.uniform(15, 40),
        gives_up_after=random.uniform(0.2, 0.9) if gives_up else None,
    )


def _slow(luck: float, random: Random) -> Answer:
    """Inside the window of 15 s, or too late."""
    return Answer(accepts=True, after_s=random.uniform(8, 13) if luck < 3 / 4 else random.uniform(18, 24))
