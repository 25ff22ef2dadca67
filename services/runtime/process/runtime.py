"""The parts that a service's `app.py` builds on, and the application that it returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aio_pika.abc import AbstractRobustConnection

from services.runtime.clock import Clock
from services.runtime.messaging.gate import Gate
from services.runtime.messaging.relay import Relay
from services.runtime.messaging.replies import Replies
from services.runtime.process.settings import RuntimeSettings
from services.runtime.route import Fire, Route, Worker
from services.runtime.sealing import Sealer
from services.runtime.storage.aggregates import Aggregates
from services.runtime.storage.database import Database, raising_database_away
from services.runtime.storage.group_commit import GroupCommit
from services.runtime.storage.group_load import GroupLoad
from services.runtime.storage.kind import Kind

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class TimerTable:
    """A kind of aggregate and the function that fires its due timers."""

    aggregates: Aggregates[Any]
    fire: Fire


@dataclass(frozen=True, slots=True)
class Application:
    """The parts of a service. Workers run until cancelled; one that fails is started again."""

    routes: Sequence[Route]
    timers: Sequence[TimerTable] = ()
    workers: Sequence[Worker] = ()


class Runtime:
    """The connections and tools of one process of a service."""

    def __init__(  # noqa: PLR0913, PLR0917  this is where the parts meet
        self,
        service: str,
        settings: RuntimeSettings,
        clock: Clock,
        database: Database,
        connection: AbstractRobustConnection,
        relay: Relay,
        gate: Gate,
        sealer: Sealer,
    ) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.database = database
        self.connection = connection
        self.relay = relay
        self.gate = gate
        self.sealer = sealer
        self.replies = Replies(relay, clock, service)
        self.stores: list[tuple[Aggregates[Any], GroupCommit]] = []

    def aggregates(self, kind: Kind[S]) -> Aggregates[S]:
        """Make the store of a kind of aggregate. Call it once for each kind."""
        collection = self.database[kind.collection]
        commit = GroupCommit(collection, kind.name)
        aggregates = Aggregates(kind, GroupLoad(collection), commit, self.relay, self.clock)
        self.stores.append((aggregates, commit))
        return aggregates

    async def prepare(self) -> None:
        """Create the indexes that our queries need; a repeat changes nothing. Raises `DatabaseAway`."""
        with raising_database_away("indexes"):
            for aggregates, _ in self.stores:
                collection = self.database[aggregates.kind.collection]
                await collection.create_index("next_due", sparse=True)
                await collection.create_index("unsent_since", sparse=True)
                await collection.create_index("expires_at", expireAfterSeconds=0, sparse=True)
                for index in aggregates.kind.indexes:
                    await collection.create_index(index, sparse=True)


Build = Callable[[Runtime], Awaitable[Application]]
"""The `build` function of a service's `app.py`."""
