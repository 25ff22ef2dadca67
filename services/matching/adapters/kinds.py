"""How searches and drivers lie in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import TypeAdapter

from services.matching.domain.drivers.commitments import unsettled_at
from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import next_lapse
from services.matching.domain.drivers.reservations import begins_at
from services.matching.domain.drivers.silence import silent_at
from services.matching.domain.drivers.standby import in_order
from services.matching.domain.searches.lifecycle import due
from services.matching.domain.searches.search import Search, Status
from services.runtime.change import Document
from services.runtime.storage.aggregates import Kind
from services.runtime.storage.database import Collection, noticing_absence

SOURCE = "/gancang/matching"
OPEN = "open"
DRIVERS = "drivers"
MOST_OPEN = 100_000
WAITS_AT = "state.standby.standby_id"
MOST_WAITING = 1_000
FIVE_MINUTES = timedelta(minutes=5)

_SEARCH: TypeAdapter[Search] = TypeAdapter(Search)
_DRIVER: TypeAdapter[Driver] = TypeAdapter(Driver)


def search_kind(retention: timedelta | None) -> Kind[Search]:
    """One search per order. `retention`: how long after its end it is kept; None keeps it."""

    def expires(search: Search) -> datetime | None:
        return search.ended_at + retention if retention is not None and search.ended_at is not None else None

    return Kind(
        name="search",
        collection="searches",
        source=SOURCE,
        encode=_encode_search,
        decode=search_of,
        timers=due,
        expires=expires,
        indexes=(f"state.{OPEN}",),
    )


def driver_kind(patience: timedelta, silence: timedelta = FIVE_MINUTES) -> Kind[Driver]:
    """One document per driver, for years. `patience`: how long an accept may take to be settled; `silence`: see vanishing."""

    def timers(driver: Driver) -> Mapping[str, datetime]:
        times = {
            "lapse": next_lapse(driver),
            "accept": unsettled_at(driver, patience),
            "reservation": begins_at(driver),
            "silence": silent_at(driver, silence),
        }
        return {name: at for name, at in times.items() if at is not None}

    return Kind(
        name="driver",
        collection=DRIVERS,
        source=SOURCE,
        encode=_encode_driver,
        decode=driver_of,
        timers=timers,
        keep_seen=200,
        keep_history=50,
        indexes=(WAITS_AT,),
    )


def search_of(state: Document) -> Search:
    """A search as it is stored."""
    return _SEARCH.validate_python(state)


def driver_of(state: Document) -> Driver:
    """A driver as he is stored."""
    return _DRIVER.validate_python(state)


class MongoOpenSearches:
    """Finds open searches by a field that only they have, so that its index stays as small as they are few."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def versions(self) -> Mapping[str, int]:
        """Key and version of each. Raises `DatabaseAway`."""
        with noticing_absence("open searches"):
            cursor = self._collection.find({f"state.{OPEN}": {"$eq": True}}, {"_id": 1, "version": 1})
            rows: list[dict[str, Any]] = await cursor.to_list(MOST_OPEN)
        return {row["_id"]: row["version"] for row in rows}

    async def asking(self, driver_id: str) -> Sequence[str]:
        """Keys of those with an offer to this driver that is still open. Raises `DatabaseAway`."""
        offer = {"$elemMatch": {"driver_id": {"$eq": driver_id}, "outcome": {"$exists": False}}}
        with noticing_absence("open offers"):
            cursor = self._collection.find(
                {f"state.{OPEN}": {"$eq": True}, "state.offers": offer}, {"_id": 1}
            )
            rows: list[dict[str, Any]] = await cursor.to_list(MOST_OPEN)
        return [row["_id"] for row in rows]


class MongoQueues:
    """Finds waiting drivers by a field that only they have."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def at(self, standby_id: str) -> Sequence[Driver]:
        """Those who wait there, first come first. Raises `DatabaseAway`."""
        with noticing_absence("standby queue"):
            cursor = self._collection.find({WAITS_AT: {"$eq": standby_id}}, {"state": 1})
            rows: list[dict[str, Any]] = await cursor.to_list(MOST_WAITING)
        return in_order((driver_of(row["state"]) for row in rows), standby_id)


def _encode_search(search: Search) -> Document:
    document = cast("Document", _SEARCH.dump_python(search, exclude_none=True))
    if search.status is Status.OPEN:
        document[OPEN] = True
    return document


def _encode_driver(driver: Driver) -> Document:
    return cast("Document", _DRIVER.dump_python(driver, exclude_none=True))
