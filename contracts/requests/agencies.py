"""Requests by agencies of the regency: what they handed to a courier, and where they want to hear of their orders."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.values import Id, Value

EventType = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]*$", max_length=100)
]


class AgencyReturnConfirmed(Value):
    """The agency has its sealed envelope back."""

    agency_id: Id
    order_id: Id
    envelope: Id


class AgencyWebhookRegistered(Value):
    """Where the agency wants to hear of its own orders; a newer one replaces it, without types it ends.

    `types`: event types; `services`: only orders of these, all when empty. Signed as Standard Webhooks 1.0 say, once a
    secret has been made for the agency.
    """

    agency_id: Id
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    types: Annotated[list[EventType], Field(max_length=64)] = []
    services: Annotated[list[Id], Field(max_length=64)] = []
