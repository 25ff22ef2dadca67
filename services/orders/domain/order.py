"""The order as a frozen value: every step gives a new one."""

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
from services.orders.domain.kitchen.terms import Kitchen, MerchantRules, deadlines
from services.orders.domain.payment.fees import FeeRow
from services.orders.domain.payment.funding import ASK_AGAIN_AFTER, Funding, HoldState
from services.orders.domain.payment.tariff import Pricing
from services.orders.domain.route.terms import Climb, RouteRules
from services.orders.domain.search.terms import SearchRules

SEARCH_GRACE_S = 30
SYSTEM = Actor(role=Role.SYSTEM, id="orders")
"""The orders service itself, where no person decided."""

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
    """What the catalogue said when the order was accepted; later edits don't touch a running order.

    `tell`: (event type, who is told of it) pairs. `unserved`: the reason code where no driver is found.
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
        """Who is told of an event."""
        return dict(self.tell).get(event_type, ())


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who drives. `at`: since when, `eta_s`: seconds to the pick-up as estimated then."""

    driver_id: str
    offer_id: str
    attempt: int
    vehicle: Vehicle
    residence: Residence
    eta_s: int
    at: datetime

    @property
    def due(self) -> datetime:
        """When the driver is expected at the pick-up."""
        return self.at + timedelta(seconds=self.eta_s)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the order ended. `fee`: what is owed for that, whole rupiah; `merchant_share`: what of it is the merchant's."""

    reason: str
    by: Actor
    fee: int = 0
    merchant_share: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `since`: when the present status began. `digest`: of the request, to know it again.

    `requested_at`: when we heard of it; `asked_at`: when its app sent it.

    `scheduled_for`: the pick-up as booked; `search_starts_at`: while it is `scheduled`, when its next search begins.
    `let_go`: drivers whose match was taken back; they may be asked again. `cut_off`: its route was closed while the guest was on
    it, and the alarm about that has gone out.
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
        """Whether nothing can happen to it any more."""
        return self.status in ENDED

    @property
    def waits_for_answer(self) -> bool:
        """Whether a proposal is open without which it cannot go on."""
        return self.proposal is not None and self.proposal.essential

    @property
    def pickup_at(self) -> datetime | None:
        """When the driver should be at the pick-up; None: as soon as he can."""
        times = [self.scheduled_for, self.kitchen.ready_at if self.kitchen else None]
        return max((time for time in times if time is not None), default=None)

    @property
    def owed(self) -> int:
        """What its payer owes for it, whole rupiah: done, or tried and brought back. A cancelled one is its canceller's affair."""
        if self.status is OrderStatus.RETURNED and self.ending is not None:
            return self.ending.fee
        return self.fare.total if self.status is OrderStatus.COMPLETED and self.fare is not None else 0

    @property
    def driver_id(self) -> str | None:
        """Who drives it, or drove it."""
        return self.assignment.driver_id if self.assignment else None


def timers(order: Order) -> dict[str, datetime]:
    """What has to happen by itself, and when: always due or overdue."""
    proposal = None if order.ended else order.proposal
    if (
        proposal is not None and proposal.essential
    ):  # the kitchen waits for it, and the search for the kitchen
        return {"proposal_lapsed": proposal.until}
    lapsing = {} if proposal is None else {"proposal_lapsed": proposal.until}
    cooking = {} if order.kitchen is None else deadlines(order.status, order.kitchen)
    return {**_searching(order), **cooking, **lapsing, **_funding(order)}


def _funding(order: Order) -> dict[str, datetime]:
    if order.status is OrderStatus.AWAITING_FUNDS:
        return {"funds_wanted": order.since + ASK_AGAIN_AFTER}
    to_close = order.ended and order.funding is not None and order.funding.hold is not HoldState.CLOSED
    return {"funds_settled": order.since} if to_close else {}


def _searching(order: Order) -> dict[str, datetime]:
    if order.status is OrderStatus.SCHEDULED and order.search_starts_at is not None:
        return {"search_begins": order.search_starts_at}
    if order.status is OrderStatus.SEARCHING and order.search is not None:
        return {"search_overdue": order.search.until + timedelta(seconds=SEARCH_GRACE_S)}
    if (
        order.status is OrderStatus.RETURNING
        and order.delivery.return_by is not None
        and not order.delivery.overdue
    ):
        return {"return_overdue": order.delivery.return_by}
    return {}
