"""Erasures in MongoDB: who was erased, and which documents of this service mention them.

A running order still needs the person's data, so the erasure waits for its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from contracts.events.recipients import RecipientErased
from contracts.values import Role
from services.orders.ports import PendingErasure, PersonalRecords
from services.runtime.change import Document
from services.runtime.clock import real_now
from services.runtime.storage.database import Collection, Database, raising_database_away

FIELDS = {
    Role.CUSTOMER: "state.customer.id",
    Role.RECIPIENT: "state.recipient_id",
    Role.DRIVER: "state.assignment.driver_id",
    Role.MERCHANT: "state.merchant_id",
}
# How much longer than `at` an erasure covers. A customer who orders again is a new one at once. A driver and
# a merchant keep working under the old registration until they hear of the erasure.
COVERS_LATER = {Role.DRIVER: timedelta(days=1), Role.MERCHANT: timedelta(days=1)}
PERSONS = frozenset({Role.CUSTOMER, Role.RECIPIENT})
# Real time, longer than `IN_TIME` of `handlers/erasing.py`: the second look finds what arrived within that.
SECOND_LOOK_AFTER = timedelta(minutes=15)
MOST = 500  # documents in one read


class MongoErasures:
    """One document a person, kept for ever.

    `at`: when they were erased. `waiting`: their running orders. `again_at`: when to look everything up
    again.
    """

    def __init__(self, store: Database, orders: str, emergencies: str, beneficiaries: str) -> None:
        self._orders: Collection = store[orders]
        self._emergencies: Collection = store[emergencies]
        self._beneficiaries: Collection = store[beneficiaries]
        self._erasures: Collection = store["erasures"]
        self._indexed = False

    async def record(self, erased: RecipientErased) -> None:
        """Record the erasure for ever. Of two for one person the later one counts. Raises `DatabaseAway`."""
        again_at = real_now() + SECOND_LOOK_AFTER
        who = {"recipient_id": erased.recipient_id, "role": erased.role.value, "again_at": again_at}
        await self._update(erased, {"$set": who, "$max": {"at": erased.at}}, upsert=True)

    async def covering(self, parties: Mapping[Role, str], said_at: datetime) -> list[RecipientErased]:
        """The erasures of these people that cover what they said at this time. Raises `DatabaseAway`."""
        with raising_database_away("erasures of people"):
            rows = await self._erasures.find(
                {"_id": {"$in": [_id_of(role, who) for role, who in parties.items()]}}
            ).to_list(MOST)
        found = [_erased(row) for row in rows if "at" in row]
        return [each for each in found if said_at <= _covered_until(each)]

    async def records_of(self, erased: RecipientErased) -> PersonalRecords:
        """The documents that mention this person, up to the erasure. Raises `DatabaseAway`."""
        who = {"$eq": erased.recipient_id}
        orders = (
            {FIELDS[erased.role]: who, "$or": _sent_up_to(_covered_until(erased))}
            if erased.role in FIELDS
            else None
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
        """Note the orders that have to end first. Raises `DatabaseAway`."""
        await self._update(erased, {"$addToSet": {"waiting": {"$each": running}}})

    async def pending(self) -> list[PendingErasure]:
        """The erasures that wait for an order to end, or that are due for their second look.

        Raises `DatabaseAway`.
        """
        with raising_database_away("erasures"):
            if not self._indexed:
                await self._erasures.create_index("waiting", sparse=True)
                await self._erasures.create_index("again_at", sparse=True)
                self._indexed = True
            # An empty list has no element above "": the index yields only erasures with an order left.
            wanted = {"$or": [{"waiting": {"$gt": ""}}, {"again_at": {"$lte": real_now()}}]}
            rows = await self._erasures.find(wanted).limit(MOST).to_list(MOST)
        return [PendingErasure(_erased(row), row.get("waiting", []), row.get("again_at")) for row in rows]

    async def order_blanked(self, erased: RecipientErased, order_id: str) -> None:
        """Note that this order is blanked: the erasure no longer waits for it. Raises `DatabaseAway`."""
        await self._update(erased, {"$pull": {"waiting": order_id}})

    async def second_look_done(self, pending: PendingErasure) -> None:
        """Note that everything was looked up again, unless the person was erased again meanwhile.

        Raises `DatabaseAway`.
        """
        erased = pending.erased
        with raising_database_away("erasure"):
            same = {"_id": _id_of(erased.role, erased.recipient_id), "again_at": pending.again_at}
            await self._erasures.update_one(same, {"$unset": {"again_at": ""}})

    async def _update(self, erased: RecipientErased, update: Document, *, upsert: bool = False) -> None:
        with raising_database_away("erasure"):
            await self._erasures.update_one(
                {"_id": _id_of(erased.role, erased.recipient_id)}, update, upsert=upsert
            )


async def _ids(collection: Collection, where: Document | None) -> list[str]:
    if where is None:
        return []
    with raising_database_away("what is kept of an erased person"):
        return [row["_id"] for row in await collection.find(where, {"_id": 1}).to_list(None)]


def _sent_up_to(until: datetime) -> list[Document]:
    """Orders sent up to this time. Those of earlier versions only know when they were taken in."""
    return [
        {"state.asked_at": {"$lte": until}},
        {"state.asked_at": {"$exists": False}, "state.requested_at": {"$lte": until}},
    ]


def _covered_until(erased: RecipientErased) -> datetime:
    return erased.at + COVERS_LATER.get(erased.role, timedelta())


def _erased(row: Document) -> RecipientErased:
    return RecipientErased.model_validate({name: row[name] for name in ("recipient_id", "role", "at")})


def _id_of(role: Role, recipient_id: str) -> str:
    return f"{role.value}:{recipient_id}"
