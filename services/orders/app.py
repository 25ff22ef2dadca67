"""Wire the orders service: the only place where its parts meet."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from services.orders.adapters.catalogue import load
from services.orders.adapters.codes import OneTimeCodes
from services.orders.adapters.erasures import MongoErasures
from services.orders.adapters.ledger import MongoBudgetLedger
from services.orders.adapters.mongo import BENEFICIARY, BUDGET, EMERGENCY, MERCHANT, ORDER, ROUTE_STATUS
from services.orders.adapters.orders_on_route import MongoOrdersOnRoute
from services.orders.handlers.funding import release_stale_holds
from services.orders.handlers.order_due import order_due
from services.orders.handlers.recipient_erased import blank_ended_orders
from services.orders.handlers.route_status_changed import route_due
from services.orders.handlers.routes import routes
from services.orders.ports import Catalogue, Context
from services.orders.settings import OrdersSettings
from services.runtime.process.runtime import Application, Runtime, TimerTable


async def build(runtime: Runtime) -> Application:
    """Wire the service. Raises `NotConfigured` for a wrong catalogue."""
    orders, route_statuses = runtime.aggregates(ORDER), runtime.aggregates(ROUTE_STATUS)
    context = Context(
        orders=orders,
        emergencies=runtime.aggregates(EMERGENCY),
        merchants=runtime.aggregates(MERCHANT),
        route_statuses=route_statuses,
        orders_on_route=MongoOrdersOnRoute(runtime.database, ORDER.collection),
        budgets=runtime.aggregates(BUDGET),
        beneficiaries=runtime.aggregates(BENEFICIARY),
        ledger=MongoBudgetLedger(runtime.database),
        erasures=MongoErasures(
            runtime.database, ORDER.collection, EMERGENCY.collection, BENEFICIARY.collection
        ),
        replies=runtime.replies,
        catalogue=catalogue(),
        codes=OneTimeCodes(runtime.settings.one_time_key),
        clock=runtime.clock,
    )
    return Application(
        routes=routes(context),
        timers=(
            TimerTable(orders, partial(order_due, context)),
            TimerTable(route_statuses, partial(route_due, context)),
        ),
        workers=(partial(blank_ended_orders, context), partial(release_stale_holds, context)),
    )


def catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue in `folder`, else `GANCANG_CATALOGUE`, else the built-in one. Raises `NotConfigured`."""
    return load(folder or OrdersSettings().catalogue)
