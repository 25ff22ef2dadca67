"""The kitchen's side of an order, and what a service asks of its merchants: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.values import OrderStatus


@dataclass(frozen=True, slots=True)
class MerchantRules:
    """`answer_s`: how long it may take to answer. `search_lead_s`: how long before the food is ready a courier is searched.

    `most_minutes`: the longest that it may cook. `reach_m`: how far the pick-up may lie from where it is registered.
    `largest_total`: whole rupiah, without the delivery.
    """

    answer_s: int
    most_minutes: int
    most_items: int
    largest_total: int
    search_lead_s: int
    reach_m: int = 200


class KitchenStage(StrEnum):
    """How far the kitchen is; a field of its own, beside the order's status."""

    ASKED = "asked"
    PREPARING = "preparing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Kitchen:
    """`search_at`: when a courier is searched, so that he comes when it is ready."""

    stage: KitchenStage
    answer_until: datetime
    ready_at: datetime | None = None
    search_at: datetime | None = None


def deadlines(status: OrderStatus, kitchen: Kitchen) -> dict[str, datetime]:
    """What happens by itself: a merchant that never answers, and the search that begins while it cooks."""
    if status is OrderStatus.AWAITING_MERCHANT:
        return {"merchant_silent": kitchen.answer_until}
    if status is OrderStatus.PREPARING and kitchen.search_at is not None:
        return {"search_due": kitchen.search_at}
    return {}
