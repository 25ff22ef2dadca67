"""The kitchen of an order, and what a service asks of its merchants: values that travel with the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.values import OrderStatus


@dataclass(frozen=True, slots=True)
class MerchantRules:
    """What a service asks of its merchants.

    `answer_s`: how long a merchant may take to answer. `most_minutes`: how long one may cook at most.
    `largest_total`: whole rupiah, without the delivery. `search_lead_s`: how long before the food is ready
    the search for a courier starts. `reach_m`: how far the pick-up may lie from the merchant's registered
    place.
    """

    answer_s: int
    most_minutes: int
    most_items: int
    largest_total: int
    search_lead_s: int
    reach_m: int = 200


class KitchenStage(StrEnum):
    """How far the kitchen is: a field of its own, because the order's status moves on meanwhile."""

    ASKED = "asked"
    PREPARING = "preparing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Kitchen:
    """What the merchant has said. `search_at`: when the search starts, so that the courier comes in time."""

    stage: KitchenStage
    answer_until: datetime
    ready_at: datetime | None = None
    search_at: datetime | None = None


def deadlines(status: OrderStatus, kitchen: Kitchen) -> dict[str, datetime]:
    """Timers of the kitchen: the merchant's answer is overdue, or the search for a courier is due."""
    if status is OrderStatus.AWAITING_MERCHANT:
        return {"merchant_silent": kitchen.answer_until}
    if status is OrderStatus.PREPARING and kitchen.search_at is not None:
        return {"search_due": kitchen.search_at}
    return {}
