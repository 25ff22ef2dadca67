"""The table of all message types: the model of each, the service that owns it, and its exchange."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from contracts.events import changes, confidential, emergencies, matching, notifications, orders, refusals
from contracts.events import recipients as recipient_events
from contracts.requests import agencies, drivers, merchants, programmes, recipients, roads
from contracts.requests import orders as order_requests

if TYPE_CHECKING:
    import builtins

    from contracts.values import Value


class Exchange(StrEnum):
    """The three topic exchanges, and the one where mistyped requests end."""

    REQUESTS = "gancang.requests"
    EVENTS = "gancang.events"
    CONFIDENTIAL = "gancang.confidential"
    UNROUTED = "gancang.unrouted"


@dataclass(frozen=True, slots=True)
class Contract:
    """One message type.

    `owner`: the service that handles a request, or publishes an event (`any`: every service). `about`: the
    field of the data that becomes the CloudEvents `subject`. `personal`: the data holds addresses of
    people, so stored copies are encrypted.
    """

    type: str
    model: builtins.type[Value]
    exchange: Exchange
    owner: str
    about: str
    personal: bool = False

    @property
    def is_request(self) -> bool:
        """Whether apps publish it."""
        return self.exchange is Exchange.REQUESTS


def _rows(exchange: Exchange, owner: str, about: str, rows: dict[str, type[Value]]) -> dict[str, Contract]:
    return {
        name: Contract(name, model, exchange, owner, about, name in PERSONAL) for name, model in rows.items()
    }


PERSONAL = frozenset({"recipient.contact_registered.v1", "agency.webhook_registered.v1"})

CONTRACTS: dict[str, Contract] = {
    **_rows(
        Exchange.REQUESTS,
        "orders",
        "order_id",
        {
            "order.requested.v1": order_requests.OrderRequested,
            "order.cancellation_requested.v1": order_requests.OrderCancellationRequested,
            "order.report_requested.v1": order_requests.OrderReportRequested,
            "driver.arrived.v1": drivers.DriverArrived,
            "driver.picked_up.v1": drivers.DriverPickedUp,
            "driver.delivered.v1": drivers.DriverDelivered,
            "driver.cancelled.v1": drivers.DriverCancelled,
            "driver.delivery_failed.v1": drivers.DriverDeliveryFailed,
            "driver.returned.v1": drivers.DriverReturned,
            "agency.return_confirmed.v1": agencies.AgencyReturnConfirmed,
            "order.code_requested.v1": order_requests.OrderCodeRequested,
            "order.emergency_raised.v1": order_requests.OrderEmergencyRaised,
            "order.change_requested.v1": order_requests.OrderChangeRequested,
            "order.change_answered.v1": order_requests.OrderChangeAnswered,
            "merchant.order_accepted.v1": merchants.MerchantOrderAccepted,
            "merchant.order_rejected.v1": merchants.MerchantOrderRejected,
            "merchant.order_ready.v1": merchants.MerchantOrderReady,
            "merchant.change_proposed.v1": merchants.MerchantChangeProposed,
        },
    ),
    **_rows(
        Exchange.REQUESTS,
        "orders",
        "merchant_id",
        {
            "merchant.registered.v1": merchants.MerchantRegistered,
            "merchant.residence_attested.v1": merchants.MerchantResidenceAttested,
            "merchant.residence_revoked.v1": merchants.MerchantResidenceRevoked,
            "merchant.opened.v1": merchants.MerchantOpened,
            "merchant.closed.v1": merchants.MerchantClosed,
            "merchant.rush_started.v1": merchants.MerchantRushStarted,
            "merchant.rush_ended.v1": merchants.MerchantRushEnded,
        },
    ),
    **_rows(
        Exchange.REQUESTS,
        "orders",
        "programme_id",
        {
            "programme.budget_set.v1": programmes.ProgrammeBudgetSet,
            "programme.beneficiary_attested.v1": programmes.ProgrammeBeneficiaryAttested,
        },
    ),
    **_rows(Exchange.REQUESTS, "orders", "campaign_id", {"donation.pledged.v1": programmes.DonationPledged}),
    **_rows(Exchange.REQUESTS, "orders", "route", {"route.status_changed.v1": roads.RouteStatusChanged}),
    **_rows(
        Exchange.REQUESTS,
        "matching",
        "driver_id",
        {
            "driver.registered.v1": drivers.DriverRegistered,
            "driver.residence_attested.v1": drivers.DriverResidenceAttested,
            "driver.residence_revoked.v1": drivers.DriverResidenceRevoked,
            "driver.certified.v1": drivers.DriverCertified,
            "driver.suspended.v1": drivers.DriverSuspended,
            "driver.reinstated.v1": drivers.DriverReinstated,
            "driver.shift_started.v1": drivers.DriverShiftStarted,
            "driver.shift_ended.v1": drivers.DriverShiftEnded,
            "driver.offer_accepted.v1": drivers.DriverOfferAccepted,
            "driver.standby_joined.v1": drivers.DriverStandbyJoined,
            "driver.standby_left.v1": drivers.DriverStandbyLeft,
            "driver.offer_declined.v1": drivers.DriverOfferDeclined,
        },
    ),
    **_rows(
        Exchange.REQUESTS,
        "orders",
        "driver_id",
        {"driver.emergency_raised.v1": drivers.DriverEmergencyRaised},
    ),
    **_rows(
        Exchange.REQUESTS,
        "orders",
        "emergency_id",
        {"emergency.resolved.v1": order_requests.EmergencyResolved},
    ),
    **_rows(
        Exchange.REQUESTS,
        "matching",
        "",
        {"driver.positions_reported.v1": drivers.DriverPositionsReported},
    ),
    **_rows(
        Exchange.REQUESTS,
        "notifications",
        "recipient_id",
        {
            "recipient.contact_registered.v1": recipients.RecipientContactRegistered,
            "recipient.erasure_requested.v1": recipients.RecipientErasureRequested,
        },
    ),
    **_rows(
        Exchange.REQUESTS,
        "notifications",
        "agency_id",
        {"agency.webhook_registered.v1": agencies.AgencyWebhookRegistered},
    ),
    **_rows(
        Exchange.EVENTS,
        "orders",
        "order_id",
        {
            "order.accepted.v1": orders.OrderAccepted,
            "order.rejected.v1": orders.OrderRejected,
            "order.match_refused.v1": orders.OrderMatchRefused,
            "order.driver_assigned.v1": orders.OrderDriverAssigned,
            "order.driver_unassigned.v1": orders.OrderDriverUnassigned,
            "order.driver_arrived.v1": orders.OrderDriverArrived,
            "order.picked_up.v1": orders.OrderPickedUp,
            "order.completed.v1": orders.OrderCompleted,
            "order.cancelled.v1": orders.OrderCancelled,
            "order.unserved.v1": orders.OrderUnserved,
            "order.reported.v1": orders.OrderReported,
            "order.scheduled.v1": orders.OrderScheduled,
            "order.merchant_asked.v1": orders.OrderMerchantAsked,
            "order.preparing.v1": orders.OrderPreparing,
            "order.ready.v1": orders.OrderReady,
            "order.leg_completed.v1": orders.OrderLegCompleted,
            "order.attempt_failed.v1": orders.OrderAttemptFailed,
            "order.code_issued.v1": orders.OrderCodeIssued,
            "order.returning.v1": orders.OrderReturning,
            "order.returned.v1": orders.OrderReturned,
            "order.return_overdue.v1": orders.OrderReturnOverdue,
            "order.route_closed.v1": orders.OrderRouteClosed,
            "order.handed_over.v1": orders.OrderHandedOver,
            "order.change_proposed.v1": changes.OrderChangeProposed,
            "order.change_refused.v1": changes.OrderChangeRefused,
            "order.changed.v1": changes.OrderChanged,
        },
    ),
    **_rows(
        Exchange.CONFIDENTIAL,
        "orders",
        "order_id",
        {
            "order.search_started.v1": orders.OrderSearchStarted,
            "assignment.briefed.v1": orders.AssignmentBriefed,
            "merchant.briefed.v1": confidential.MerchantBriefed,
            "proposal.made.v1": confidential.ProposalMade,
            "position.shared.v1": confidential.PositionShared,
            "receipt.issued.v1": confidential.ReceiptIssued,
        },
    ),
    **_rows(
        Exchange.EVENTS,
        "orders",
        "emergency_id",
        {
            "emergency.raised.v1": emergencies.EmergencyRaised,
            "emergency.closed.v1": emergencies.EmergencyClosed,
        },
    ),
    **_rows(
        Exchange.CONFIDENTIAL,
        "orders",
        "emergency_id",
        {"emergency.briefed.v1": emergencies.EmergencyBriefed},
    ),
    **_rows(Exchange.CONFIDENTIAL, "matching", "offer_id", {"offer.made.v1": matching.OfferMade}),
    **_rows(Exchange.EVENTS, "matching", "offer_id", {"offer.closed.v1": matching.OfferClosed}),
    **_rows(
        Exchange.EVENTS,
        "matching",
        "order_id",
        {
            "match.made.v1": matching.MatchMade,
            "match.failed.v1": matching.MatchFailed,
            "match.withdrawn.v1": matching.MatchWithdrawn,
        },
    ),
    **_rows(
        Exchange.EVENTS,
        "matching",
        "driver_id",
        {
            "driver.released.v1": matching.DriverReleased,
            "driver.eligibility_changed.v1": matching.DriverEligibilityChanged,
        },
    ),
    **_rows(
        Exchange.EVENTS,
        "notifications",
        "notification_id",
        {
            "notification.sent.v1": notifications.NotificationSent,
            "notification.failed.v1": notifications.NotificationFailed,
        },
    ),
    **_rows(
        Exchange.EVENTS,
        "notifications",
        "recipient_id",
        {"recipient.erased.v1": recipient_events.RecipientErased},
    ),
    **_rows(Exchange.EVENTS, "any", "request_id", {"request.rejected.v1": refusals.RequestRejected}),
}

TYPE_OF: dict[type[Value], str] = {contract.model: name for name, contract in CONTRACTS.items()}
