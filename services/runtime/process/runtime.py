"""What a service's `app.py` builds on, and the application it gives back."""

from __future__ import annotations

from collections.abc import Sequence
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
from services.runtime.storage.aggregates import Aggregates, Kind
from services.runtime.storage.database import Database, noticing_absence
from services.runtime.storage.group_commit import GroupCommit
from services.runtime.storage.group_load import GroupLoad

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class TimerTable:
    """The function that fires the due timers of an aggregate."""

    aggregates: Aggregates[Any]
    fire: Fire


@dataclass(frozen=True, slots=True)
class Application:
    """What a service consists of. Workers run until they are cancelled; one that fails is started again."""

    routes: Sequence[Route]
    timers: Sequence[TimerTable] = ()
    workers: Sequence[Worker] = ()


class Runtime:
    """The plumbing of one process of one service, before its first message."""

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
        self.kept: list[tuple[Aggregates[Any], GroupCommit]] = []

    def aggregates(self, kind: Kind[S]) -> Aggregates[S]:
        """The store of a kind of aggregate; one per kind and process."""
        collection = self.database[kind.collection]
        commit = GroupCommit(collection, kind.name)
        aggregates = Aggregates(kind, GroupLoad(collection), commit, self.relay, self.clock)
        self.kept.append((aggregates, commit))
        return aggregates

    async def prepare(self) -> None:
        """Create the indexes that our queries need; existing ones stay. Raises `DatabaseAway`."""
        with noticing_absence("indexes"):
            for aggregates, _ in self.kept:
                collection = self.database[aggregates.kind.collection]
                await collection.create_index("next_due", sparse=True)
                await collection.create_index("unsent_since", sparse=True)
                await collection.create_index("expires_at", expireAfterSeconds=0, sparse=True)
                for index in aggregates.kind.indexes:
                    await collection.create_index(index, sparse=True)
