"""What a service's `app.py` builds on, and the application it gives back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aio_pika.abc import AbstractRobustConnection

from services.runtime.aggregates import Aggregates, Kind
from services.runtime.answers import Answers
from services.runtime.clock import Clock
from services.runtime.consumer import Route
from services.runtime.database import Database, noticing_absence
from services.runtime.gate import Gate
from services.runtime.group_commit import GroupCommit
from services.runtime.loading import GroupLoad
from services.runtime.relay import Relay
from services.runtime.sealing import Sealer
from services.runtime.settings import RuntimeSettings
from services.runtime.timers import Fire

S = TypeVar("S")
Worker = Callable[[], Awaitable[None]]


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
        self.answers = Answers(relay, clock, service)
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
