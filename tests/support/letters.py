"""Channels against stand-ins of their providers, over real sockets; no broker and no database."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from services.notifications.adapters.channels.http import Provider
from services.notifications.ports import Letter
from tests.support.builders import NOW
from tests.support.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

VALUES = {
    "order_id": "o-1",
    "service": "ride",
    "service_name": {"id": "Ojek"},
    "notices": {},
    "payer": "customer",
    "plate": "P 4217 VX",
    "minutes": 3,
}


def a_letter(address: str, **changes: Any) -> Letter:
    text = TEXTS.render("order.driver_assigned", "customer", "id", VALUES, "Sarah")
    return Letter(
        **{"id": "n-1", "address": address, "written_at": NOW, "text": text, "order_id": "o-1", **changes}
    )


@asynccontextmanager
async def connected(timeout_s: float = 1) -> AsyncIterator[Provider]:
    """Connections to a provider, closed on leaving."""
    provider = Provider(timeout_s, 4)
    running = asyncio.create_task(provider.run())
    await asyncio.sleep(0)
    yield provider
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
