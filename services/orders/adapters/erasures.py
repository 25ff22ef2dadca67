"""Remembers who was erased, and finds what orders keep of him; some of it has to wait until a running order has ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from contracts.events.recipients import RecipientErased
from contracts.values import Role
from services.orders.ports import PendingErasure, PersonalRecords
from services.runtime.change import Document
from services.runtime.clock import real_now
from services.runtime.storage.database import Collection, Database, noticing_absence

FIELDS = {
    Role.CUSTOMER: "state.customer.id",
    Role.RECIPIENT: "state.recipient_id",
    Role.DRIVER: "state.assignment.driver_id",
    Role.MERCHANT: "state.merchant_id",
}
# Who registers again is somebody new. A driver and a merchant work on under the old registration until the erasure is heard of.
NEWS_TAKES = {Role.DRIVER: timedelta(days=1), Role.MERCHANT: timedelta(days=1)}
PERSONS = frozenset({Role.CUSTOMER, Role.RECIPIENT})
AGAIN = timedelta(
    minutes=15
)  # real time; longer than an order in time is under way to us, see `erased_parties`
MOST = 500


class MongoErasures:
    """One document a person, kept for ever: `at`; `waiting`, his running orders; `again_at`, when everything is looked up once more."""

    def __init__(self, store: Database, orders: str, emergencies: str, beneficiaries: str) -> None:
        self._orders: Collection = store[orders]
        self._emergencies: Collection = store[emergencies]
        self._beneficiaries: Collection = store[beneficiaries]
        self._erasures: Collection = store["erasures"]
        self._indexed = False

    async def record(self, erased: RecipientErased) -> None:
        """Write the erasure down; of two of one person the later counts. Raises `DatabaseAway`."""
        who = {"recipient_id": erased.recipient_id, "role": erased.role.value, "again_at": real_now() + AGAIN}
        await self._update(erased, {"$set": who, "$max": {"at": erased.at}}, upsert=True)

    async def covering(self, parties: Mapping[Role, str], said_at: datetime) -> list[RecipientErased]:
        """Who of them was erased after he said that. Raises `DatabaseAway`."""
        with noticing_absence("erasures of people"):
            rows = await self._erasures.find(
                {"_id": {"$in": [_about(role, who) for role, who in parties.items()]}}
            ).to_list(MOST)
        found = [_erased(row) for row in rows if "at" in row]
        return [each for each in found if said_at <= _until(each)]

    async def records_of(self, erased: RecipientErased) -> PersonalRecords:
        """What there is of this person. Raises `DatabaseAway`."""
        who = {"$eq": erased.recipient_id}
        orders = (
            {FIELDS[erased.role]: who, "$or": _asked_by(_until(erased))} if erased.role in FIELDS else None
        )
        pressed = {
            "state.raised_by_id": who,
            "state.raised_by": {"$eq": erased.role.value},
            "state.raised_at": {"$lte": erased.at},
        }
        return PersonalRecords(
            orders=await _ids(self._orders, orders),
            emergencies=await _ids(self._emergencies, pressed),
            beneficiaries=await _ids(
                self._beneficiaries, {"state.customer_id": who} if erased.role in PERSONS else None
            ),
        )

    async def wait_for(self, erased: RecipientErased, running: list[str]) -> None:
        """Note the running orders. Raises `DatabaseAway`."""
        await self._update(erased, {"$addToSet": {"waiting": {"$each": running}}})

    async def pending(self) -> list[PendingErasure]:
        """Who waits for an order to end, or is due to be looked up again. Raises `DatabaseAway`."""
        with noticing_absence("erasures"):
            if not self._indexed:
                await self._erasures.create_index("waiting", sparse=True)
                await self._erasures.create_index("again_at", sparse=True)
                self._indexed = True
            # an empty list has no element above "": only those with an order left come out of the index
            wanted = {"$or": [{"waiting": {"$gt": ""}}, {"again_at": {"$lte": real_now()}}]}
            rows = await self._erasures.find(wanted).limit(MOST).to_list(MOST)
        return [PendingErasure(_erased(row), row.get("waiting", []), row.get("again_at")) for row in rows]

    async def order_blanked(self, erased: RecipientErased, order_id: str) -> None:
        """The order is blank. Raises `DatabaseAway`."""
        await self._update(erased, {"$pull": {"waiting": order_id}})

    async def second_look_done(self, each: PendingErasure) -> None:
        """Everything was looked up again, unless he was erased anew meanwhile. Raises `DatabaseAway`."""
        with noticing_absence("erasure"):
            same = {"_id": _about(each.erased.role, each.erased.recipient_id), "again_at": each.again_at}
            await self._erasures.update_one(same, {"$unset": {"again_at": ""}})

    async def _update(self, erased: RecipientErased, update: Document, *, upsert: bool = False) -> None:
        with noticing_absence("erasure"):
            await self._erasures.update_one(
                {"_id": _about(erased.role, erased.recipient_id)}, update, upsert=upsert
            )


async def _ids(collection: Collection, where: Document | None) -> list[str]:
    if where is None:
        return []
    with noticing_absence("what is kept of an erased person"):
        return [row["_id"] for row in await collection.find(where, {"_id": 1}).to_list(None)]


def _asked_by(until: datetime) -> list[Document]:
    """Orders of earlier versions know only when we heard of them."""
    return [
        {"state.asked_at": {"$lte": until}},
        {"state.asked_at": {"$exists": False}, "state.requested_at": {"$lte": until}},
    ]


def _until(erased: RecipientErased) -> datetime:
    return erased.at + NEWS_TAKES.get(erased.role, timedelta())


def _erased(row: Document) -> RecipientErased:
    return RecipientErased.model_validate({name: row[name] for name in ("recipient_id", "role", "at")})


def _about(role: Role, recipient_id: str) -> str:
    return f"{role.value}:{recipient_id}"
