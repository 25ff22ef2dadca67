"""What the matching service listens to. Read this first."""

from __future__ import annotations

from contracts.queues import QUEUES
from services.matching.handlers.driver_fact import DriverFactHandler
from services.matching.handlers.emergency import EmergencyClosedHandler, EmergencyRaisedHandler
from services.matching.handlers.offer_accepted import OfferAcceptedHandler
from services.matching.handlers.offer_declined import OfferDeclinedHandler
from services.matching.handlers.order_ended import OrderEndedHandler
from services.matching.handlers.order_progress import (
    DriverAssignedHandler,
    DriverUnassignedHandler,
    MatchRefusedHandler,
)
from services.matching.handlers.recipient_erased import RecipientErasedHandler
from services.matching.handlers.search_started import SearchStartedHandler
from services.matching.handlers.standby import StandbyJoinedHandler, StandbyLeftHandler
from services.matching.ports import Desk
from services.runtime.consumer import Route


def routes(desk: Desk) -> tuple[Route, ...]:
    """Queue → type → handler."""
    ended = OrderEndedHandler(desk)
    facts = "matching.driver_fact"
    return (
        Route(
            facts,
            {
                **dict.fromkeys(QUEUES[facts].types, DriverFactHandler(desk)),
                "driver.standby_joined.v1": StandbyJoinedHandler(desk),
                "driver.standby_left.v1": StandbyLeftHandler(desk),
            },
        ),
        Route(
            "matching.emergency",
            {
                "emergency.raised.v1": EmergencyRaisedHandler(desk),
                "emergency.closed.v1": EmergencyClosedHandler(desk),
            },
        ),
        Route(
            "matching.offer_answer",
            {
                "driver.offer_accepted.v1": OfferAcceptedHandler(desk),
                "driver.offer_declined.v1": OfferDeclinedHandler(desk),
            },
        ),
        Route("matching.recipient_erased", {"recipient.erased.v1": RecipientErasedHandler(desk)}),
        Route("matching.search_started", {"order.search_started.v1": SearchStartedHandler(desk)}),
        Route(
            "matching.order_progress",
            {
                "order.driver_assigned.v1": DriverAssignedHandler(desk),
                "order.driver_unassigned.v1": DriverUnassignedHandler(desk),
                "order.match_refused.v1": MatchRefusedHandler(desk),
                "order.completed.v1": ended,
                "order.cancelled.v1": ended,
                "order.unserved.v1": ended,
                "order.returned.v1": ended,
            },
        ),
    )
