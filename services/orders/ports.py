"""The ports of the orders service: what the handlers need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.events.recipients import RecipientErased
from contracts.values import Role, Value
from services.orders.domain.area import Area
from services.orders.domain.emergency import Emergency
from services.orders.domain.intake.request import Service
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.order import Order
from services.orders.domain.payment.budget import Beneficiary, Budget
from services.orders.domain.payment.tariff import Band
from services.orders.domain.route.status import RouteStatus
from services.runtime.change import Cause, Store
from services.runtime.clock import Clock


class Replies(Protocol):
    """Publish events that no write goes with."""

    async def publish(self, data: Value, cause: Cause, *, sequence: int | None = None) -> None:
        """Publish the event and wait for the broker's confirm. Raises `BrokerAway`."""
        ...


@dataclass(frozen=True, slots=True)
class StaleHold:
    """An amount that a budget has held for an order for a long time, whole rupiah."""

    budget_id: str
    order_id: str
    amount: int


class BudgetLedger(Protocol):
    """What is left of each budget, whole rupiah. A repeated call has no effect. All raise `DatabaseAway`."""

    async def set_cap(self, budget_id: str, cap: int, plan: int) -> None:
        """Set the cap to that of the budget's version `plan`; an older version has no effect."""
        ...

    async def hold(self, budget_id: str, order_id: str, amount: int) -> bool:
        """Hold the amount for the order. Returns whether it is held now, by this call or an earlier one."""
        ...

    async def close(self, budget_id: str, order_id: str, amount: int, spent: int) -> None:
        """Spend that much of the held amount and give the rest back."""
        ...

    async def stale_holds(self) -> list[StaleHold]:
        """The old holds, whose orders know whether they still need them. Forgets old closed holds."""
        ...


class OrdersOnRoute(Protocol):
    """Find the orders of a route."""

    async def on(self, route: str) -> list[str]:
        """Ids of the orders on this route that have not ended. Raises `DatabaseAway`."""
        ...


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The services on offer, the area that is served, and the legal tariff bands."""

    services: dict[str, Service]
    area: Area
    bands: Sequence[Band]


class Codes(Protocol):
    """Check the recipients' one-time codes."""

    def matches(self, order_id: str, serial: int, digits: str) -> bool:
        """Whether these are the digits of that code. Takes the same time for every answer."""
        ...


@dataclass(frozen=True, slots=True)
class PersonalRecords:
    """Ids of the documents that mention a person."""

    orders: Sequence[str]
    emergencies: Sequence[str] = ()
    beneficiaries: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PendingErasure:
    """An erasure that is not finished.

    `waiting`: the person's orders that had not ended. `again_at`: real time at which everything is looked
    up again, for what was under way during the erasure.
    """

    erased: RecipientErased
    waiting: Sequence[str]
    again_at: datetime | None = None


class Erasures(Protocol):
    """The people who were erased, and the documents that mention them. All raise `DatabaseAway`."""

    async def record(self, erased: RecipientErased) -> None:
        """Record the erasure for ever. Of two erasures of one person the later one counts."""
        ...

    async def covering(self, parties: Mapping[Role, str], said_at: datetime) -> Sequence[RecipientErased]:
        """The erasures of these people that cover what they said at this time."""
        ...

    async def records_of(self, erased: RecipientErased) -> PersonalRecords:
        """The documents that mention this person, up to the erasure."""
        ...

    async def wait_for(self, erased: RecipientErased, running: list[str]) -> None:
        """Note the orders that have to end first."""
        ...

    async def pending(self) -> Sequence[PendingErasure]:
        """The erasures that wait for an order to end, or that are due for their second look."""
        ...

    async def order_blanked(self, erased: RecipientErased, order_id: str) -> None:
        """Note that this order is blanked: the erasure no longer waits for it."""
        ...

    async def second_look_done(self, pending: PendingErasure) -> None:
        """Note that everything was looked up again, unless the person was erased again meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What all handlers of this service share."""

    orders: Store[Order]
    emergencies: Store[Emergency]
    merchants: Store[Merchant]
    route_statuses: Store[RouteStatus]
    orders_on_route: OrdersOnRoute
    budgets: Store[Budget]
    beneficiaries: Store[Beneficiary]
    ledger: BudgetLedger
    erasures: Erasures
    replies: Replies
    catalogue: Catalogue
    codes: Codes
    clock: Clock
