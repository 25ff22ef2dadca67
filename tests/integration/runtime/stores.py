"""The stores that promise the same: MongoDB behind `Aggregates`, and the memory that stands in for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from services.runtime.clock import SystemClock
from tests.support.counting import COUNTER
from tests.support.eventually import eventually
from tests.support.memory import Memory, NoTurns

if TYPE_CHECKING:
    from pymongo import MongoClient

    from contracts.message import Message
    from services.runtime.change import Cause, Store
    from services.runtime.storage.kind import Kind
    from tests.integration.runtime.conftest import Counting
    from tests.support.counting import Counter
    from tests.support.outside import OutsideApp


class Subject(Protocol):
    """A store, what became of its events, and another process that writes between two of its steps."""

    store: Store[Counter]

    def store_of(self, kind: Kind[Counter]) -> Store[Counter]:
        """The store of another kind."""
        ...

    async def published(self, count: int) -> list[Message[Any]]:
        """The first events, when so many have come."""
        ...

    def written(self, counter_id: str) -> int | None:
        """The number in the stored document, at once."""
        ...

    def write_in_between(self, counter_id: str, n: int, seen: Cause | None = None) -> None:
        """Write the next version as another process does, at once."""
        ...

    def delete(self, counter_id: str) -> None:
        """Delete the document, at once."""
        ...


class InMemory:
    def __init__(self) -> None:
        self.events: list[Message[Any]] = []
        self.store = self.store_of(COUNTER)

    def store_of(self, kind: Kind[Counter]) -> Memory[Counter]:
        return Memory(kind, NoTurns(), SystemClock(), self.events.append)

    async def published(self, count: int) -> list[Message[Any]]:
        assert len(self.events) >= count
        return self.events[:count]

    def written(self, counter_id: str) -> int | None:
        stored = self.store.stored(counter_id)
        return None if stored is None else stored.state.n

    def write_in_between(self, counter_id: str, n: int, seen: Cause | None = None) -> None:
        known = self.store.documents.get(counter_id, {"version": 0, "seen": []})
        more = [[seen.source, seen.id, seen.digest]] if seen else []
        document = {"version": known["version"] + 1, "state": {"n": n}, "seen": [*known["seen"], *more]}
        self.store.documents[counter_id] = document

    def delete(self, counter_id: str) -> None:
        del self.store.documents[counter_id]


class InMongo:
    """The second process uses a blocking client, so that it can write in the middle of a decision."""

    def __init__(self, counting: Counting, app: OutsideApp, client: MongoClient[dict[str, Any]]) -> None:
        self.store = counting.counters
        self._counting = counting
        self._app = app
        self._counters = client.get_default_database()[COUNTER.collection]

    def store_of(self, kind: Kind[Counter]) -> Store[Counter]:
        return self._counting.runtime.aggregates(kind)

    async def published(self, count: int) -> list[Message[Any]]:
        await eventually(lambda: len(self._app.events) >= count)
        return self._app.events[:count]

    def written(self, counter_id: str) -> int | None:
        document = self._counters.find_one({"_id": counter_id})
        return None if document is None else int(document["state"]["n"])

    def write_in_between(self, counter_id: str, n: int, seen: Cause | None = None) -> None:
        update: dict[str, Any] = {"$inc": {"version": 1}, "$set": {"state": {"n": n}}}
        if seen is not None:
            update["$push"] = {"seen": [seen.source, seen.id, seen.digest]}
        self._counters.update_one({"_id": counter_id}, update, upsert=True)

    def delete(self, counter_id: str) -> None:
        self._counters.delete_one({"_id": counter_id})
