"""How an order lies in MongoDB."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from pydantic import TypeAdapter

from services.orders.domain.budget import Beneficiary, Budget
from services.orders.domain.emergency import Emergency
from services.orders.domain.merchant import Merchant
from services.orders.domain.order import Order, timers
from services.orders.domain.route_status import RouteStatus, route_timers
from services.runtime.aggregates import Kind
from services.runtime.clock import real_now
from services.runtime.database import Document

RETENTION = timedelta(days=365)

_ORDER: TypeAdapter[Order] = TypeAdapter(Order)
_EMERGENCY: TypeAdapter[Emergency] = TypeAdapter(Emergency)
_MERCHANT: TypeAdapter[Merchant] = TypeAdapter(Merchant)
_BUDGET: TypeAdapter[Budget] = TypeAdapter(Budget)
_BENEFICIARY: TypeAdapter[Beneficiary] = TypeAdapter(Beneficiary)
_ROUTE_STATUS: TypeAdapter[RouteStatus] = TypeAdapter(RouteStatus)


def _encode(order: Order) -> Document:
    return cast("Document", _ORDER.dump_python(order, by_alias=True, exclude_none=True))


def _decode(document: Document) -> Order:
    return _ORDER.validate_python(document)


def _expires(order: Order) -> datetime | None:
    # The database's own clock removes it, and that one never runs at the speed of a simulation.
    return real_now() + RETENTION if order.ended else None


ORDER = Kind(
    name="order",
    collection="orders",
    source="/gancang/orders",
    encode=_encode,
    decode=_decode,
    timers=timers,
    expires=_expires,
    indexes=("state.status", "state.climb.route", "state.funding.budget_id", "state.customer.id", "state.recipient_id"),
)

EMERGENCY = Kind(
    name="emergency",
    collection="emergencies",
    source="/gancang/orders",
    encode=lambda emergency: cast("Document", _EMERGENCY.dump_python(emergency, by_alias=True, exclude_none=True)),
    decode=_EMERGENCY.validate_python,
    timers=lambda _: {},
    keep_seen=50,
    keep_history=50,
)

MERCHANT = Kind(
    name="merchant",
    collection="merchants",
    source="/gancang/orders",
    encode=lambda merchant: cast("Document", _MERCHANT.dump_python(merchant, exclude_none=True)),
    decode=_MERCHANT.validate_python,
    timers=lambda _: {},
    keep_seen=200,
    keep_history=50,
)

ROUTE_STATUS = Kind(
    name="route",
    collection="routes",
    source="/gancang/orders",
    encode=lambda status: cast("Document", _ROUTE_STATUS.dump_python(status, exclude_none=True)),
    decode=_ROUTE_STATUS.validate_python,
    timers=route_timers,
    keep_seen=50,
    keep_history=50,
)

BUDGET = Kind(
    name="budget",
    collection="budgets",
    source="/gancang/orders",
    encode=lambda budget: cast("Document", _BUDGET.dump_python(budget, exclude_none=True)),
    decode=_BUDGET.validate_python,
    timers=lambda _: {},
    keep_seen=1_000,
    keep_history=200,
)

BENEFICIARY = Kind(
    name="beneficiary",
    collection="beneficiaries",
    source="/gancang/orders",
    encode=lambda person: cast("Document", _BENEFICIARY.dump_python(person, exclude_none=True)),
    decode=_BENEFICIARY.validate_python,
    timers=lambda _: {},
    keep_seen=50,
    keep_history=50,
)
