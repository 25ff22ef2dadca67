"""A driver accepts the same offer twice, with two messages."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from contracts.events.matching import OfferMade
from tests.support import builders
from tests.unit.matching.city import City
from tests.unit.matching.conftest import RULES

SO_LATE = timedelta(seconds=18)


@pytest.fixture
def city() -> City:
    """One driver on shift with an open offer."""
    city = City(RULES)
    for fact in (builders.a_driver_registered(), builders.a_residence_attested(), builders.a_shift_started()):
        city.say(fact)
    city.say(builders.an_order_requested())
    return city


async def test_a_second_accept_that_is_late_does_not_undo_the_first(city: City) -> None:
    await city.post.calm(Random(0))
    await city.post.begin(city.ask("o-1", "d-7"), 0)
    await city.post.rest(Random(0))
    offer_id = city.said(OfferMade)[0].data.offer_id
    press = builders.an_offer_accepted(offer_id=offer_id)

    city.say(press)
    await city.post.deliver(0, process=0)
    city.clock.time += SO_LATE
    city.say(press)
    await city.post.deliver(0, process=1)
    await city.post.go_on(1)  # the second has read: no winner yet
    await city.post.go_on(0)
    while len(city.turns.waiting) > 1:
        await city.post.go_on(-1)  # the first, to its end
    await city.post.rest(Random(0))

    driver, search = city.drivers.states()["d-7"], city.searches.states()["o-1"]
    assert search.winner == offer_id
    assert driver.live is not None
    assert driver.live.offer_id == offer_id
    assert (driver.record.lapses, city.post.refused) == (0, [])
