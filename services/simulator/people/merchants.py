"""Merchants: they answer what comes to their kitchen, or do not, and say when it is ready."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from contracts.events.confidential import MerchantBriefed
from contracts.events.orders import OrderPreparing
from contracts.message import Message
from contracts.requests.merchants import (
    MerchantChangeProposed,
    MerchantClosed,
    MerchantOpened,
    MerchantOrderAccepted,
    MerchantOrderReady,
    MerchantOrderRejected,
    MerchantRegistered,
    MerchantResidenceAttested,
    MerchantRushStarted,
)
from contracts.values import Actor, Role
from services.simulator.people.context import AGENCY, MERCHANTS, Desk
from services.simulator.plans.dice import dice
from services.simulator.plans.merchants import Kitchen, MerchantPlan

AGENCY_ID = "dispendukcapil"
YEAR = timedelta(days=365)
ANSWER_S = (4.0, 15.0)
PROPOSAL_S = 120.0
RUSH_MINUTES = 3


class Warung:
    """One merchant with a plan."""

    def __init__(self, plan: MerchantPlan, desk: Desk) -> None:
        self.plan = plan
        self._desk = desk
        self._proposed: set[str] = set()
        self._cooking: set[str] = set()

    async def open(self) -> None:
        """Registered, attested where somebody attests it, open, and in a rush where that is the plan."""
        plan, desk = self.plan, self._desk
        await desk.send(MerchantRegistered(merchant_id=plan.id, place=plan.place, name=plan.name), MERCHANTS)
        await desk.register_contact(plan.id, Role.MERCHANT, "id", plan.name)
        if plan.kitchen is not Kitchen.UNATTESTED:
            await desk.send(self._attestation(), AGENCY)
        await desk.send(MerchantOpened(merchant_id=plan.id), MERCHANTS)
        if plan.kitchen is Kitchen.CLOSED:
            await desk.send(MerchantClosed(merchant_id=plan.id), MERCHANTS)
        if plan.kitchen is Kitchen.RUSH:
            await desk.send(MerchantRushStarted(merchant_id=plan.id, extra_minutes=RUSH_MINUTES), MERCHANTS)

    def hear(self, event: Message[Any]) -> None:
        """React to what concerns this kitchen."""
        match event.data:
            case MerchantBriefed() if event.data.order_id not in self._cooking:
                self._desk.spawn(self._answer(event.data))
            case OrderPreparing() if event.data.order_id not in self._cooking:
                self._cooking.add(event.data.order_id)
                self._desk.spawn(self._cook(event.data))
            case _:
                pass

    async def _answer(self, slip: MerchantBriefed) -> None:
        plan, order = self.plan, slip.order_id
        random = dice(self._desk.seed, plan.id, "answer", order)
        await self._desk.pace.sleep(random.uniform(*ANSWER_S))
        match plan.kitchen:
            case Kitchen.SILENT:
                return
            case Kitchen.REFUSES:
                rejected = MerchantOrderRejected(
                    merchant_id=plan.id, order_id=order, reason="the gas is empty"
                )
                await self._desk.send(rejected, MERCHANTS)
            case Kitchen.SOLD_OUT if order not in self._proposed and len(slip.items) > 1:
                self._proposed.add(order)
                await self._desk.send(self._proposal(slip), MERCHANTS)
            case _:
                accepted = MerchantOrderAccepted(
                    merchant_id=plan.id, order_id=order, ready_in_minutes=plan.minutes
                )
                await self._desk.send(accepted, MERCHANTS)

    async def _cook(self, event: OrderPreparing) -> None:
        await self._desk.pace.until(event.ready_at)
        if event.order_id not in self._desk.chronicle.ended:
            await self._desk.send(
                MerchantOrderReady(merchant_id=self.plan.id, order_id=event.order_id), MERCHANTS
            )

    def _proposal(self, slip: MerchantBriefed) -> MerchantChangeProposed:
        """Everything but the first dish, of which there is one more."""
        left = [
            slip.items[1].model_copy(update={"quantity": slip.items[1].quantity + slip.items[0].quantity}),
            *slip.items[2:],
        ]
        return MerchantChangeProposed(
            merchant_id=self.plan.id,
            order_id=slip.order_id,
            proposal_id=f"pr-{slip.order_id}",
            items=left,
            until=self._desk.pace.now() + timedelta(seconds=PROPOSAL_S),
        )

    def _attestation(self) -> MerchantResidenceAttested:
        return MerchantResidenceAttested(
            merchant_id=self.plan.id,
            by=Actor(role=Role.AGENCY, id=AGENCY_ID),
            district_code="35.10.16",
            valid_until=self._desk.pace.now().date() + YEAR,
        )
