"""What the orders service listens to. Read this first."""

from __future__ import annotations

from contracts.queues import QUEUES
from services.orders.handlers.agency_return_confirmed import AgencyReturnConfirmedHandler
from services.orders.handlers.donation_pledged import DonationPledgedHandler
from services.orders.handlers.driver_cancelled import DriverCancelledHandler
from services.orders.handlers.driver_delivery_failed import DriverDeliveryFailedHandler
from services.orders.handlers.driver_returned import DriverReturnedHandler
from services.orders.handlers.driver_step import DriverStepHandler
from services.orders.handlers.emergency_raised import EmergencyRaisedHandler
from services.orders.handlers.emergency_resolved import EmergencyResolvedHandler
from services.orders.handlers.match_failed import MatchFailedHandler
from services.orders.handlers.match_made import MatchMadeHandler
from services.orders.handlers.match_withdrawn import MatchWithdrawnHandler
from services.orders.handlers.merchant_change_proposed import MerchantChangeProposedHandler
from services.orders.handlers.merchant_fact import MerchantFactHandler
from services.orders.handlers.merchant_order_accepted import MerchantOrderAcceptedHandler
from services.orders.handlers.merchant_order_ready import MerchantOrderReadyHandler
from services.orders.handlers.merchant_order_rejected import MerchantOrderRejectedHandler
from services.orders.handlers.order_cancellation_requested import OrderCancellationRequestedHandler
from services.orders.handlers.order_change_answered import OrderChangeAnsweredHandler
from services.orders.handlers.order_change_requested import OrderChangeRequestedHandler
from services.orders.handlers.order_code_requested import OrderCodeRequestedHandler
from services.orders.handlers.order_report_requested import OrderReportRequestedHandler
from services.orders.handlers.order_requested import OrderRequestedHandler
from services.orders.handlers.programme_beneficiary_attested import ProgrammeBeneficiaryAttestedHandler
from services.orders.handlers.programme_budget_set import ProgrammeBudgetSetHandler
from services.orders.handlers.route_status_changed import RouteStatusChangedHandler
from services.orders.ports import Context
from services.runtime.route import Route

MERCHANT_FACTS = QUEUES["orders.merchant_fact"].types


def routes(context: Context) -> tuple[Route, ...]:
    """Queue → type → handler."""
    step, emergency = DriverStepHandler(context), EmergencyRaisedHandler(context)
    return (
        Route("orders.order_requested", {"order.requested.v1": OrderRequestedHandler(context)}),
        Route(
            "orders.order_cancellation_requested",
            {"order.cancellation_requested.v1": OrderCancellationRequestedHandler(context)},
        ),
        Route(
            "orders.order_report_requested",
            {"order.report_requested.v1": OrderReportRequestedHandler(context)},
        ),
        Route(
            "orders.driver_step",
            {
                "driver.arrived.v1": step,
                "driver.picked_up.v1": step,
                "driver.delivered.v1": step,
                "driver.cancelled.v1": DriverCancelledHandler(context),
                "driver.delivery_failed.v1": DriverDeliveryFailedHandler(context),
                "driver.returned.v1": DriverReturnedHandler(context),
            },
        ),
        Route(
            "orders.agency_return_confirmed",
            {"agency.return_confirmed.v1": AgencyReturnConfirmedHandler(context)},
        ),
        Route("orders.order_code_requested", {"order.code_requested.v1": OrderCodeRequestedHandler(context)}),
        Route(
            "orders.emergency",
            {
                "driver.emergency_raised.v1": emergency,
                "order.emergency_raised.v1": emergency,
                "emergency.resolved.v1": EmergencyResolvedHandler(context),
            },
        ),
        Route(
            "orders.merchant_step",
            {
                "merchant.order_accepted.v1": MerchantOrderAcceptedHandler(context),
                "merchant.order_rejected.v1": MerchantOrderRejectedHandler(context),
                "merchant.order_ready.v1": MerchantOrderReadyHandler(context),
                "merchant.change_proposed.v1": MerchantChangeProposedHandler(context),
            },
        ),
        Route(
            "orders.order_change",
            {
                "order.change_requested.v1": OrderChangeRequestedHandler(context),
                "order.change_answered.v1": OrderChangeAnsweredHandler(context),
            },
        ),
        Route("orders.merchant_fact", dict.fromkeys(MERCHANT_FACTS, MerchantFactHandler(context))),
        Route(
            "orders.funding_fact",
            {
                "programme.budget_set.v1": ProgrammeBudgetSetHandler(context),
                "programme.beneficiary_attested.v1": ProgrammeBeneficiaryAttestedHandler(context),
                "donation.pledged.v1": DonationPledgedHandler(context),
            },
        ),
        Route("orders.route_status", {"route.status_changed.v1": RouteStatusChangedHandler(context)}),
        Route(
            "orders.match_outcome",
            {
                "match.made.v1": MatchMadeHandler(context),
                "match.failed.v1": MatchFailedHandler(context),
                "match.withdrawn.v1": MatchWithdrawnHandler(context),
            },
        ),
    )
