"""What intake decides on: the request, the service of the catalogue, and what was looked up for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.values import Customer, Item, Payer, Place, Texts
from services.orders.domain.intake.details import DetailRule
from services.orders.domain.intake.hand_over import HandOverRule
from services.orders.domain.intake.parties import NO_PARTY_RULES, PartyRules
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.order import Order, Policy
from services.orders.domain.payment.funding import PayerRecord, ProgrammeRules
from services.orders.domain.payment.tariff import Tariff
from services.orders.domain.route.routes import RestrictedRoute
from services.orders.domain.route.status import RouteStatus
from services.orders.domain.search.terms import SearchRules


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the catalogue. `policy`: the part that travels with each order.

    `texts`: its name by locale. `town`, `rural`: the search rules by the district of the pick-up. `payers`:
    the kinds of payer it takes. `max_distance_m`: along the road. `from_shelter`: couriers waiting at the
    pick-up's shelter come first.
    """

    name: str
    texts: Texts
    town: SearchRules
    rural: SearchRules
    policy: Policy
    tariff: Tariff
    payers: frozenset[str]
    max_distance_m: int
    details: tuple[DetailRule, ...] = ()
    parties: PartyRules = NO_PARTY_RULES
    hand_over: HandOverRule | None = None
    from_shelter: bool = False
    programme: ProgrammeRules | None = None


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What the request asks for. `asked_at`: when the app sent it.

    `max_fare`: refuse the order if it would cost more, whole rupiah.
    """

    order_id: str
    digest: str
    customer: Customer
    pickup: Place
    dropoff: Place
    payer: Payer
    recipient_id: str | None = None
    agency_id: str | None = None
    asked_at: datetime | None = None
    scheduled_for: datetime | None = None
    items: tuple[Item, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    max_fare: int | None = None


@dataclass(frozen=True, slots=True)
class Lookups:
    """What was looked up for a request before deciding, and when. None: not found, or not needed."""

    now: datetime
    merchant: Merchant | None = None
    payer_record: PayerRecord | None = None
    route: RestrictedRoute | None = None
    route_status: RouteStatus | None = None


Check = Callable[[Order, OrderRequest, Service, Lookups], str | None]
"""Returns a reason code where policy refuses the order, else None."""
