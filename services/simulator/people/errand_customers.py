"""Customers with an errand: each sends one order and answers what they are asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.events.confidential import ProposalMade
from contracts.events.orders import OrderDriverAssigned, OrderReturning
from contracts.message import Message
from contracts.requests.agencies import AgencyReturnConfirmed
from contracts.requests.orders import OrderChangeAnswered, OrderChangeRequested, OrderRequested
from contracts.values import Actor, CustomerKind, Recipient, Role
from services.simulator.people.context import AGENCY_APP, CUSTOMERS_APP, ActorContext
from services.simulator.plans.errand import Errand

CONTACT_EARLIER_S = 30
THINKS_S = 8.0


class ErrandCustomer:
    """The customer of one errand."""

    def __init__(self, errand: Errand, context: ActorContext) -> None:
        self.errand = errand
        self._context = context
        context.recipients[errand.order_id] = errand.recipient_id or errand.customer.id
        context.absences[errand.order_id] = errand.absent
        if "envelope" in errand.details:
            context.envelopes[errand.order_id] = errand.details["envelope"]

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone who may get mail about it."""
        errand = self.errand
        return tuple(person for person in (errand.customer.id, errand.recipient_id) if person is not None)

    async def live(self, dawn: datetime) -> None:
        """Order at the planned time after `dawn`."""
        errand, context = self.errand, self._context
        await context.pace.until(dawn + timedelta(seconds=errand.after_s - CONTACT_EARLIER_S))
        role = Role.AGENCY if errand.customer.kind is CustomerKind.AGENCY else Role.CUSTOMER
        await context.register_contact(errand.customer.id, role, errand.customer.locale, errand.name)
        if errand.recipient_id is not None:
            await context.register_contact(errand.recipient_id, Role.RECIPIENT, "id", "Warga")
        await context.pace.until(dawn + timedelta(seconds=errand.after_s))
        context.event_log.asked(errand.order_id)
        await context.send(self._order(), self._app)

    def hear(self, event: Message[Any]) -> None:
        """Answer a proposal; confirm at the counter what could not be handed over."""
        match event.data:
            case OrderDriverAssigned() if self.errand.another_door is not None and event.data.attempt == 1:
                self._context.spawn(self._ask_for_another_door())
            case ProposalMade():
                self._context.spawn(self._answer(event.data.proposal_id))
            case OrderReturning():
                self._context.spawn(self._confirm())
            case _:
                pass

    @property
    def _app(self) -> str:
        return AGENCY_APP if self.errand.agency_id is not None else CUSTOMERS_APP

    async def _answer(self, proposal_id: str) -> None:
        errand = self.errand
        await self._context.pace.sleep(THINKS_S)
        by = Actor(role=Role.CUSTOMER, id=errand.customer.id)
        answer = OrderChangeAnswered(
            order_id=errand.order_id, by=by, proposal_id=proposal_id, accepted=errand.agrees
        )
        await self._context.send(answer, self._app)

    async def _ask_for_another_door(self) -> None:
        errand = self.errand
        by = Actor(role=Role.CUSTOMER, id=errand.customer.id)
        await self._context.send(
            OrderChangeRequested(order_id=errand.order_id, by=by, dropoff=errand.another_door), self._app
        )

    async def _confirm(self) -> None:
        errand = self.errand
        await self._context.brought_back[errand.order_id].wait()
        if errand.agency_id is not None:
            envelope = str(errand.details["envelope"])
            confirmed = AgencyReturnConfirmed(
                agency_id=errand.agency_id, order_id=errand.order_id, envelope=envelope
            )
            await self._context.send(confirmed, AGENCY_APP)

    def _order(self) -> OrderRequested:
        errand = self.errand
        departs = (
            None
            if errand.departs_in_s is None
            else self._context.pace.now() + timedelta(seconds=errand.departs_in_s)
        )
        return OrderRequested(
            order_id=errand.order_id,
            service=errand.service,
            customer=errand.customer,
            pickup=errand.pickup,
            dropoff=errand.dropoff,
            scheduled_for=departs,
            items=list(errand.items),
            payer=errand.payer,
            recipient=None if errand.recipient_id is None else Recipient(id=errand.recipient_id),
            agency_id=errand.agency_id,
            details=errand.details,
        )
