"""The orders service: the only place where its parts meet."""

from __future__ import annotations

from pathlib import Path

from services.orders.adapters.catalogue import load
from services.orders.adapters.climbers import MongoOrdersOnRoute
from services.orders.adapters.codes import OneTimeCodes
from services.orders.adapters.erasures import Erasures
from services.orders.adapters.ledger import Ledger
from services.orders.adapters.mongo import BENEFICIARY, BUDGET, EMERGENCY, MERCHANT, ORDER, ROUTE_STATUS
from services.orders.handlers.funding import look_after_holds, with_funds
from services.orders.handlers.recipient_erased import RecipientErasedHandler
from services.orders.handlers.route_status_changed import RouteStatusChangedHandler
from services.orders.handlers.routes import routes
from services.orders.handlers.timers import TimerHandler
from services.orders.ports import Catalogue, Context
from services.orders.settings import OrdersSettings
from services.runtime.process.runtime import Application, Runtime, TimerTable
from services.runtime.route import Route


async def build(runtime: Runtime) -> Application:
    """Wire the service. Raises `NotConfigured` for a catalogue that is wrong."""
    orders, route_statuses = runtime.aggregates(ORDER), runtime.aggregates(ROUTE_STATUS)
    context = Context(
        orders=orders,
        emergencies=runtime.aggregates(EMERGENCY),
        merchants=runtime.aggregates(MERCHANT),
        route_statuses=route_statuses,
        climbers=MongoOrdersOnRoute(runtime.database, ORDER.collection),
        budgets=runtime.aggregates(BUDGET),
        beneficiaries=runtime.aggregates(BENEFICIARY),
        ledger=Ledger(runtime.database),
        erasures=Erasures(runtime.database, ORDER.collection, EMERGENCY.collection, BENEFICIARY.collection),
        replies=runtime.replies,
        catalogue=catalogue(),
        codes=OneTimeCodes(runtime.settings.one_time_key),
        clock=runtime.clock,
    )
    erasing = RecipientErasedHandler(context)
    return Application(
        routes=(*routes(context), Route("orders.recipient_erased", {"recipient.erased.v1": erasing})),
        timers=(
            TimerTable(orders, with_funds(context, TimerHandler(context))),
            TimerTable(route_statuses, RouteStatusChangedHandler(context).fire),
        ),
        workers=(erasing.look_again, lambda: look_after_holds(context)),
    )


def catalogue(folder: Path | None = None) -> Catalogue:
    """The services on offer: of this folder, else of `GANCANG_CATALOGUE`, else the built-in ones. Raises `NotConfigured`."""
    return load(folder or OrdersSettings().catalogue)
