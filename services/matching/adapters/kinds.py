"""The collections of searches and drivers in MongoDB, and the queries on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.matching.adapters.documents import (
    OPEN,
    driver_document,
    driver_of,
    search_document,
    search_of,
)
from services.matching.domain.drivers.commitments import unsettled_at
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import next_lapse
from services.matching.domain.drivers.reservations import next_begins_at
from services.matching.domain.drivers.silence import silence_due_at
from services.matching.domain.drivers.standby import queue_at
from services.matching.domain.searches import lifecycle
from services.matching.domain.searches.search import Search
from services.matching.saving.causes import SOURCE
from services.runtime.storage.database import Collection, raising_database_away
from services.runtime.storage.kind import Kind

SEARCHES, DRIVERS = "searches", "drivers"
MOST_OPEN = 100_000
WAITS_AT = "state.standby.standby_id"
MOST_WAITING = 1_000
FIVE_MINUTES = timedelta(minutes=5)


def search_kind(retention: timedelta | None) -> Kind[Search]:
    """One search for each order. `retention`: how long after its end it is kept; None keeps it."""

    def expires(search: Search) -> datetime | None:
        return search.ended_at + retention if retention is not None and search.ended_at is not None else None

    return Kind(
        name="search",
        collection=SEARCHES,
        source=SOURCE,
        encode=search_document,
        decode=search_of,
        timers=lifecycle.timers,
        expires=expires,
        indexes=(f"state.{OPEN}",),
    )


def driver_kind(patience: timedelta, silence: timedelta = FIVE_MINUTES) -> Kind[Driver]:
    """One document for each driver, kept for years.

    `patience`: how long an accept may stay unconfirmed; `silence`: how long a driver with a live order may be
    silent.
    """

    def timers(driver: Driver) -> Mapping[str, datetime]:
        times = {
            "lapse": next_lapse(driver),
            "accept": unsettled_at(driver, patience),
            "reservation": next_begins_at(driver),
            "silence": silence_due_at(driver, silence),
        }
        return {name: at for name, at in times.items() if at is not None}

    return Kind(
        name="driver",
        collection=DRIVERS,
        source=SOURCE,
        encode=driver_document,
        decode=driver_of,
        timers=timers,
        keep_seen=200,
        keep_history=50,
        indexes=(WAITS_AT,),
    )


class MongoOpenSearches:
    """Finds open searches by a field that only they have, so that its index stays small."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def versions(self) -> Mapping[str, int]:
        """The version of each by its key. Raises `DatabaseAway`."""
        with raising_database_away("open searches"):
            cursor = self._collection.find({f"state.{OPEN}": {"$eq": True}}, {"_id": 1, "version": 1})
            rows: list[dict[str, Any]] = await cursor.to_list(MOST_OPEN)
        return {row["_id"]: row["version"] for row in rows}

    async def offering_to(self, driver_id: str) -> Sequence[str]:
        """Keys of the searches with an open offer to this driver. Raises `DatabaseAway`."""
        offer = {"$elemMatch": {"driver_id": {"$eq": driver_id}, "outcome": {"$exists": False}}}
        with raising_database_away("open offers"):
            cursor = self._collection.find(
                {f"state.{OPEN}": {"$eq": True}, "state.offers": offer}, {"_id": 1}
            )
            rows: list[dict[str, Any]] = await cursor.to_list(MOST_OPEN)
        return [row["_id"] for row in rows]


class MongoStandbyQueues:
    """Finds waiting drivers by a field that only they have."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def at(self, standby_id: str) -> Sequence[Driver]:
        """The drivers who wait there, first come first. Raises `DatabaseAway`."""
        with raising_database_away("standby queue"):
            cursor = self._collection.find({WAITS_AT: {"$eq": standby_id}}, {"state": 1})
            rows: list[dict[str, Any]] = await cursor.to_list(MOST_WAITING)
        return queue_at((driver_of(row["state"]) for row in rows), standby_id)
