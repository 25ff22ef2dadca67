"""What the orders service listens to. Read this first.

`on(step)` applies a pure step to the order that the message names; `to(handler)` calls a handler that does
more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from contracts.message import Message
from contracts.queues import QUEUES
from services.orders.handlers.emergencies import emergency_raised, emergency_resolved
from services.orders.handlers.funding_facts import (
    donation_pledged,
    programme_beneficiary_attested,
    programme_budget_set,
)
from services.orders.handlers.match_made import match_made
from services.orders.handlers.merchant_facts import merchant_fact
from services.orders.handlers.merchant_order_accepted import merchant_order_accepted
from services.orders.handlers.on_order import Step, on_order
from services.orders.handlers.order_report_requested import order_report_requested
from services.orders.handlers.order_requested import order_requested
from services.orders.handlers.recipient_erased import recipient_erased
from services.orders.handlers.route_status_changed import route_status_changed
from services.orders.ports import Context
from services.orders.steps import by_agency, by_driver, by_matching, by_merchant, by_party
from services.runtime.route import Handler, Route

MERCHANT_FACTS = QUEUES["orders.merchant_fact"].types


def routes(context: Context) -> tuple[Route, ...]:
    """Queue → type → handler. A type that is bound to a queue and not handled fails at the start."""

    def on(step: Step) -> Handler:
        return on_order(context, step)

    def to(handler: Callable[[Context, Message[Any]], Awaitable[None]]) -> Handler:
        return partial(handler, context)

    trip_step = on(partial(by_driver.trip_step, codes=context.codes))
    return (
        Route("orders.order_requested", {"order.requested.v1": to(order_requested)}),
        Route(
            "orders.order_cancellation_requested",
            {"order.cancellation_requested.v1": on(by_party.cancellation_requested)},
        ),
        Route("orders.order_report_requested", {"order.report_requested.v1": to(order_report_requested)}),
        Route("orders.order_code_requested", {"order.code_requested.v1": on(by_party.code_requested)}),
        Route(
            "orders.order_change",
            {
                "order.change_requested.v1": on(
                    partial(by_party.change_requested, area=context.catalogue.area)
                ),
                "order.change_answered.v1": on(by_party.change_answered),
            },
        ),
        Route(
            "orders.driver_step",
            {
                "driver.arrived.v1": trip_step,
                "driver.picked_up.v1": trip_step,
                "driver.delivered.v1": trip_step,
                "driver.cancelled.v1": on(by_driver.gave_back),
                "driver.delivery_failed.v1": on(by_driver.delivery_failed),
                "driver.returned.v1": on(partial(by_driver.returned, codes=context.codes)),
            },
        ),
        Route(
            "orders.agency_return_confirmed", {"agency.return_confirmed.v1": on(by_agency.return_confirmed)}
        ),
        Route(
            "orders.merchant_step",
            {
                "merchant.order_accepted.v1": to(merchant_order_accepted),
                "merchant.order_rejected.v1": on(by_merchant.rejected),
                "merchant.order_ready.v1": on(by_merchant.ready),
                "merchant.change_proposed.v1": on(by_merchant.change_proposed),
            },
        ),
        Route(
            "orders.match_outcome",
            {
                "match.made.v1": to(match_made),
                "match.failed.v1": on(by_matching.failed),
                "match.withdrawn.v1": on(by_matching.withdrawn),
            },
        ),
        Route(
            "orders.emergency",
            {
                "driver.emergency_raised.v1": to(emergency_raised),
                "order.emergency_raised.v1": to(emergency_raised),
                "emergency.resolved.v1": to(emergency_resolved),
            },
        ),
        Route("orders.merchant_fact", dict.fromkeys(MERCHANT_FACTS, to(merchant_fact))),
        Route(
            "orders.funding_fact",
            {
                "programme.budget_set.v1": to(programme_budget_set),
                "programme.beneficiary_attested.v1": to(programme_beneficiary_attested),
                "donation.pledged.v1": to(donation_pledged),
            },
        ),
        Route("orders.route_status", {"route.status_changed.v1": to(route_status_changed)}),
        Route("orders.recipient_erased", {"recipient.erased.v1": to(recipient_erased)}),
    )
