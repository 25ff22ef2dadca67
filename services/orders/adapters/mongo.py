"""How the aggregates of this service are stored in MongoDB: a `Kind` for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar, cast

from pydantic import TypeAdapter

from services.orders.domain.emergency import Emergency
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.domain.order import Order
from services.orders.domain.payment.budget import Beneficiary, Budget
from services.orders.domain.route.status import RouteStatus, route_timers
from services.orders.domain.timers import timers
from services.runtime.change import Document
from services.runtime.clock import real_now
from services.runtime.storage.kind import Kind

SOURCE = "/gancang/orders"
RETENTION = timedelta(days=365)

S = TypeVar("S")


def _stored_as(model: type[S]) -> tuple[Callable[[S], Document], Callable[[Document], S]]:
    """The encoder of a state, which leaves out what is None, and its decoder."""
    adapter: TypeAdapter[S] = TypeAdapter(model)
    return lambda state: cast(
        "Document", adapter.dump_python(state, by_alias=True, exclude_none=True)
    ), adapter.validate_python


def _expires(order: Order) -> datetime | None:
    # Real time, because the database removes it by its own clock, also in a simulation.
    return real_now() + RETENTION if order.ended else None


def _kept_for_years(
    name: str,
    model: type[S],
    collection: str,
    *,
    timers: Callable[[S], Mapping[str, datetime]] = lambda _: {},
    keep_seen: int = 50,
    keep_history: int = 50,
    indexes: Sequence[str] = (),
) -> Kind[S]:
    """An aggregate that is kept for years, with only its latest history."""
    return Kind(
        name,
        collection,
        SOURCE,
        *_stored_as(model),
        timers,
        keep_seen=keep_seen,
        keep_history=keep_history,
        indexes=indexes,
    )


ORDER = Kind(
    "order",
    "orders",
    SOURCE,
    *_stored_as(Order),
    timers,
    expires=_expires,
    indexes=(
        "state.status",
        "state.climb.route",
        "state.funding.budget_id",
        "state.customer.id",
        "state.recipient_id",
        "state.assignment.driver_id",
        "state.merchant_id",
    ),
)
EMERGENCY = _kept_for_years("emergency", Emergency, "emergencies", indexes=("state.raised_by_id",))
MERCHANT = _kept_for_years("merchant", Merchant, "merchants", keep_seen=200)
ROUTE_STATUS = _kept_for_years("route", RouteStatus, "routes", timers=route_timers)
BUDGET = _kept_for_years("budget", Budget, "budgets", keep_seen=1_000, keep_history=200)
BENEFICIARY = _kept_for_years("beneficiary", Beneficiary, "beneficiaries", indexes=("state.customer_id",))
