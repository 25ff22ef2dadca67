"""The items of an order: what they cost, and how many a merchant takes."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.values import Item
from services.orders.domain.kitchen.terms import MerchantRules


def items_total(items: Sequence[Item]) -> int:
    """What the items cost, whole rupiah."""
    return sum(item.quantity * item.unit_price for item in items)


def items_refused(items: Sequence[Item], rules: MerchantRules | None) -> str | None:
    """The reason code where these items cannot be ordered; None where they can.

    `rules`: those of the service; None for one without merchants.
    """
    if rules is None:
        return "items_not_allowed" if items else None
    if not items:
        return "items_missing"
    if any(item.unit_price == 0 for item in items):
        return "item_price_invalid"
    if sum(item.quantity for item in items) > rules.most_items:
        return "too_many_items"
    return "total_too_large" if items_total(items) > rules.largest_total else None
