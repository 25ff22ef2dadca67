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
from services.matching.ports import Context
from services.runtime.route import Route


def routes(context: Context) -> tuple[Route, ...]:
    """Queue → type → handler."""
    ended = OrderEndedHandler(context)
    facts = "matching.driver_fact"
    return (
        Route(
            facts,
            {
                **dict.fromkeys(QUEUES[facts].types, DriverFactHandler(context)),
                "driver.standby_joined.v1": StandbyJoinedHandler(context),
                "driver.standby_left.v1": StandbyLeftHandler(context),
            },
        ),
        Route(
            "matching.emergency",
            {
                "emergency.raised.v1": EmergencyRaisedHandler(context),
                "emergency.closed.v1": EmergencyClosedHandler(context),
            },
        ),
        Route(
            "matching.offer_answer",
            {
                "driver.offer_accepted.v1": OfferAcceptedHandler(context),
                "driver.offer_declined.v1": OfferDeclinedHandler(context),
            },
        ),
        Route("matching.recipient_erased", {"recipient.erased.v1": RecipientErasedHandler(context)}),
        Route("matching.search_started", {"order.search_started.v1": SearchStartedHandler(context)}),
        Route(
            "matching.order_progress",
            {
                "order.driver_assigned.v1": DriverAssignedHandler(context),
                "order.driver_unassigned.v1": DriverUnassignedHandler(context),
                "order.match_refused.v1": MatchRefusedHandler(context),
                "order.completed.v1": ended,
                "order.cancelled.v1": ended,
                "order.unserved.v1": ended,
                "order.returned.v1": ended,
            },
        ),
    )
