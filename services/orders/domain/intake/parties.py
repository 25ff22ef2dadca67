"""Which customers may order a service, and which other parties a request has to name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from contracts.values import CustomerKind

if TYPE_CHECKING:
    from services.orders.domain.order import Order


class Party(StrEnum):
    """A party that a service may require the request to name."""

    AGENCY = "agency"
    RECIPIENT = "recipient"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True)
class PartyRules:
    """`requires`: the parties that have to be named. `customer_kinds`: who may order; empty: all kinds."""

    requires: frozenset[Party] = frozenset()
    customer_kinds: frozenset[CustomerKind] = frozenset()


NO_PARTY_RULES = PartyRules()


def parties_refused(order: Order, rules: PartyRules) -> str | None:
    """The reason code where a party is missing, or the customer may not order; None where all is well."""
    if rules.customer_kinds and order.customer.kind not in rules.customer_kinds:
        return "customer_not_allowed"
    named = {
        Party.AGENCY: order.agency_id,
        Party.RECIPIENT: order.recipient_id,
        Party.MERCHANT: order.merchant_id,
    }
    missing = next((party for party in Party if party in rules.requires and named[party] is None), None)
    return None if missing is None else f"{missing}_missing"
