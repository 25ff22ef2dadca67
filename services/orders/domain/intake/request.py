"""What intake decides on: the request, the service as the catalogue has it, and what other aggregates say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.values import Customer, Item, Payer, Place, Texts
from services.orders.domain.intake.details import DetailRule
from services.orders.domain.intake.hand_over import HandOverRule
from services.orders.domain.intake.parties import ANYBODY, PartyRules
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.order import Order, Policy
from services.orders.domain.payment.funding import PayerRecord, ProgrammeRules
from services.orders.domain.payment.tariff import Tariff
from services.orders.domain.route.routes import RestrictedRoute
from services.orders.domain.route.status import RouteStatus
from services.orders.domain.search.terms import SearchRules


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the catalogue, as far as intake needs it. `max_distance_m` along the road.

    `from_shelter`: an order that begins at a partner's place goes to who waits there first.
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
    parties: PartyRules = ANYBODY
    hand_over: HandOverRule | None = None
    from_shelter: bool = False
    programme: ProgrammeRules | None = None


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What the request asks for. `asked_at`: when its app sent it."""

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
    """What other aggregates say about this request, read before deciding. `now`: when it was read."""

    now: datetime
    merchant: Merchant | None = None
    payer_record: PayerRecord | None = None
    route: RestrictedRoute | None = None
    route_status: RouteStatus | None = None


Check = Callable[[Order, OrderRequest, Service, Lookups], str | None]
"""A reason code where the order is refused by policy, else None. The order has its places and its policy already."""
