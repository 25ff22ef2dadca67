"""The parties of an order, and the check that the caller is one of them."""

from __future__ import annotations

from contracts.values import Actor, Role
from services.orders.domain.errors import StepRefused
from services.orders.domain.order import Order


def require_party(order: Order, by: Actor) -> None:
    """Check that this person takes part in the order; operators always do.

    Raises `StepRefused` (`wrong_actor`).
    """
    parties = {
        Role.CUSTOMER: order.customer.id,
        Role.AGENCY: order.agency_id,
        Role.DRIVER: order.driver_id,
        Role.MERCHANT: order.merchant_id,
        Role.RECIPIENT: order.recipient_id,
        Role.OPERATOR: by.id,
    }
    if by.role not in parties or parties[by.role] != by.id:
        raise StepRefused("wrong_actor")
