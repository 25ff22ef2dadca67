"""What the handlers need from outside."""

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
    """Events published without a write."""

    async def publish(self, data: Value, cause: Cause, *, sequence: int | None = None) -> None:
        """Send and wait for the confirm."""
        ...


@dataclass(frozen=True, slots=True)
class StaleHold:
    """What a budget has held for an order for long."""

    budget_id: str
    order_id: str
    amount: int


class BudgetLedger(Protocol):
    """What is left of each budget. Every call can be made again without a second effect."""

    async def set_cap(self, budget_id: str, cap: int, plan: int) -> None:
        """Take over the cap of the budget's version `plan`."""
        ...

    async def hold(self, budget_id: str, order_id: str, amount: int) -> bool:
        """Hold the amount for the order; whether it is held now."""
        ...

    async def close(self, budget_id: str, order_id: str, amount: int, spent: int) -> None:
        """Spend that much of what is held and give the rest back."""
        ...

    async def stale_holds(self) -> list[StaleHold]:
        """Forget old ends, and tell of old holds."""
        ...


class OrdersOnRoute(Protocol):
    """Finds the orders of a route."""

    async def on(self, route: str) -> list[str]:
        """Those that have not ended. Raises `DatabaseAway`."""
        ...


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The regency's services, its area, and the legal tariff bands."""

    services: dict[str, Service]
    area: Area
    bands: Sequence[Band]


class Codes(Protocol):
    """The recipients' one-time codes."""

    def matches(self, order_id: str, serial: int, digits: str) -> bool:
        """Whether these are the digits of that code; takes equally long for every answer."""
        ...


@dataclass(frozen=True, slots=True)
class PersonalRecords:
    """Ids of what there is of a person."""

    orders: Sequence[str]
    emergencies: Sequence[str] = ()
    beneficiaries: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PendingErasure:
    """`waiting`: orders of his that had not ended. `again_at`: when everything is looked up once more, real time."""

    erased: RecipientErased
    waiting: Sequence[str]
    again_at: datetime | None = None


class Erasures(Protocol):
    """Who was erased, and what orders keep of him. All raise `DatabaseAway`."""

    async def record(self, erased: RecipientErased) -> None:
        """Write the erasure down, for ever."""
        ...

    async def covering(self, parties: Mapping[Role, str], said_at: datetime) -> Sequence[RecipientErased]:
        """Who of them was erased after he said that."""
        ...

    async def records_of(self, erased: RecipientErased) -> PersonalRecords:
        """What there is of this person up to the erasure."""
        ...

    async def wait_for(self, erased: RecipientErased, running: list[str]) -> None:
        """Note the orders that still run."""
        ...

    async def pending(self) -> Sequence[PendingErasure]:
        """Who waits for an order to end, or is due to be looked up again."""
        ...

    async def order_blanked(self, erased: RecipientErased, order_id: str) -> None:
        """The order is blank."""
        ...

    async def second_look_done(self, each: PendingErasure) -> None:
        """Everything was looked up again."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What every handler of this service shares."""

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
