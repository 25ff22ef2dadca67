"""Several matching processes: one leads, the others help and stand by."""

from __future__ import annotations

from time import monotonic
from typing import Any

import aio_pika
import pytest

from contracts.queues import LEADER
from contracts.requests.drivers import DriverOfferDeclined
from services.matching.adapters.positions import FUTURE, KEPT, NOWHERE, OUTSIDE, STALE
from tests.support import builders
from tests.support.eventually import eventually

TAKE_OVER_S = 5.0


async def test_a_waiting_search_is_taken_over_within_five_seconds(town: Any) -> None:
    first, second = town.matching(), town.matching()
    await first.__aenter__()
    await _one_leads(town)
    async with second:
        await town.search("o-1", life_s=3000)
        await eventually(lambda: town.state("searches", "o-1", "status"))
        await first.__aexit__(None, None, None)

        since = monotonic()
        await town.driver("d-7", north_m=100)

        await town.of("offer.made.v1", within=TAKE_OVER_S)
        assert monotonic() - since < TAKE_OVER_S


async def test_the_leader_hears_at_once_what_other_processes_write(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANCANG_MATCHING_REVIEW_S", "60")
    async with town.matching():
        await _one_leads(town)
        async with town.matching():
            for number in range(6):
                await town.driver(f"d-{number}", north_m=100 + 50 * number)
            for number in range(6):
                await town.search(f"o-{number}", life_s=3000)

            offers = await town.of("offer.made.v1", 6, within=4)
            for offer in offers:
                await town.send(DriverOfferDeclined(driver_id=offer.driver_id, offer_id=offer.offer_id))

            await town.of("offer.made.v1", 12, within=4)


async def test_one_token_is_left_after_many_processes(town: Any) -> None:
    for _ in range(3):
        async with town.matching():
            await _one_leads(town)

    async def one_token() -> bool:
        return bool((await _leaders(town)).message_count == 1)

    await eventually(one_token)


async def test_impossible_positions_are_counted_and_dropped(town: Any) -> None:
    counters = {"kept": KEPT, "stale": STALE, "future": FUTURE, "nowhere": NOWHERE, "outside": OUTSIDE}
    before = {name: counter._value.get() for name, counter in counters.items()}
    async with town.matching():
        await _one_leads(town)
        now = town.clock.now()

        await town.send(builders.a_position_report("d-7", at=now))
        await town.send(builders.a_position_report("d-7", at=now.replace(hour=0)))
        await town.send(builders.a_position_report("d-7", at=now.replace(year=now.year + 1)))
        await town.send(builders.a_position_report("d-7", lat=0, lng=0, at=now))
        await town.send(builders.a_position_report("d-7", lat=51.5, lng=-0.1, at=now))

        def counted() -> bool:
            gained = {name: counter._value.get() - before[name] for name, counter in counters.items()}
            return gained == {"kept": 1, "stale": 1, "future": 1, "nowhere": 1, "outside": 1}

        await eventually(counted)


async def _one_leads(town: Any) -> None:
    """Whether a token is held: the queue has a consumer and no message waits in it."""

    async def held() -> bool:
        queue = await _leaders(town)
        return bool(queue.consumer_count >= 1 and queue.message_count == 0)

    await eventually(held)


async def _leaders(town: Any) -> Any:
    connection = await aio_pika.connect(town.settings.broker_url())
    async with connection, connection.channel() as channel:
        queue = await channel.declare_queue(LEADER, passive=True)
        return queue.declaration_result
