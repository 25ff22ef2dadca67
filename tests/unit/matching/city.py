"""The real handlers of orders and matching on aggregates in memory, without a server, in any interleaving."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from contracts.events.orders import OrderSearchStarted
from contracts.message import Message
from contracts.registry import TYPE_OF
from services.matching.adapters import shelters
from services.matching.adapters.kinds import driver_kind, search_kind
from services.matching.domain.searches.offering import offered
from services.matching.handlers.routes import routes, timers
from services.matching.ports import Context, LastPosition
from services.matching.saving.causes import clock_cause
from services.matching.saving.changes import change_search
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
    from services.matching.domain.searches.offering import OfferRules
    from services.matching.domain.searches.search import Search
    from services.runtime.process.runtime import Runtime
    from services.runtime.storage.aggregates import Aggregates
    from services.runtime.storage.kind import Kind

PATIENCE, SILENCE = timedelta(seconds=10), timedelta(seconds=25)
HOSPITAL = "rsud-blambangan"
HERE = (float(STATION["lat"]), float(STATION["lng"]))


@dataclass
class CityClock:
    """A clock that stands still until the test moves it."""

    time: datetime = NOW
    speed: float = 1.0

    def now(self) -> datetime:
        return self.time


@dataclass
class FakePositions:
    """The time of each driver's last position, all at the station."""

    since: datetime
    reported: dict[str, datetime] = field(default_factory=dict)

    def last(self, driver_id: str) -> LastPosition | None:
        at = self.reported.get(driver_id)
        return None if at is None else LastPosition(*HERE, at)

    def listening_since(self) -> datetime | None:
        return self.since


class FakeHints:
    """Hints are ignored: the test makes the offers itself."""

    def search_changed(self, key: str) -> None: ...

    def shift_started(self, driver_id: str, lat: float, lng: float, at: datetime) -> None: ...

    def driver_available(self, driver_id: str) -> None: ...


class OpenSearches:
    """Finds open searches by reading all of them."""

    def __init__(self, searches: Memory[Search]) -> None:
        self._searches = searches

    async def versions(self) -> Mapping[str, int]:
        return {}

    async def offering_to(self, driver_id: str) -> Sequence[str]:
        found = self._searches.states().items()
        return [
            key for key, search in found if any(offer.driver_id == driver_id for offer in search.open_offers)
        ]


class Empty:
    """A collection without documents."""

    def find(self, *_: Any) -> Empty:
        return self

    async def to_list(self, _: int | None) -> list[Any]:
        return []


class FakeRuntime:
    """The part of the runtime that a service needs to be built."""

    def __init__(self, service: str, city: City) -> None:
        self.clock = city.clock
        self.settings = runtime_settings("amqp://a:b@nowhere/", "mongodb://nowhere/city")
        # no erasures, no payers other than the customers
        self.database: defaultdict[str, Any] = defaultdict(Empty)
        self.replies = MemoryReplies(service, city.clock, city.publish)
        self.stores: list[Memory[Any]] = []
        self._city = city

    def aggregates(self, kind: Kind[Any]) -> Memory[Any]:
        store = Memory(kind, self._city.turns, self.clock, self._city.publish)
        self.stores.append(store)
        return store


class City:
    """`rules`: the rules of offering; the test takes the leader's place and chooses the driver."""

    def __init__(self, rules: OfferRules, from_the_shelter: Callable[[str], bool] = lambda _: False) -> None:
        self.from_the_shelter = from_the_shelter
        self.clock = CityClock()
        self.turns = Turns()
        self.post = Post(self.turns, self.clock.now)
        runtime = FakeRuntime("orders", self)
        orders = asyncio.run(build_orders(cast("Runtime", runtime)))
        self.searches = Memory(search_kind(None), self.turns, self.clock, self.publish)
        self.drivers = Memory(driver_kind(PATIENCE, SILENCE), self.turns, self.clock, self.publish)
        self.orders = next(store for store in runtime.stores if store.kind.name == "order")
        self.positions = FakePositions(NOW)
        self.context = Context(
            searches=self.searches,
            drivers=self.drivers,
            open_searches=OpenSearches(self.searches),
            positions=self.positions,
            shelters=shelters.load(MatchingSettings().shelters),
            hints=FakeHints(),
            clock=self.clock,
            rules=rules,
            patience=PATIENCE,
            silence=SILENCE,
        )
        self.stores = [*runtime.stores, self.searches, self.drivers]
        of_search, of_driver = timers(self.context)
        searches, drivers = cast("Aggregates[Any]", self.searches), cast("Aggregates[Any]", self.drivers)
        own = (TimerTable(searches, of_search), TimerTable(drivers, of_driver))
        self.fires = fires((*orders.timers, *own))
        self.post.subscribe((*orders.routes, *routes(self.context)))
        self._sent = 0

    def publish(self, message: Message[Value]) -> None:
        """Publish; an order for which `from_the_shelter` is true leaves from a hospital's shelter."""
        if isinstance(message.data, OrderSearchStarted) and self.from_the_shelter(message.data.order_id):
            wanted = message.data.requirements.model_copy(update={"standby_id": HOSPITAL})
            message = replace(message, data=message.data.model_copy(update={"requirements": wanted}))
        self.post.publish(message)

    def say(self, data: Value, at: datetime | None = None) -> Message[Value]:
        """Publish a request, as an app does."""
        self._sent += 1
        message = Message(f"m-{self._sent}", TYPE_OF[type(data)], "app.test", at or self.clock.now(), data)
        self.publish(message)
        return message

    async def ask(self, order_id: str, driver_id: str) -> None:
        """Make an offer to this driver, as a leader with a stale cache might."""
        now = self.clock.now()

        def decide(search: Search | None) -> Search | None:
            return offered(search, driver_id, 500, 0, self.context.rules, now) if search else None

        await change_search(self.context, order_id, clock_cause("round", now), decide, by="matching")

    async def fire(self, process: int) -> None:
        """Fire the due timers of every store."""
        for store, handle in self.fires.items():
            for each in store.due(self.clock.now()):
                await self.post.begin(handle(each), process)

    def said(self, kind: type) -> list[Message[Any]]:
        """The events with data of this model."""
        return [message for message in self.post.heard.values() if type(message.data) is kind]
