"""The vault: the data keys, in a database of their own, so that a copy of the state alone cannot be read.

One document for each recipient: the present life, its key wrapped by a master key, the keyed hashes of the
addresses. An erasure removes key and hashes and leaves `erased_at`, which decides about every later contact
message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from pymongo.errors import DuplicateKeyError

from services.notifications.adapters.keys.wrapping import COLLECTION, LifeKey, key_of, new_key
from services.notifications.domain.channels.contact import comparable
from services.runtime.change import Document
from services.runtime.clock import real_now
from services.runtime.errors import Conflict
from services.runtime.process.settings import RuntimeSettings
from services.runtime.sealing import Key, Sealer
from services.runtime.storage import database
from services.runtime.storage.database import Collection, raising_database_away
from services.runtime.storage.group_load import GroupLoad

LOOKUP = "lookup"  # the document with the key that hashes addresses; a contact's id holds a colon
TRIES = 20


class MongoVault:
    """`retention`: how long a key is kept after the last registration. All methods raise `DatabaseAway`."""

    def __init__(self, store: database.Database, sealer: Sealer, retention: timedelta) -> None:
        self._keys: Collection = store[COLLECTION]
        self._load = GroupLoad(self._keys)
        self._sealer = sealer
        self._retention = retention
        self._lookup: Key | None = None

    async def run(self) -> None:
        """Create the indexes, wait until cancelled, then close the connections."""
        with raising_database_away("indexes of the keys"):
            await self._keys.create_index("lookups", sparse=True)
            await self._keys.create_index("master", sparse=True)
            await self._keys.create_index("expires_at", expireAfterSeconds=0, sparse=True)
        try:
            await asyncio.Event().wait()
        finally:
            self._keys.database.client.close()

    async def for_registration(
        self, contact_id: str, as_of: datetime, addresses: Sequence[str]
    ) -> LifeKey | None:
        """The key of the present life, or of a new one after an erasure; None for an outdated contact.

        Raises `Conflict`.
        """
        moment = _milliseconds(as_of)
        fields: Document = {
            "as_of": moment,
            "lookups": await self._hashes(addresses),
            "expires_at": real_now() + self._retention,
        }
        for _ in range(TRIES):
            known = await self._load.get(contact_id)
            if known is not None and _is_newer(known, moment):
                return None
            key = await self._register(contact_id, known, fields)
            if key is not None:
                return key
        raise Conflict("recipient key", contact_id)

    async def for_ever(self, contact_id: str, as_of: datetime) -> LifeKey:
        """A key without expiry and without addresses. Raises `Conflict`."""
        for _ in range(TRIES):
            known = await self._load.get(contact_id)
            if known is not None and "wrapped" in known:
                return key_of(self._sealer, known)
            key = await self._register(contact_id, known, {"as_of": _milliseconds(as_of)})
            if key is not None:
                return key
        raise Conflict("recipient key", contact_id)

    async def key(self, contact_id: str, life: int) -> LifeKey | None:
        """The key of that life, read each time, so that an erasure counts at once in every process."""
        known = await self._load.get(contact_id)
        return (
            None
            if known is None or known["life"] != life or "wrapped" not in known
            else key_of(self._sealer, known)
        )

    async def destroy(self, contact_id: str, at: datetime) -> bool:
        """Remove key and hashes and record the time; False, and no change, if a newer contact is known."""
        moment = _milliseconds(at)
        gone = dict.fromkeys(("wrapped", "master", "lookups", "expires_at"), "")
        where = {"_id": {"$eq": contact_id}, "as_of": {"$lte": moment}}
        with raising_database_away("erasure"):
            erased = await self._keys.update_one(where, {"$max": {"erased_at": moment}, "$unset": gone})
            if erased.matched_count:
                return True
            try:
                await self._keys.insert_one(
                    {"_id": contact_id, "life": 0, "as_of": moment, "erased_at": moment}
                )
            except DuplicateKeyError:
                known = await self._keys.find_one({"_id": {"$eq": contact_id}})
                return (
                    known is not None
                    and known.get("erased_at", datetime.min.replace(tzinfo=moment.tzinfo)) >= moment
                )
        return True

    async def find(self, address: str) -> list[str]:
        """The ids of the contacts that have this address."""
        hashes = await self._hashes([address])
        with raising_database_away("search by address"):
            found = (
                await self._keys.find({"lookups": {"$in": hashes}}, {"_id": 1}).sort("_id", 1).to_list(None)
            )
        return [row["_id"] for row in found]

    async def erased(self, since: datetime) -> list[tuple[str, datetime]]:
        """The ids of contacts erased from then on, with the time of the erasure."""
        with raising_database_away("erasures"):
            rows = (
                await self._keys.find({"erased_at": {"$gte": since}}, {"erased_at": 1})
                .sort("erased_at", 1)
                .to_list(None)
            )
        return [(row["_id"], row["erased_at"]) for row in rows]

    async def _register(self, contact_id: str, known: Document | None, fields: Document) -> LifeKey | None:
        """Record the registration; returns the present or a new key, None if another process was faster."""
        if known is None:
            key, wrapped = new_key(self._sealer, contact_id, 1)
            with raising_database_away("new key"):
                try:
                    await self._keys.insert_one({"_id": contact_id, **wrapped, **fields})
                except DuplicateKeyError:
                    return None
            return key
        same_life = {"_id": {"$eq": contact_id}, "life": known["life"], "as_of": {"$lte": fields["as_of"]}}
        if "wrapped" in known:
            where, key, wrapped = {**same_life, "wrapped": {"$exists": True}}, key_of(self._sealer, known), {}
        else:
            key, wrapped = new_key(self._sealer, contact_id, known["life"] + 1)
            where = {**same_life, "wrapped": {"$exists": False}}
        with raising_database_away("key of a contact"):
            written = await self._keys.update_one(where, {"$set": {**wrapped, **fields}})
        return key if written.matched_count else None

    async def _hashes(self, addresses: Sequence[str]) -> list[str]:
        key = await self._lookup_key()
        return sorted({key.fingerprint(comparable(address).encode()) for address in addresses})

    async def _lookup_key(self) -> Key:
        if self._lookup is None:
            _, wrapped = new_key(self._sealer, LOOKUP, 0)
            with raising_database_away("lookup key"):
                with suppress(DuplicateKeyError):
                    await self._keys.insert_one({"_id": LOOKUP, **wrapped})
                known = await self._keys.find_one({"_id": LOOKUP})
            self._lookup = key_of(self._sealer, known)
        return self._lookup


def key_store(settings: RuntimeSettings) -> database.Database:
    """The database of the keys, with its own client."""
    uri = database.keys_uri(
        settings.mongodb_uri.get_secret_value(), settings.keys_mongodb_uri.get_secret_value()
    )
    return database.database_of(database.connect(uri))


def _is_newer(known: Document, moment: datetime) -> bool:
    erased_at = known.get("erased_at")
    return bool(known["as_of"] > moment or (erased_at is not None and moment <= erased_at))


def _milliseconds(moment: datetime) -> datetime:
    """Rounded down to what the database stores, so that stored and new times compare equal."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
