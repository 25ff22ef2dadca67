"""What is left of an order whose customer or recipient has asked to be forgotten."""

from __future__ import annotations

from dataclasses import replace

from contracts.values import Place, Role
from services.orders.domain.order import Order

NOWHERE = Place(lat=0.0, lng=0.0)


def blanked(order: Order, role: Role, recipient_id: str) -> Order:
    """The order without the places, notes and room of this person; a merchant's kitchen stays. The same order when he is not in it.

    `digest` goes too: by it a note could be guessed.
    """
    is_customer = role is Role.CUSTOMER and order.customer.id == recipient_id
    is_recipient = role is Role.RECIPIENT and order.recipient_id == recipient_id
    if not (is_customer or is_recipient):
        return order
    pickup = order.pickup if is_recipient or order.pickup.merchant_id else NOWHERE
    return replace(order, pickup=pickup, dropoff=NOWHERE, proposal=None, details={}, digest="")
