"""Steps that the agency reports about an order."""

from __future__ import annotations

from datetime import datetime

from contracts.message import Message
from contracts.requests.agencies import AgencyReturnConfirmed
from services.orders.domain.custody.returning import return_confirmed as confirm
from services.orders.domain.order import Order
from services.orders.events import announce
from services.runtime.change import Change, Entry


def return_confirmed(
    order: Order, message: Message[AgencyReturnConfirmed], now: datetime
) -> Change[Order] | None:
    """Close the chain of custody and free the courier, also where they did not report the return."""
    said = message.data
    after = confirm(order, said.agency_id, said.envelope, now)
    if after is None:
        return None
    entry = Entry(after.status, f"agency:{said.agency_id}", after.delivery.reason)
    return Change(after, announce.returned(after), entry)
