"""The stories of a morning: valid by the contract, and played by merchants and couriers as written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from contracts.events.confidential import MerchantBriefed, ProposalMade
from contracts.events.orders import AssignmentBriefed, OrderAttemptFailed, OrderReturning
from contracts.requests.merchants import MerchantChangeProposed
from contracts.requests.orders import OrderChangeAnswered, OrderRequested
from services.runtime.clock import SimulatedClock
from services.simulator.channels.event_log import EventLog
from services.simulator.channels.pace import Pace
from services.simulator.people.context import ActorContext
from services.simulator.people.decisions import Drive
from services.simulator.people.errand_customers import ErrandCustomer
from services.simulator.people.journeys import Journey
from services.simulator.people.merchants import Merchant
from services.simulator.people.phones import Phone
from services.simulator.plans.errand import Errand
from services.simulator.plans.errands import ERRANDS, errands
from services.simulator.plans.merchants import DISHES, Behaviour, merchant_plans
from tests.support.builders import FARE, NOW, ORDER_EVENT, PARK, STATION, a_message
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from contracts.message import Message
    from contracts.values import Value

EVERYTHING = frozenset({"ride", "food", "document", "medicine", "parcel", "urgent", "ijen"})
MERCHANTS = merchant_plans(1, 3)
ALL = {errand.order_id: errand for errand in errands(1, MERCHANTS, EVERYTHING, 6.0)}


@dataclass
class Notebook:
    """Stands where the broker is: writes down what was sent."""

    sent: list[Value] = field(default_factory=list)

    async def send(self, message: Message[Value]) -> None:
        self.sent.append(message.data)

    def types(self) -> list[str]:
        return [type(data).__name__ for data in self.sent]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
async def context(notebook: Notebook) -> AsyncIterator[ActorContext]:
    context = ActorContext(1, notebook, Pace(SimulatedClock(NOW, 500.0, datetime.now(UTC))), EventLog())  # type: ignore[arg-type]
    yield context
    await context.close()


def a_merchant(behaviour: Behaviour, context: ActorContext) -> Merchant:
    return Merchant(next(plan for plan in MERCHANTS if plan.behaviour is behaviour), context)


def briefed(items: int = 2) -> Message[Value]:
    return a_message(
        MerchantBriefed(order_id="o-2", merchant_id="m-1", items=list(DISHES[:items]), answer_until=NOW)
    )


@pytest.mark.parametrize("errand", ALL.values(), ids=lambda errand: errand.order_id)
async def test_every_errand_is_valid_by_the_contract(errand: Errand, context: ActorContext) -> None:
    order = ErrandCustomer(errand, context)._order()

    assert OrderRequested.model_validate_json(order.model_dump_json()) == order


def test_a_service_that_the_catalogue_does_not_have_is_not_ordered() -> None:
    some = errands(1, MERCHANTS, frozenset({"food"}), 6.0)

    assert {errand.service for errand in some} == {"food"}
    assert set(ALL) == set(ERRANDS)


async def test_a_merchant_who_has_sold_out_proposes_what_is_left_and_then_cooks_it(
    context: ActorContext, notebook: Notebook
) -> None:
    merchant = a_merchant(Behaviour.SOLD_OUT, context)

    merchant.hear(briefed())
    await eventually(lambda: notebook.types() == ["MerchantChangeProposed"])
    merchant.hear(briefed(items=1))
    await eventually(lambda: notebook.types() == ["MerchantChangeProposed", "MerchantOrderAccepted"])

    proposed = notebook.sent[0]
    assert isinstance(proposed, MerchantChangeProposed)
    assert [(item.sku, item.quantity) for item in proposed.items] == [("rujak-soto", 2)]


async def test_a_customer_answers_a_proposal_as_planned(context: ActorContext, notebook: Notebook) -> None:
    made = {"proposal_id": "pr-1", "order_id": "food-5", "customer_id": "p", "fare": FARE, "until": NOW}

    ErrandCustomer(ALL["food-5"], context).hear(a_message(ProposalMade.model_validate(made)))

    await eventually(lambda: notebook.types() == ["OrderChangeAnswered"])
    answer = notebook.sent[0]
    assert isinstance(answer, OrderChangeAnswered)
    assert answer.accepted is False


async def test_undelivered_goods_go_back_to_the_counter_and_are_confirmed_there(
    context: ActorContext, notebook: Notebook
) -> None:
    client = ErrandCustomer(ALL["document-1"], context)
    ride = {
        "order_id": "document-1",
        "driver_id": "d-1",
        "pickup": STATION,
        "dropoff": PARK,
        "proof_at_pickup": ["envelope"],
    }

    async def fly(*_: object) -> None:
        """No road takes time here."""

    journey = Journey(
        AssignmentBriefed.model_validate(ride), Drive(10, 1, None), context, Phone(context.pace), fly
    )
    order = {**ORDER_EVENT, "order_id": "document-1"}
    context.spawn(journey.run())
    await eventually(lambda: notebook.types()[-1:] == ["DriverDeliveryFailed"])
    failed = {**order, "delivery_attempt": 1, "reason": "recipient_absent", "next_at": NOW}
    journey.hear(a_message(OrderAttemptFailed.model_validate(failed)))
    await eventually(lambda: notebook.types().count("DriverDeliveryFailed") == 2)
    returning = a_message(OrderReturning.model_validate({**order, "reason": "recipient_absent"}))
    journey.hear(returning)
    client.hear(returning)

    await eventually(lambda: notebook.types()[-2:] == ["DriverReturned", "AgencyReturnConfirmed"])
