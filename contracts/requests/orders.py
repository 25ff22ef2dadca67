"""Requests about an order, owned by the orders service."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from contracts.values import Actor, Customer, Id, Item, Note, Payer, Place, Recipient, Rupiah, Short, UtcTime, Value


class OrderRequested(Value):
    """A person or an agency asks for a service."""

    order_id: Id
    service: Id
    customer: Customer
    pickup: Place
    dropoff: Place
    scheduled_for: UtcTime | None = None
    items: Annotated[list[Item], Field(max_length=200)] = []
    payer: Payer | None = None
    recipient: Recipient | None = None
    agency_id: Id | None = None
    max_fare: Rupiah | None = None
    details: Annotated[dict[Id, Any], Field(max_length=32)] = {}


class OrderCancellationRequested(Value):
    """Somebody with a right to it wants the order to end."""

    order_id: Id
    by: Actor
    reason: Short | None = None


class OrderReportRequested(Value):
    """Somebody asks for the present state; `order.reported.v1` answers."""

    order_id: Id
    by: Actor


class OrderCodeRequested(Value):
    """Somebody asks for a new one-time code."""

    order_id: Id
    by: Actor


class OrderChangeRequested(Value):
    """The customer wants another drop-off or other items."""

    order_id: Id
    by: Actor
    dropoff: Place | None = None
    items: Annotated[list[Item], Field(max_length=200)] | None = None
    note: Note | None = None


class OrderChangeAnswered(Value):
    """The customer answers a proposed change."""

    order_id: Id
    by: Actor
    proposal_id: Id
    accepted: bool
