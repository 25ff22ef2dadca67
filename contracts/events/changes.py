"""What became of a wish to change an order; what the change is travels confidentially."""

from __future__ import annotations

from contracts.events.orders import OrderEvent
from contracts.values import Fare, Id, UtcTime


class OrderChangeProposed(OrderEvent):
    """A change waits for the customer's answer; what it is stands in the confidential proposal."""

    proposal_id: Id
    until: UtcTime


class OrderChangeRefused(OrderEvent):
    """A proposed change does not come; the order goes on as it was."""

    proposal_id: Id


class OrderChanged(OrderEvent):
    """Drop-off or items are others now, and this is the fare."""

    fare: Fare
