"""What the command line reads of matching: searches, snapshots and drivers as they are stored.

It writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.values import OfferOutcome
from services.matching.adapters.documents import OPEN, driver_of, search_of
from services.matching.adapters.kinds import DRIVERS, SEARCHES, WAITS_AT
from services.matching.adapters.snapshots import LOOKS, snapshots_in
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.standby import Shelter, queue_at
from services.matching.domain.explain.explanation import (
    Explanation,
    Surroundings,
    drivers_named,
    explain_search,
)
from services.matching.domain.searches.offering import OfferRules
from services.matching.domain.searches.search import search_key
from services.runtime.change import Document
from services.runtime.storage.database import Database

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Inspection:
    """Queries as of `now`. `rules` and `fresh` as the service has them."""

    database: Database
    shelters: Mapping[str, Shelter]
    rules: OfferRules
    fresh: timedelta
    now: datetime

    async def explanation(self, order_id: str) -> Explanation | None:
        """Why each driver near an order got an offer or not; None for an order without a search."""
        key = search_key(order_id)
        document = await self._one(SEARCHES, key)
        if document is None:
            return None
        search, snapshots = search_of(document["state"]), snapshots_in(await self._one(LOOKS, key))
        named = sorted(drivers_named(search, snapshots))
        drivers = {driver.driver_id: driver for driver in await self._drivers({"_id": {"$in": named}})}
        around = Surroundings(snapshots, drivers, await self._asked_elsewhere(key, named))
        return explain_search(search, around, self.rules, self.fresh, self.now)

    async def queues(self) -> list[tuple[Shelter, list[Driver]]]:
        """Each shelter and the drivers who wait there, first come first."""
        waiting = await self._drivers({WAITS_AT: {"$in": sorted(self.shelters)}})
        return [
            (shelter, queue_at(waiting, standby_id)) for standby_id, shelter in sorted(self.shelters.items())
        ]

    async def driver(self, driver_id: str) -> Driver | None:
        """One driver; None for an unknown one."""
        found = await self._drivers({"_id": {"$eq": driver_id}})
        return found[0] if found else None

    async def not_judged(self, driver_id: str) -> Mapping[OfferOutcome, int]:
        """How many offers in the kept searches another driver won, or we withdrew: they do not count."""
        rows = await self._rows(SEARCHES, {"state.offers.driver_id": {"$eq": driver_id}}, {"state.offers": 1})
        ends = [
            offer.get("outcome")
            for row in rows
            for offer in row["state"]["offers"]
            if offer["driver_id"] == driver_id
        ]
        return {each: ends.count(each) for each in (OfferOutcome.LOST, OfferOutcome.WITHDRAWN)}

    async def _asked_elsewhere(self, key: str, named: Sequence[str]) -> Collection[str]:
        """Those of the named drivers who hold an open offer of another search."""
        held = {"$elemMatch": {"driver_id": {"$in": list(named)}, "outcome": {"$exists": False}}}
        rows = await self._rows(
            SEARCHES, {f"state.{OPEN}": {"$eq": True}, "state.offers": held}, {"state.offers": 1}
        )
        offers = [offer for row in rows if row["_id"] != key for offer in row["state"]["offers"]]
        return {offer["driver_id"] for offer in offers if offer.get("outcome") is None}

    async def _drivers(self, where: Document) -> list[Driver]:
        return [driver_of(row["state"]) for row in await self._rows(DRIVERS, where, {"state": 1})]

    async def _one(self, collection: str, key: str) -> Document | None:
        found = await self._rows(collection, {"_id": {"$eq": key}}, {"outbox": 0, "seen": 0})
        return found[0] if found else None

    async def _rows(self, collection: str, where: Document, fields: Mapping[str, Any]) -> list[Document]:
        rows: list[Document] = await self.database[collection].find(where, fields).to_list(MOST)
        return rows
