"""The merchants of the town: their dishes, and how each treats an order; drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.values import Item, Place
from services.simulator.places.geography import near, town
from services.simulator.plans.dice import dice
from services.simulator.plans.names import WOMEN

# Prices in rupiah, from the agreement with the regency.
DISHES = (
    Item(sku="sego-tempong", name="Sego tempong", quantity=1, unit_price=15_000),
    Item(sku="rujak-soto", name="Rujak soto", quantity=1, unit_price=17_000),
    Item(sku="pecel-rawon", name="Pecel rawon", quantity=1, unit_price=18_000),
)


class Behaviour(StrEnum):
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
    """A merchant; `minutes` from accepting an order to the ready meal."""

    id: str
    name: str
    place: Place
    behaviour: Behaviour
    minutes: int


def merchant_plans(seed: int, cooks: int) -> tuple[MerchantPlan, ...]:
    """One merchant of each unusual behaviour, and `cooks` that simply cook."""
    unusual = [behaviour for behaviour in Behaviour if behaviour is not Behaviour.COOKS]
    behaviours = unusual + [Behaviour.COOKS] * cooks
    return tuple(_merchant(seed, number, one) for number, one in enumerate(behaviours, start=1))


def _merchant(seed: int, number: int, behaviour: Behaviour) -> MerchantPlan:
    random = dice(seed, "merchant", number)
    merchant_id, name = f"m-{number:02d}", f"Warung Bu {WOMEN[number % len(WOMEN)]}"
    place = near(random.choice(town()), random).model_copy(update={"label": name, "merchant_id": merchant_id})
    return MerchantPlan(merchant_id, name, place, behaviour, random.randint(2, 4))
