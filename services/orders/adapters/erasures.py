"""Finds what orders keep of somebody who was erased, and remembers what has to wait until a running order has ended."""

from __future__ import annotations

from contracts.events.recipients import RecipientErased
from contracts.values import Role
from services.runtime.database import Collection, Database, Document, noticing_absence

FIELDS = {Role.CUSTOMER: "state.customer.id", Role.RECIPIENT: "state.recipient_id"}
MOST = 500


class Erasures:
    """`waiting` of an erasure: its running orders."""

    def __init__(self, store: Database, orders: str) -> None:
        self._orders: Collection = store[orders]
        self._erasures: Collection = store["erasures"]
        self._indexed = False

    async def orders_of(self, erased: RecipientErased) -> list[str]:
        """The orders of this person up to the erasure. Raises `DatabaseAway`."""
        if erased.role not in FIELDS:
            return []
        where = {FIELDS[erased.role]: {"$eq": erased.recipient_id}, "state.requested_at": {"$lte": erased.at}}
        with noticing_absence("orders of an erased person"):
            return [row["_id"] for row in await self._orders.find(where, {"_id": 1}).to_list(None)]

    async def forget_marks(self, order_id: str) -> None:
        """Remove the digests of the order's messages: by them a note could be guessed. Raises `DatabaseAway`."""
        with noticing_absence("marks of an order"):
            while (known := await self._orders.find_one({"_id": order_id}, {"seen": 1, "version": 1})) is not None:
                bare = [[source, message_id, ""] for source, message_id, _ in known.get("seen", [])]
                same = {"_id": order_id, "version": known["version"]}
                if (await self._orders.update_one(same, {"$set": {"seen": bare}})).matched_count:
                    return

    async def wait_for(self, erased: RecipientErased, running: list[str]) -> None:
        """Note the running orders. Raises `DatabaseAway`."""
        fields: Document = {"recipient_id": erased.recipient_id, "role": erased.role.value, "at": erased.at}
        with noticing_absence("erasure"):
            update = {"$set": fields, "$addToSet": {"waiting": {"$each": running}}}
            await self._erasures.update_one({"_id": _about(erased)}, update, upsert=True)

    async def outstanding(self) -> list[tuple[RecipientErased, list[str]]]:
        """Whoever waits for an order to end, and for which. Raises `DatabaseAway`."""
        with noticing_absence("erasures"):
            if not self._indexed:
                await self._erasures.create_index("waiting", sparse=True)
                self._indexed = True
            # an empty list has no element above "": only those with an order left come out of the index
            rows = await self._erasures.find({"waiting": {"$gt": ""}}).limit(MOST).to_list(MOST)
        return [
            (RecipientErased.model_validate({name: row[name] for name in ("recipient_id", "role", "at")}), row["waiting"]) for row in rows
        ]

    async def done(self, erased: RecipientErased, order_id: str) -> None:
        """The order is blank. Raises `DatabaseAway`."""
        with noticing_absence("erasure"):
            await self._erasures.update_one({"_id": _about(erased)}, {"$pull": {"waiting": order_id}})


def _about(erased: RecipientErased) -> str:
    return f"{erased.role.value}:{erased.recipient_id}"
