"""Whether a merchant takes an order: known, run by a resident, open, and not paused by a rush."""

from __future__ import annotations

from datetime import date

from contracts.values import Place
from services.orders.domain.ground import distance_m
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.kitchen.terms import MerchantRules


def merchant_refused(
    pickup: Place, merchant: Merchant | None, rules: MerchantRules, day: date, *, asked_later: bool
) -> str | None:
    """The reason code where this merchant takes no order from this pick-up for that day; None where it does.

    `asked_later`: the order is booked so far ahead that the merchant's present hours and rush do not matter.
    """
    if pickup.merchant_id is None:
        return "merchant_missing"
    if merchant is None:
        return "merchant_unknown"
    if distance_m(pickup, merchant.place) > rules.reach_m:
        return "merchant_elsewhere"
    if not merchant.resident_on(day):
        return "merchant_not_resident"
    if not asked_later and not merchant.is_open:
        return "merchant_closed"
    return "merchant_in_rush" if merchant.paused and not asked_later else None
