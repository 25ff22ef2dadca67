"""Who takes part in a service: which customers may order it, and who else has to be named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from contracts.values import CustomerKind

if TYPE_CHECKING:
    from services.orders.domain.order import Order


class Party(StrEnum):
    """Who may have to be named in the request."""

    AGENCY = "agency"
    RECIPIENT = "recipient"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True)
class PartyRules:
    """`requires`: who has to be named. `customer_kinds`: who may order; empty: everybody."""

    requires: frozenset[Party] = frozenset()
    customer_kinds: frozenset[CustomerKind] = frozenset()


ANYBODY = PartyRules()


def parties_refused(order: Order, rules: PartyRules) -> str | None:
    """The reason code where somebody is missing, or may not order."""
    if rules.customer_kinds and order.customer.kind not in rules.customer_kinds:
        return "customer_not_allowed"
    named = {
        Party.AGENCY: order.agency_id,
        Party.RECIPIENT: order.recipient_id,
        Party.MERCHANT: order.merchant_id,
    }
    missing = next((party for party in Party if party in rules.requires and named[party] is None), None)
    return None if missing is None else f"{missing}_missing"
