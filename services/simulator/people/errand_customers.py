"""Those who want something else than a ride: each sends one order, and answers what is asked of him."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.events.confidential import ProposalMade
from contracts.events.orders import OrderDriverAssigned, OrderReturning
from contracts.message import Message
from contracts.requests.agencies import AgencyReturnConfirmed
from contracts.requests.orders import OrderChangeAnswered, OrderChangeRequested, OrderRequested
from contracts.values import Actor, CustomerKind, Recipient, Role
from services.simulator.people.context import AGENCY, CUSTOMERS, Desk
from services.simulator.plans.errand import Errand

CONTACT_EARLIER_S = 30
THINKS_S = 8.0


class Client:
    """One errand on its way."""

    def __init__(self, errand: Errand, desk: Desk) -> None:
        self.errand = errand
        self._desk = desk
        desk.recipients[errand.order_id] = errand.recipient_id or errand.customer.id
        desk.absences[errand.order_id] = errand.absent
        if "envelope" in errand.details:
            desk.envelopes[errand.order_id] = errand.details["envelope"]

    @property
    def people(self) -> tuple[str, ...]:
        """Who may get letters about it."""
        errand = self.errand
        return tuple(person for person in (errand.customer.id, errand.recipient_id) if person is not None)

    async def live(self, dawn: datetime) -> None:
        """Order at the planned time after `dawn`."""
        errand, desk = self.errand, self._desk
        await desk.pace.until(dawn + timedelta(seconds=errand.after_s - CONTACT_EARLIER_S))
        role = Role.AGENCY if errand.customer.kind is CustomerKind.AGENCY else Role.CUSTOMER
        await desk.register_contact(errand.customer.id, role, errand.customer.locale, errand.name)
        if errand.recipient_id is not None:
            await desk.register_contact(errand.recipient_id, Role.RECIPIENT, "id", "Warga")
        await desk.pace.until(dawn + timedelta(seconds=errand.after_s))
        desk.chronicle.asked(errand.order_id)
        await desk.send(self._order(), self._app)

    def hear(self, event: Message[Any]) -> None:
        """Answer a proposal; take back at the counter what could not be handed over."""
        match event.data:
            case OrderDriverAssigned() if self.errand.another_door is not None and event.data.attempt == 1:
                self._desk.spawn(self._want_another_door())
            case ProposalMade():
                self._desk.spawn(self._answer(event.data.proposal_id))
            case OrderReturning():
                self._desk.spawn(self._confirm())
            case _:
                pass

    @property
    def _app(self) -> str:
        return AGENCY if self.errand.agency_id is not None else CUSTOMERS

    async def _answer(self, proposal_id: str) -> None:
        errand = self.errand
        await self._desk.pace.sleep(THINKS_S)
        by = Actor(role=Role.CUSTOMER, id=errand.customer.id)
        said = OrderChangeAnswered(
            order_id=errand.order_id, by=by, proposal_id=proposal_id, accepted=errand.agrees
        )
        await self._desk.send(said, self._app)

    async def _want_another_door(self) -> None:
        errand = self.errand
        by = Actor(role=Role.CUSTOMER, id=errand.customer.id)
        await self._desk.send(
            OrderChangeRequested(order_id=errand.order_id, by=by, dropoff=errand.another_door), self._app
        )

    async def _confirm(self) -> None:
        errand = self.errand
        await self._desk.brought_back[errand.order_id].wait()
        if errand.agency_id is not None:
            envelope = str(errand.details["envelope"])
            confirmed = AgencyReturnConfirmed(
                agency_id=errand.agency_id, order_id=errand.order_id, envelope=envelope
            )
            await self._desk.send(confirmed, AGENCY)

    def _order(self) -> OrderRequested:
        errand = self.errand
        departs = (
            None
            if errand.departs_in_s is None
            else self._desk.pace.now() + timedelta(seconds=errand.departs_in_s)
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
