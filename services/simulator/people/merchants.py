"""Merchants: they answer orders, or do not, cook, and report when a meal is ready."""

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
from services.simulator.people.context import AGENCY_APP, MERCHANTS_APP, ActorContext
from services.simulator.plans.dice import dice
from services.simulator.plans.merchants import Behaviour, MerchantPlan

AGENCY_ID = "dispendukcapil"
YEAR = timedelta(days=365)
ANSWER_S = (4.0, 15.0)
PROPOSAL_S = 120.0
RUSH_MINUTES = 3


class Merchant:
    """One merchant with a plan."""

    def __init__(self, plan: MerchantPlan, context: ActorContext) -> None:
        self.plan = plan
        self._context = context
        self._proposed: set[str] = set()
        self._cooking: set[str] = set()

    async def open(self) -> None:
        """Register, be attested, open, and close again or start a rush if that is the plan."""
        plan, context = self.plan, self._context
        await context.send(
            MerchantRegistered(merchant_id=plan.id, place=plan.place, name=plan.name), MERCHANTS_APP
        )
        await context.register_contact(plan.id, Role.MERCHANT, "id", plan.name)
        if plan.behaviour is not Behaviour.UNATTESTED:
            await context.send(self._attestation(), AGENCY_APP)
        await context.send(MerchantOpened(merchant_id=plan.id), MERCHANTS_APP)
        if plan.behaviour is Behaviour.CLOSED:
            await context.send(MerchantClosed(merchant_id=plan.id), MERCHANTS_APP)
        if plan.behaviour is Behaviour.RUSH:
            await context.send(
                MerchantRushStarted(merchant_id=plan.id, extra_minutes=RUSH_MINUTES), MERCHANTS_APP
            )

    def hear(self, event: Message[Any]) -> None:
        """React to an event about this merchant."""
        match event.data:
            case MerchantBriefed() if event.data.order_id not in self._cooking:
                self._context.spawn(self._answer(event.data))
            case OrderPreparing() if event.data.order_id not in self._cooking:
                self._cooking.add(event.data.order_id)
                self._context.spawn(self._cook(event.data))
            case _:
                pass

    async def _answer(self, briefed: MerchantBriefed) -> None:
        plan, order = self.plan, briefed.order_id
        random = dice(self._context.seed, plan.id, "answer", order)
        await self._context.pace.sleep(random.uniform(*ANSWER_S))
        match plan.behaviour:
            case Behaviour.SILENT:
                return
            case Behaviour.REFUSES:
                rejected = MerchantOrderRejected(
                    merchant_id=plan.id, order_id=order, reason="the gas is empty"
                )
                await self._context.send(rejected, MERCHANTS_APP)
            case Behaviour.SOLD_OUT if order not in self._proposed and len(briefed.items) > 1:
                self._proposed.add(order)
                await self._context.send(self._proposal(briefed), MERCHANTS_APP)
            case _:
                accepted = MerchantOrderAccepted(
                    merchant_id=plan.id, order_id=order, ready_in_minutes=plan.minutes
                )
                await self._context.send(accepted, MERCHANTS_APP)

    async def _cook(self, event: OrderPreparing) -> None:
        await self._context.pace.until(event.ready_at)
        if event.order_id not in self._context.event_log.ended:
            await self._context.send(
                MerchantOrderReady(merchant_id=self.plan.id, order_id=event.order_id), MERCHANTS_APP
            )

    def _proposal(self, briefed: MerchantBriefed) -> MerchantChangeProposed:
        """Propose the order without its first dish, and with that many more of the second."""
        left = [
            briefed.items[1].model_copy(
                update={"quantity": briefed.items[1].quantity + briefed.items[0].quantity}
            ),
            *briefed.items[2:],
        ]
        return MerchantChangeProposed(
            merchant_id=self.plan.id,
            order_id=briefed.order_id,
            proposal_id=f"pr-{briefed.order_id}",
            items=left,
            until=self._context.pace.now() + timedelta(seconds=PROPOSAL_S),
        )

    def _attestation(self) -> MerchantResidenceAttested:
        return MerchantResidenceAttested(
            merchant_id=self.plan.id,
            by=Actor(role=Role.AGENCY, id=AGENCY_ID),
            district_code="35.10.16",
            valid_until=self._context.pace.now().date() + YEAR,
        )
