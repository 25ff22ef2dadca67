"""The order as a frozen value: each step returns a new one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contracts.values import (
    Actor,
    Carried,
    Customer,
    Fare,
    Item,
    Leg,
    OrderStatus,
    Payer,
    Place,
    Requirements,
    Residence,
    Role,
    SearchPolicy,
    Texts,
    Vehicle,
)
from services.orders.domain.booking.terms import ScheduleRules
from services.orders.domain.changes.terms import NO_CHANGES, ChangeRules, Proposal
from services.orders.domain.custody.terms import (
    NO_PROOF_NEEDED,
    NOT_ATTEMPTED,
    AttemptRules,
    Custody,
    DeliveryState,
    IssuedCode,
    ProofRules,
)
from services.orders.domain.kitchen.terms import Kitchen, MerchantRules
from services.orders.domain.payment.fees import FeeRow
from services.orders.domain.payment.funding import Funding
from services.orders.domain.payment.tariff import Pricing
from services.orders.domain.route.terms import Climb, RouteRules
from services.orders.domain.search.terms import SearchRules

SYSTEM = Actor(role=Role.SYSTEM, id="orders")
"""The orders service itself, for a step that no person decided."""

ENDED = frozenset(
    {
        OrderStatus.COMPLETED,
        OrderStatus.CANCELLED,
        OrderStatus.REJECTED,
        OrderStatus.UNSERVED,
        OrderStatus.RETURNED,
        OrderStatus.HANDED_OVER,
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the catalogue said when the order was accepted; later edits of the catalogue do not change it.

    `tell`: pairs of event type and audience. `unserved`: the reason code when no driver is found. `fees`:
    the fee table for cancelling.
    """

    search: SearchRules
    requirements: Requirements
    priority: int = 0
    tell: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pricing: Pricing | None = None
    notices: Texts = field(default_factory=dict)
    unserved: str = "no_driver"
    proof: ProofRules = NO_PROOF_NEEDED
    attempts: AttemptRules | None = None
    merchant: MerchantRules | None = None
    changes: ChangeRules = NO_CHANGES
    schedule: ScheduleRules | None = None
    fees: tuple[FeeRow, ...] = ()
    route: RouteRules | None = None
    carries: Carried = Carried.PASSENGER

    def told_of(self, event_type: str) -> tuple[str, ...]:
        """The audience of an event type, e.g. customer and driver; empty where it is told to none."""
        return dict(self.tell).get(event_type, ())


@dataclass(frozen=True, slots=True)
class Assignment:
    """The driver of an order. `at`: since when; `eta_s`: seconds to the pick-up, as estimated then."""

    driver_id: str
    offer_id: str
    attempt: int
    vehicle: Vehicle
    residence: Residence
    eta_s: int
    at: datetime

    @property
    def due(self) -> datetime:
        """When the driver is expected at the pick-up, by the estimate of the match."""
        return self.at + timedelta(seconds=self.eta_s)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the order ended. `fee`: whole rupiah owed for that; `merchant_share`: the merchant's part of it."""

    reason: str
    by: Actor
    fee: int = 0
    merchant_share: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """One order, with everything that its steps decide on.

    `since`: when the present status began. `digest`: of the request, to recognise the same request again.
    `asked_at`: when the app sent the request; `requested_at`: when this service took it in.
    `scheduled_for`: the pick-up as booked; `search_starts_at`: when the next search begins, while it is
    `scheduled`. `attempt`: number of the search, from 1. `excluded_drivers`: who gave the order back and is
    not asked again; `let_go`: whose match was withdrawn, they may be asked again. `cut_off`: its route
    closed while the guest was on it, and the alarm was raised.
    """

    order_id: str
    service: str
    service_name: Texts
    status: OrderStatus
    since: datetime
    requested_at: datetime
    digest: str
    customer: Customer
    pickup: Place
    dropoff: Place
    payer: Payer
    policy: Policy | None = None
    fare: Fare | None = None
    distance_m: int = 0
    recipient_id: str | None = None
    agency_id: str | None = None
    pickup_district: str | None = None
    dropoff_district: str | None = None
    attempt: int = 0
    search: SearchPolicy | None = None
    assignment: Assignment | None = None
    excluded_drivers: tuple[str, ...] = ()
    let_go: tuple[str, ...] = ()
    ending: Ending | None = None
    completed_at: datetime | None = None
    merchant_id: str | None = None
    items: tuple[Item, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    scheduled_for: datetime | None = None
    search_starts_at: datetime | None = None
    custody: tuple[Custody, ...] = ()
    code: IssuedCode | None = None
    delivery: DeliveryState = NOT_ATTEMPTED
    kitchen: Kitchen | None = None
    proposal: Proposal | None = None
    climb: Climb | None = None
    leg: Leg | None = None
    cut_off: bool = False
    funding: Funding | None = None
    asked_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether the order has reached a status that no step leaves."""
        return self.status in ENDED

    @property
    def waits_for_answer(self) -> bool:
        """Whether an open proposal has to be answered before the kitchen and the search can go on."""
        return self.proposal is not None and self.proposal.essential

    @property
    def pickup_at(self) -> datetime | None:
        """When the driver should be at the pick-up: as booked, or when the food is ready. None: at once."""
        times = [self.scheduled_for, self.kitchen.ready_at if self.kitchen else None]
        return max((time for time in times if time is not None), default=None)

    @property
    def owed(self) -> int:
        """What the payer owes for the order, whole rupiah: once it is completed, or tried and brought back.

        For a cancelled order it is 0: the canceller owes the fee of the ending.
        """
        if self.status is OrderStatus.RETURNED and self.ending is not None:
            return self.ending.fee
        return self.fare.total if self.status is OrderStatus.COMPLETED and self.fare is not None else 0

    @property
    def driver_id(self) -> str | None:
        """The driver of the order, also after its end."""
        return self.assignment.driver_id if self.assignment else None
