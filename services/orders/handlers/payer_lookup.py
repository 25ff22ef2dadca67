"""Payer lookup: what is known about the payer of a request, read before the order is taken in."""

from __future__ import annotations

from datetime import datetime

from contracts.requests.orders import OrderRequested
from contracts.values import Payer, PayerKind
from services.orders.domain.hours import LOCAL_TIME
from services.orders.domain.intake.request import Service
from services.orders.domain.payment.funding import PayerRecord, budget_id
from services.orders.ports import Context


async def payer_of(context: Context, request: OrderRequested, service: Service, now: datetime) -> Payer:
    """The payer of the request; else the service's programme, for its beneficiaries; else the customer."""
    if request.payer is not None:
        return request.payer
    if service.programme is not None:
        key = beneficiary_key(service.programme.programme_id, _beneficiary(request))
        person = await context.beneficiaries.get(key)
        if person is not None and person.state.valid_until >= now.astimezone(LOCAL_TIME).date():
            return Payer(kind=PayerKind.PROGRAMME, id=service.programme.programme_id)
    return Payer(id=request.customer.id)


async def payer_record_of(
    context: Context, payer: Payer, request: OrderRequested, now: datetime
) -> PayerRecord | None:
    """What is known of a programme or donor; None for one without a budget then, and for customers."""
    if payer.kind not in {PayerKind.PROGRAMME, PayerKind.DONOR} or payer.id is None:
        return None
    budget = await context.budgets.get(budget_id(payer, request.scheduled_for or now))
    if budget is None:
        return None
    if payer.kind is PayerKind.DONOR:
        return PayerRecord()
    person = await context.beneficiaries.get(beneficiary_key(payer.id, _beneficiary(request)))
    return PayerRecord(budget.state.services, person.state.valid_until if person else None)


def beneficiary_key(programme_id: str, customer_id: str) -> str:
    """The id of a beneficiary's attestation."""
    return f"{programme_id}:{customer_id}"


def _beneficiary(request: OrderRequested) -> str:
    """The recipient where there is one, else the customer."""
    return request.recipient.id if request.recipient else request.customer.id
