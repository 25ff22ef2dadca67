"""Orders and matching as they are, on aggregates in memory, with a post between them: no server, and any interleaving."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from contracts.events.orders import OrderSearchStarted
from contracts.message import Message
from contracts.registry import TYPE_OF
from services.matching.adapters import shelters
from services.matching.adapters.kinds import driver_kind, search_kind
from services.matching.domain.searches.offering import offered
from services.matching.handlers.driver_due import DriverDueHandler
from services.matching.handlers.routes import routes
from services.matching.handlers.search_due import SearchDueHandler
from services.matching.ports import Context, Seen
from services.matching.saving.changes import by_clock, change_search
from services.matching.settings import MatchingSettings
from services.orders.app import build as build_orders
from services.runtime.process.runtime import TimerTable
from tests.support.builders import NOW, STATION
from tests.support.memory import Memory, MemoryReplies, Turns
from tests.support.post import Post, fires
from tests.support.services import runtime_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contracts.values import Value
    from services.matching.domain.searches.offering import Rules
    from services.matching.domain.searches.search import Search
    from services.runtime.storage.aggregates import Kind

PATIENCE, SILENCE = timedelta(seconds=10), timedelta(seconds=25)
HOSPITAL = "rsud-blambangan"
HERE = (float(STATION["lat"]), float(STATION["lng"]))  # type: ignore[arg-type]


@dataclass
class CityClock:
    """Stands still until it is moved."""

    time: datetime = NOW
    speed: float = 1.0

    def now(self) -> datetime:
        return self.time


@dataclass
class FakeWhereabouts:
    """Who reported when, all at the station."""

    since: datetime
    reported: dict[str, datetime] = field(default_factory=dict)

    def seen(self, driver_id: str) -> Seen | None:
        at = self.reported.get(driver_id)
        return None if at is None else Seen(*HERE, at)

    def listening_since(self) -> datetime | None:
        return self.since


class FakeNudge:
    """Nobody needs to be told: the test asks whom it likes."""

    def search(self, key: str) -> None: ...

    def place(self, driver_id: str, lat: float, lng: float, at: datetime) -> None: ...

    def available(self, driver_id: str) -> None: ...


class OpenSearches:
    """By looking at all of them."""

    def __init__(self, searches: Memory[Search]) -> None:
        self._searches = searches

    async def versions(self) -> Mapping[str, int]:
        return {}

    async def asking(self, driver_id: str) -> Sequence[str]:
        found = self._searches.states().items()
        return [
            key for key, search in found if any(offer.driver_id == driver_id for offer in search.open_offers)
        ]


class Empty:
    """A collection in which nothing is found."""

    def find(self, *_: Any) -> Empty:
        return self

    async def to_list(self, _: int | None) -> list[Any]:
        return []


class FakeRuntime:
    """As much of the runtime as a service asks for when it is built."""

    def __init__(self, service: str, city: City) -> None:
        self.clock = city.clock
        self.settings = runtime_settings("amqp://a:b@nowhere/", "mongodb://nowhere/city")
        self.database = defaultdict(Empty)  # nobody is erased here, and everybody pays
        self.replies = MemoryReplies(service, city.clock, city.publish)
        self.stores: list[Memory[Any]] = []
        self._city = city

    def aggregates(self, kind: Kind[Any]) -> Memory[Any]:
        store = Memory(kind, self._city.turns, self.clock, self._city.publish)
        self.stores.append(store)
        return store


class City:
    """`rules`: whom matching may ask; the leader's choice is left to the test."""

    def __init__(self, rules: Rules, from_the_shelter: Callable[[str], bool] = lambda _: False) -> None:
        self.from_the_shelter = from_the_shelter
        self.clock = CityClock()
        self.turns = Turns()
        self.post = Post(self.turns, self.clock.now)
        runtime = FakeRuntime("orders", self)
        orders = asyncio.run(build_orders(runtime))  # type: ignore[arg-type]
        self.searches = Memory(search_kind(None), self.turns, self.clock, self.publish)
        self.drivers = Memory(driver_kind(PATIENCE, SILENCE), self.turns, self.clock, self.publish)
        self.orders = next(store for store in runtime.stores if store.kind.name == "order")
        self.whereabouts = FakeWhereabouts(NOW)
        self.context = Context(
            searches=self.searches,
            drivers=self.drivers,
            open_searches=OpenSearches(self.searches),
            whereabouts=self.whereabouts,
            shelters=shelters.load(MatchingSettings().shelters),
            nudge=FakeNudge(),
            clock=self.clock,
            rules=rules,
            patience=PATIENCE,
        )
        self.stores = [*runtime.stores, self.searches, self.drivers]
        own = (
            TimerTable(self.searches, SearchDueHandler(self.context)),
            TimerTable(self.drivers, DriverDueHandler(self.context, SILENCE)),
        )  # type: ignore[arg-type]
        self.fires = fires((*orders.timers, *own))
        self.post.subscribe((*orders.routes, *routes(self.context)))
        self._sent = 0

    def publish(self, message: Message[Value]) -> None:
        """An order whose id says so leaves from a hospital's shelter, whatever its service."""
        if isinstance(message.data, OrderSearchStarted) and self.from_the_shelter(message.data.order_id):
            wanted = message.data.requirements.model_copy(update={"standby_id": HOSPITAL})
            message = replace(message, data=message.data.model_copy(update={"requirements": wanted}))
        self.post.publish(message)

    def say(self, data: Value, at: datetime | None = None) -> Message[Value]:
        """An app publishes a request."""
        self._sent += 1
        message = Message(f"m-{self._sent}", TYPE_OF[type(data)], "app.test", at or self.clock.now(), data)
        self.publish(message)
        return message

    async def ask(self, order_id: str, driver_id: str) -> None:
        """Some leader, on whatever he has read, thinks that this driver should be asked."""
        now = self.clock.now()

        def decide(search: Search | None) -> Search | None:
            return offered(search, driver_id, 500, 0, self.context.rules, now) if search else None

        await change_search(self.context, order_id, by_clock("round", now), decide, by="matching")

    async def fire(self, process: int) -> None:
        """Whatever is due, in every store."""
        for store, handle in self.fires.items():
            for each in store.due(self.clock.now()):
                await self.post.begin(handle(each), process)

    def said(self, kind: type) -> list[Message[Any]]:
        """The events with data of this model."""
        return [message for message in self.post.heard.values() if type(message.data) is kind]
