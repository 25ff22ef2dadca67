"""What the command line reads of matching: searches, looks and drivers as they are stored. It writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.matching.adapters.kinds import DRIVERS, OPEN, WAITS_AT, driver_of, search_of
from services.matching.adapters.snapshots import LOOKS, looks_in
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.standby import Shelter, in_order
from services.matching.domain.explain.explanation import Explanation, Surroundings, explained, whom_it_names
from services.matching.domain.searches.offering import Rules
from services.matching.domain.searches.search import Outcome, key_of
from services.runtime.change import Document
from services.runtime.storage.database import Database

SEARCHES = "searches"
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Inspection:
    """As of `now`. `rules` and `fresh` as the service has them."""

    database: Database
    shelters: Mapping[str, Shelter]
    rules: Rules
    fresh: timedelta
    now: datetime

    async def explanation(self, order_id: str) -> Explanation | None:
        """Why each driver near an order was asked or not; None where nobody was ever searched for it."""
        key = key_of(order_id)
        document = await self._one(SEARCHES, key)
        if document is None:
            return None
        search, looks = search_of(document["state"]), looks_in(await self._one(LOOKS, key))
        named = sorted(whom_it_names(search, looks))
        drivers = {driver.driver_id: driver for driver in await self._drivers({"_id": {"$in": named}})}
        around = Surroundings(looks, drivers, await self._asked_elsewhere(key, named))
        return explained(search, around, self.rules, self.fresh, self.now)

    async def queues(self) -> list[tuple[Shelter, list[Driver]]]:
        """Each place, and who waits there, first come first."""
        waiting = await self._drivers({WAITS_AT: {"$in": sorted(self.shelters)}})
        return [
            (shelter, in_order(waiting, standby_id)) for standby_id, shelter in sorted(self.shelters.items())
        ]

    async def driver(self, driver_id: str) -> Driver | None:
        """One driver."""
        found = await self._drivers({"_id": {"$eq": driver_id}})
        return found[0] if found else None

    async def not_his(self, driver_id: str) -> Mapping[Outcome, int]:
        """How many offers of the searches still kept ended without a say of his: another was faster, or we took them back."""
        rows = await self._rows(SEARCHES, {"state.offers.driver_id": {"$eq": driver_id}}, {"state.offers": 1})
        ends = [
            offer.get("outcome")
            for row in rows
            for offer in row["state"]["offers"]
            if offer["driver_id"] == driver_id
        ]
        return {outcome: ends.count(outcome) for outcome in (Outcome.LOST, Outcome.WITHDRAWN)}

    async def _asked_elsewhere(self, key: str, named: Sequence[str]) -> Collection[str]:
        """Who of them holds an offer of another search."""
        held = {"$elemMatch": {"driver_id": {"$in": list(named)}, "outcome": {"$exists": False}}}
        rows = await self._rows(
            SEARCHES, {f"state.{OPEN}": {"$eq": True}, "state.offers": held}, {"state.offers": 1}
        )
        offers = [offer for row in rows if row["_id"] != key for offer in row["state"]["offers"]]
        return {offer["driver_id"] for offer in offers if offer.get("outcome") is None}

    async def _drivers(self, wanted: Document) -> list[Driver]:
        return [driver_of(row["state"]) for row in await self._rows(DRIVERS, wanted, {"state": 1})]

    async def _one(self, collection: str, key: str) -> Document | None:
        found = await self._rows(collection, {"_id": {"$eq": key}}, {"outbox": 0, "seen": 0})
        return found[0] if found else None

    async def _rows(self, collection: str, wanted: Document, fields: Mapping[str, Any]) -> list[Document]:
        rows: list[Document] = await self.database[collection].find(wanted, fields).to_list(MOST)
        return rows
