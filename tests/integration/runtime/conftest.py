"""A runtime with one kind of aggregate, at work on the real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.counting import COUNTER
from tests.support.proxy import Proxy
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.runtime.process.runtime import Application, Runtime
    from services.runtime.storage.aggregates import Aggregates
    from tests.support.counting import Counter


class Counting:
    """A service without routes; a test drives its aggregates directly."""

    runtime: Runtime
    counters: Aggregates[Counter]
    fired: list[str]

    def __init__(self) -> None:
        self.fired = []

    async def build(self, runtime: Runtime) -> Application:
        from services.runtime.process.runtime import Application, TimerTable  # noqa: PLC0415

        self.runtime = runtime
        self.counters = runtime.aggregates(COUNTER)
        return Application(routes=(), timers=(TimerTable(self.counters, self.fire),))

    async def fire(self, counter_id: str) -> None:
        from services.runtime.change import timer_cause  # noqa: PLC0415
        from tests.support.counting import count  # noqa: PLC0415

        now = self.runtime.clock.now()
        await self.counters.change(
            counter_id,
            timer_cause("counter", counter_id, now),
            lambda counter: count()(counter) if counter and counter.due and counter.due <= now else None,
        )
        self.fired.append(counter_id)


@pytest.fixture
async def counting(broker_url: str, database_uri: str) -> AsyncIterator[Counting]:
    service = Counting()
    async with at_work("counting", service.build, runtime_settings(broker_url, database_uri)):
        yield service


@pytest.fixture
async def another(broker_url: str, database_uri: str, counting: Counting) -> AsyncIterator[Counting]:
    """A second process of the same service, as far as the database can tell."""
    service = Counting()
    async with at_work("counting", service.build, runtime_settings(broker_url, database_uri)):
        yield service


@pytest.fixture
async def proxy(broker_url: str) -> AsyncIterator[Proxy]:
    """The way to the broker, to be cut."""
    async with Proxy.of(broker_url) as proxy:
        yield proxy


@pytest.fixture
async def behind_proxy(broker_url: str, database_uri: str, proxy: Proxy) -> AsyncIterator[Counting]:
    """The same service, which reaches the broker by way of `proxy`."""
    service = Counting()
    async with at_work("counting", service.build, runtime_settings(proxy.through(broker_url), database_uri)):
        yield service
