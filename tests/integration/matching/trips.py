"""Matches and trips of the driver d-7, and the events that end them."""

from __future__ import annotations

from typing import Any

from contracts.events.orders import OrderCancelled, OrderCompleted
from tests.support import builders
from tests.support.eventually import eventually


async def matched(town: Any) -> Any:
    """Let d-7 win the order o-1, and return the match."""
    await town.driver("d-7", north_m=100)
    await town.search(life_s=600)
    (offer,) = await town.of("offer.made.v1")
    await town.accept(offer)
    (match,) = await town.of("match.made.v1")
    return match


async def drives(town: Any) -> None:
    """Let d-7 win the order o-1, and let the order assign them."""
    await matched(town)
    await town.send(builders.a_driver_assigned(), sequence=2)
    await eventually(lambda: confirmed(town))


async def confirmed(town: Any) -> bool:
    """Whether the live order of d-7 is confirmed."""
    live = await town.state("drivers", "d-7", "live") or {}
    return bool(live.get("confirmed"))


def completed() -> OrderCompleted:
    """The end of the trip of d-7."""
    end = {"driver_id": "d-7", "fare": builders.FARE, "distance_m": 1900, "completed_at": builders.NOW}
    return OrderCompleted.model_validate({**builders.ORDER_EVENT, **end})


def cancelled(order_id: str = "o-1") -> OrderCancelled:
    """A cancellation by the customer."""
    end = {
        "order_id": order_id,
        "by": {"role": "customer", "id": "c-1"},
        "reason": "customer_cancelled",
        "fee": 0,
    }
    return OrderCancelled.model_validate({**builders.ORDER_EVENT, **end})
