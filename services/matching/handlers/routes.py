"""What the matching service reacts to: every message type by queue, and the timers. Read this first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from services.matching.handlers import driver_facts, emergencies, match_answered, standby
from services.matching.handlers.driver_due import driver_due
from services.matching.handlers.offer_accepted import offer_accepted
from services.matching.handlers.offer_declined import offer_declined
from services.matching.handlers.order_ended import order_ended
from services.matching.handlers.recipient_erased import recipient_erased
from services.matching.handlers.search_due import search_due
from services.matching.handlers.search_started import search_started
from services.matching.ports import Context
from services.matching.saving.causes import ORDERS
from services.matching.saving.steps import Handle, on_driver, on_fact
from services.runtime.route import Fire, Route

MESSAGES: Mapping[str, Mapping[str, Handle]] = {
    "matching.driver_fact": {
        "driver.registered.v1": on_fact(driver_facts.registered),
        "driver.residence_attested.v1": on_fact(driver_facts.residence_attested),
        "driver.residence_revoked.v1": on_fact(
            driver_facts.residence_revoked, then=driver_facts.withdraw_offers
        ),
        "driver.certified.v1": on_fact(driver_facts.certified),
        "driver.suspended.v1": on_fact(driver_facts.suspended, then=driver_facts.withdraw_offers),
        "driver.reinstated.v1": on_fact(driver_facts.reinstated),
        "driver.shift_started.v1": on_fact(driver_facts.shift_started, then=driver_facts.share_position),
        "driver.shift_ended.v1": on_fact(driver_facts.shift_ended, then=driver_facts.withdraw_offers),
        "driver.standby_joined.v1": standby.joined,
        "driver.standby_left.v1": on_fact(standby.left),
    },
    "matching.offer_answer": {
        "driver.offer_accepted.v1": offer_accepted,
        "driver.offer_declined.v1": offer_declined,
    },
    "matching.search_started": {"order.search_started.v1": search_started},
    "matching.order_progress": {
        "order.driver_assigned.v1": on_driver(match_answered.assigned, by=ORDERS),
        "order.driver_unassigned.v1": match_answered.unassigned,
        "order.match_refused.v1": match_answered.refused,
        "order.completed.v1": order_ended,
        "order.cancelled.v1": order_ended,
        "order.unserved.v1": order_ended,
        "order.returned.v1": order_ended,
    },
    "matching.emergency": {
        "emergency.raised.v1": on_driver(
            emergencies.raised, by=ORDERS, reason=emergencies.REASON, then=emergencies.withdraw_offers
        ),
        "emergency.closed.v1": on_driver(emergencies.closed, by=ORDERS, reason=emergencies.REASON),
    },
    "matching.recipient_erased": {"recipient.erased.v1": recipient_erased},
}
"""Queue -> message type -> handler."""


def routes(context: Context) -> tuple[Route, ...]:
    """The handlers of all queues."""
    return tuple(
        Route(queue, {name: partial(handle, context) for name, handle in handlers.items()})
        for queue, handlers in MESSAGES.items()
    )


def timers(context: Context) -> tuple[Fire, Fire]:
    """What fires the timers of a search, and those of a driver."""
    return partial(search_due, context), partial(driver_due, context)
