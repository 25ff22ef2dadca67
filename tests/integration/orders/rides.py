"""A ride with its driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.builders import a_match_made, an_order_requested

if TYPE_CHECKING:
    from tests.support.outside import OutsideApp

STEP: dict[str, Any] = {"driver_id": "d-7", "order_id": "o-1"}


async def an_assigned_ride(app: OutsideApp) -> None:
    await app.request(an_order_requested())
    await app.event("order.search_started.v1")
    await app.request(a_match_made())
    await app.event("order.driver_assigned.v1")
