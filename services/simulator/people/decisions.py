"""A driver's decisions: pure functions of seed, driver, order and attempt."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from services.simulator.plans.dice import dice
from services.simulator.plans.drivers import Temper


@dataclass(frozen=True, slots=True)
class Answer:
    """A driver's answer to an offer, after `after_s` business seconds; `accepts` None: no answer at all."""

    accepts: bool | None
    after_s: float


@dataclass(frozen=True, slots=True)
class Drive:
    """How a driver carries out an assignment; `gives_up_after`: part of the way there, None: never."""

    metres_per_s: float
    boarding_s: float
    gives_up_after: float | None


def answer(seed: int, driver: str, temper: Temper, order: str, time_asked: int) -> Answer:
    """Decide how the driver answers an offer for this order when asked the `time_asked`th time."""
    random = dice(seed, driver, "offer", order, time_asked)
    luck = random.random()
    match temper:
        case Temper.QUICK:
            return Answer(luck < 0.95, random.uniform(2, 6))  # noqa: PLR2004  the shares are what each temper means
        case Temper.SLOW:
            return _slow(luck, random)
        case Temper.PICKY:
            return Answer(luck < 0.4, random.uniform(2, 6))  # noqa: PLR2004  as above
        case Temper.ABSENT:
            return Answer(True if luck < 0.3 else None, random.uniform(4, 9))  # noqa: PLR2004  as above
        case Temper.FICKLE:
            return Answer(accepts=True, after_s=random.uniform(2, 7))


def drive(seed: int, driver: str, temper: Temper, order: str) -> Drive:
    """Decide how the driver carries out this order."""
    random = dice(seed, driver, "drive", order)
    gives_up = temper is Temper.FICKLE and random.random() < 1 / 2
    return Drive(
        metres_per_s=random.uniform(9, 13),
        boarding_s=random.uniform(15, 40),
        gives_up_after=random.uniform(0.2, 0.9) if gives_up else None,
    )


def _slow(luck: float, random: Random) -> Answer:
    """Answer within the window of 15 s, or too late."""
    return Answer(accepts=True, after_s=random.uniform(8, 13) if luck < 3 / 4 else random.uniform(18, 24))
