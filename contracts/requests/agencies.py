"""Requests by agencies of the regency: envelopes that came back, and webhooks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.shared_fields import OrderId
from contracts.values import Id, Value

EventType = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]*$", max_length=100)
]


class AgencyReturnConfirmed(Value):
    """Confirm that the agency has its sealed envelope back; the order ends."""

    agency_id: Id = Field(
        description="The agency that has the envelope; another than the order's is rejected as `wrong_actor`."
    )
    order_id: OrderId
    envelope: Id = Field(
        description="The number on the sealed envelope; another order's is rejected as `wrong_envelope`."
    )


class AgencyWebhookRegistered(Value):
    """Register where an agency hears of its own orders; a newer one replaces it.

    Signed as Standard Webhooks 1.0 say, once a secret has been made for the agency.
    """

    agency_id: Id = Field(description="The agency that wants to hear of its orders.")
    url: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        description="Where events are posted to: https, without a login and a fragment. Stored encrypted."
    )
    types: Annotated[list[EventType], Field(max_length=64)] = Field(
        default=[],
        description="The event types to post, e.g. `order.completed.v1`; empty ends the webhook.",
    )
    services: Annotated[list[Id], Field(max_length=64)] = Field(
        default=[],
        description="Post events of orders of these services only; empty: of all services.",
    )
