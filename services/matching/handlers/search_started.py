"""`order.search_started.v1`: an order needs a driver, for the first time or again."""

from __future__ import annotations

from dataclasses import replace

from contracts.events.orders import OrderSearchStarted
from contracts.message import Message
from services.matching.domain.searches.lifecycle import opened
from services.matching.domain.searches.search import Search, TripRequest, search_key
from services.matching.ports import Context
from services.matching.saving.causes import ORDERS
from services.matching.saving.changes import change_search
from services.runtime.change import cause_of


async def search_started(context: Context, message: Message[OrderSearchStarted]) -> None:
    """Open the search; a lower attempt or version of the order than the known one changes nothing."""
    order, now = message.data, context.clock.now()
    trip, excluded = _trip(message), tuple(order.excluded_drivers)

    def open_search(known: Search | None) -> Search | None:
        return opened(known, order.order_id, order.attempt, message.sequence or 0, trip, excluded, now)

    # The mark of the message is kept as long as the search: from a digest one could guess the note in the
    # message.
    cause = replace(cause_of(message), digest="")
    key, first = search_key(order.order_id), order.attempt == 1
    await change_search(context, key, cause, open_search, by=ORDERS, expect_new=first)


def _trip(message: Message[OrderSearchStarted]) -> TripRequest:
    order = message.data
    return TripRequest(
        service=order.service,
        pickup=order.pickup,
        dropoff=order.dropoff,
        dropoff_district=order.dropoff_district,
        pickup_at=order.pickup_at,
        takes_s=order.takes_s,
        requirements=order.requirements,
        priority=order.priority,
        policy=order.search,
        fare=order.fare,
        asked_by=message.id,
        trace=message.traceparent,
    )
