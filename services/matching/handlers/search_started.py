"""`order.search_started.v1`: an order wants a driver, for the first time or again."""

from __future__ import annotations

from dataclasses import replace

from contracts.events.orders import OrderSearchStarted
from contracts.message import Message
from services.matching.domain.searches.lifecycle import opened
from services.matching.domain.searches.search import Search, Wanted, key_of
from services.matching.ports import Context
from services.matching.saving.changes import change_search
from services.runtime.change import cause_of


class SearchStartedHandler:
    """A lower attempt or version of the order than is known opens nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[OrderSearchStarted]) -> None:
        """Open the search; the leader asks at once."""
        order = message.data
        wanted, now = _wanted(message), self._context.clock.now()
        excluded = tuple(order.excluded_drivers)

        def decide(known: Search | None) -> Search | None:
            return opened(known, order.order_id, order.attempt, message.sequence or 0, wanted, excluded, now)

        first = order.attempt == 1
        key = key_of(order.order_id)
        # The mark is kept as long as the search: by a digest the note in it could be guessed.
        await change_search(
            self._context, key, replace(cause_of(message), digest=""), decide, by="orders", expect_new=first
        )


def _wanted(message: Message[OrderSearchStarted]) -> Wanted:
    order = message.data
    return Wanted(
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
