"""Where residents of the town cook for others, what, and how they treat an order; drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.values import Item, Place
from services.simulator.places.geography import near, town
from services.simulator.plans.dice import dice
from services.simulator.plans.names import WOMEN

# Rupiah; what the agreement with the regency names.
DISHES = (
    Item(sku="sego-tempong", name="Sego tempong", quantity=1, unit_price=15_000),
    Item(sku="rujak-soto", name="Rujak soto", quantity=1, unit_price=17_000),
    Item(sku="pecel-rawon", name="Pecel rawon", quantity=1, unit_price=18_000),
)


class Kitchen(StrEnum):
    """How a merchant treats an order."""

    COOKS = "cooks"
    RUSH = "rush"
    SOLD_OUT = "sold_out"
    SILENT = "silent"
    REFUSES = "refuses"
    CLOSED = "closed"
    UNATTESTED = "unattested"


@dataclass(frozen=True, slots=True)
class MerchantPlan:
    """A merchant; `minutes` from yes to ready."""

    id: str
    name: str
    place: Place
    kitchen: Kitchen
    minutes: int


def merchant_plans(seed: int, cooks: int) -> tuple[MerchantPlan, ...]:
    """One of each kind that somebody will remember, and `cooks` that cook."""
    kinds = [kind for kind in Kitchen if kind is not Kitchen.COOKS] + [Kitchen.COOKS] * cooks
    return tuple(_merchant(seed, number, kitchen) for number, kitchen in enumerate(kinds, start=1))


def _merchant(seed: int, number: int, kitchen: Kitchen) -> MerchantPlan:
    random = dice(seed, "merchant", number)
    merchant_id, name = f"m-{number:02d}", f"Warung Bu {WOMEN[number % len(WOMEN)]}"
    place = near(random.choice(town()), random).model_copy(update={"label": name, "merchant_id": merchant_id})
    return MerchantPlan(merchant_id, name, place, kitchen, random.randint(2, 4))
