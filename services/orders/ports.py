"""What the handlers need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from contracts.events.recipients import RecipientErased
from contracts.values import Value
from services.orders.domain.area import Area
from services.orders.domain.emergency import Emergency
from services.orders.domain.merchant import Merchant
from services.orders.domain.order import Order
from services.orders.domain.route_status import RouteStatus
from services.orders.domain.tariff import Band
from services.orders.domain.wanted import Service
from services.runtime.aggregates import Decide, Stored
from services.runtime.clock import Clock
from services.runtime.outbox import Cause


class Orders(Protocol):
    """Where orders are kept."""

    async def get(self, aggregate_id: str) -> Stored[Order] | None:
        """Read one."""
        ...

    async def change(self, aggregate_id: str, cause: Cause, decide: Decide[Order], *, expect_new: bool = False) -> bool:
        """Decide on the present state and write the decision, once per cause."""
        ...


class Emergencies(Protocol):
    """Where emergencies are kept."""

    async def change(self, aggregate_id: str, cause: Cause, decide: Decide[Emergency], *, expect_new: bool = False) -> bool:
        """Decide on the present state and write the decision, once per cause."""
        ...


class Merchants(Protocol):
    """Where merchants are kept."""

    async def get(self, aggregate_id: str) -> Stored[Merchant] | None:
        """Read one."""
        ...

    async def change(self, aggregate_id: str, cause: Cause, decide: Decide[Merchant], *, expect_new: bool = False) -> bool:
        """Decide on the present state and write the decision, once per cause."""
        ...


class Answers(Protocol):
    """Answers that leave no trace in an order."""

    async def publish(self, data: Value, cause: Cause, *, sequence: int | None = None) -> None:
        """Send and wait for the confirm."""
        ...


class RouteStatuses(Protocol):
    """What was said last about each route."""

    async def get(self, aggregate_id: str) -> Stored[RouteStatus] | None:
        """Read one."""
        ...

    async def change(self, aggregate_id: str, cause: Cause, decide: Decide[RouteStatus], *, expect_new: bool = False) -> bool:
        """Decide on the present state and write the decision, once per cause."""
        ...


class Climbers(Protocol):
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

    def right(self, order_id: str, serial: int, digits: str) -> bool:
        """Whether these are the digits of that code; takes equally long for every answer."""
        ...


class Erasures(Protocol):
    """What orders keep of people who were erased. All raise `DatabaseAway`."""

    async def orders_of(self, erased: RecipientErased) -> list[str]:
        """The orders of this person up to the erasure."""
        ...

    async def forget_marks(self, order_id: str) -> None:
        """Remove the digests of the order's messages."""
        ...

    async def wait_for(self, erased: RecipientErased, running: list[str]) -> None:
        """Note the orders that still run."""
        ...

    async def outstanding(self) -> list[tuple[RecipientErased, list[str]]]:
        """Whoever waits for an order to end, and for which."""
        ...

    async def done(self, erased: RecipientErased, order_id: str) -> None:
        """The order is blank."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What every handler of this service shares."""

    orders: Orders
    emergencies: Emergencies
    merchants: Merchants
    route_statuses: RouteStatuses
    climbers: Climbers
    answers: Answers
    catalogue: Catalogue
    codes: Codes
    clock: Clock
