"""After an outage, or with a broken document, the leader leads again and positions arrive."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from services.matching.app import build
from services.runtime.process.lifecycle import running
from tests.support import builders
from tests.support.eventually import eventually
from tests.support.proxy import Proxy

pytestmark = [pytest.mark.slow, pytest.mark.chaos]
WITHIN_S = 30


@pytest.mark.parametrize("server", ["amqp_url", "mongodb_uri"])
async def test_after_an_outage_orders_are_matched_again(town: Any, server: str) -> None:
    url = getattr(town.settings, server).get_secret_value()
    async with Proxy.of(url) as proxy:
        cut_off = town.settings.model_copy(update={server: SecretStr(proxy.through(url))})
        async with running("matching", build, cut_off):
            await town.driver("d-7", north_m=4000)
            before = proxy.connections

            await proxy.cut()
            await town.search("o-1", life_s=100_000)
            proxy.heal()

            await eventually(lambda: proxy.connections > before, WITHIN_S)
            await eventually(lambda: _reported_until_asked(town), WITHIN_S)
            (offer,) = await town.of("offer.made.v1", within=WITHIN_S)
            await town.accept(offer)
            await town.of("match.made.v1", within=WITHIN_S)


async def _reported_until_asked(town: Any) -> bool:
    """Report positions again and again; those lost in the outage do not matter."""
    await town.send(builders.a_position_report("d-7", at=town.clock.now()))
    return bool(town.said("offer.made.v1"))


async def test_a_search_and_a_driver_that_cannot_be_read_do_not_stop_the_rounds(town: Any) -> None:
    await town.database["searches"].insert_one(
        {"_id": "o-broken", "version": 1, "state": {"open": True, "status": "nonsense"}}
    )
    async with town.matching():
        await town.driver("d-broken", north_m=50)
        await town.driver("d-7", north_m=100)
        await town.database["drivers"].update_one({"_id": "d-broken"}, {"$set": {"state.vehicle": "none"}})

        await town.search("o-1", life_s=3000)

        (offer,) = await town.of("offer.made.v1")
        assert offer.driver_id == "d-7"
