"""What became of a request to change an order; what the change is travels confidentially."""

from __future__ import annotations

from pydantic import Field

from contracts.events.orders import OrderEvent
from contracts.shared_fields import OrderFare
from contracts.values import Id, UtcTime


class OrderChangeProposed(OrderEvent):
    """A change waits for an answer; what it is stands in the confidential proposal."""

    proposal_id: Id = Field(description="The proposal that waits for an answer.")
    until: UtcTime = Field(description="Until when it can be answered.")


class OrderChangeRefused(OrderEvent):
    """A proposed change was refused; the order goes on as it was."""

    proposal_id: Id = Field(description="The proposal that was refused, or not answered in time.")


class OrderChanged(OrderEvent):
    """Drop-off, items or note have changed, and this is the fare now."""

    fare: OrderFare
