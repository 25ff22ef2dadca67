"""Find the orders of a route in MongoDB, for its closure."""

from __future__ import annotations

from services.orders.domain.order import ENDED
from services.runtime.change import Document
from services.runtime.storage.database import Collection, Database, raising_database_away


class MongoOrdersOnRoute:
    """Orders by route. The sparse index holds only orders that have a route."""

    def __init__(self, store: Database, orders: str) -> None:
        self._orders: Collection = store[orders]

    async def on(self, route: str) -> list[str]:
        """Ids of the orders on this route that have not ended. Raises `DatabaseAway`."""
        where: Document = {
            "state.climb.route": {"$eq": route},
            "state.status": {"$nin": [status.value for status in ENDED]},
        }
        with raising_database_away("orders of a route"):
            return [row["_id"] for row in await self._orders.find(where, {"_id": 1}).to_list(None)]
