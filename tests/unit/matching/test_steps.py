"""A step runs again after a conflict; what follows the write runs once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.message import Message
from contracts.values import OfferOutcome
from services.matching.domain.drivers import facts
from services.matching.domain.drivers.driver import Commitment, Driver
from services.matching.domain.searches.answers import declined
from services.matching.domain.searches.offering import OfferRules, offered
from services.matching.handlers import driver_facts
from services.matching.saving.offers import close_expired
from services.matching.saving.steps import on_driver, on_fact
from services.runtime.errors import NotYet, Rejected
from tests.support import builders
from tests.support.builders import NOW
from tests.unit.matching.conftest import build_driver, build_search
from tests.unit.matching.kept import Kept


class Hints:
    """Keeps every hint."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def driver_available(self, driver_id: str) -> None:
        self.given.append(driver_id)

    def search_changed(self, key: str) -> None:
        self.given.append(key)


def the_context(drivers: Any, searches: Any = None, at: datetime = NOW) -> Any:
    clock = SimpleNamespace(now=lambda: at)
    return SimpleNamespace(drivers=drivers, searches=searches, clock=clock, hints=Hints())


async def test_after_a_conflict_a_step_decides_again_and_what_follows_runs_once() -> None:
    driver = build_driver(live=Commitment("o-1", "o-1-1", 1, NOW), announced=())
    drivers = Kept(
        driver, lambda state: replace(state, vehicle=state.vehicle.model_copy(update={"plate": "P 1"}))
    )
    context, decisions, followed = the_context(drivers), [], []

    def freed(known: Driver | None, message: Message[Any], now: datetime) -> Driver | None:
        decisions.append(known)
        return replace(known, live=None) if known else None

    async def follow(_: Any, message: Message[Any]) -> None:
        followed.append(message.id)

    message = builders.a_message(builders.a_driver_assigned(driver_id="d-7"), id="m-1")
    await on_driver(freed, by="orders", then=follow)(context, message)

    assert len(decisions) == 2
    assert (drivers.state.live, drivers.state.vehicle.plate) == (None, "P 1")
    assert [type(event).__name__ for event in drivers.events] == ["DriverReleased"]
    assert (context.hints.given, followed) == (["d-7"], ["m-1"])


async def test_a_fact_in_the_future_is_refused_before_it_waits_for_the_registration() -> None:
    handle = on_fact(driver_facts.shift_started)
    message = builders.a_message(builders.a_shift_started(driver_id="d-7"), time=NOW)

    with pytest.raises(NotYet, match="unknown_driver"):
        await handle(the_context(Kept(None)), message)
    with pytest.raises(Rejected, match="time_ahead") as refused:
        await handle(the_context(Kept(None), at=NOW - timedelta(hours=1)), message)

    assert not isinstance(refused.value, NotYet)


async def test_a_driver_who_answers_while_the_offer_expires_is_not_recorded_as_silent(
    rules: OfferRules,
) -> None:
    search = offered(build_search(), "d-7", 100, 0, rules, NOW)
    assert search is not None
    offer_id, late = search.offers[0].offer_id, NOW + timedelta(seconds=17)
    searches, drivers = Kept(search, lambda state: declined(state, offer_id, late)), Kept(build_driver())

    await close_expired(the_context(drivers, searches, at=late), "o-1", late)

    assert [offer.outcome for offer in searches.state.offers] == [OfferOutcome.DECLINED]
    assert drivers.state.record.lapses == 0


async def test_a_driver_who_lets_an_offer_expire_is_recorded_once_by_the_process_that_closed_it(
    rules: OfferRules,
) -> None:
    search = offered(build_search(), "d-7", 100, 0, rules, NOW)
    late = NOW + timedelta(seconds=17)
    searches, drivers = Kept(search), Kept(build_driver())
    context = the_context(drivers, searches, at=late)

    await close_expired(context, "o-1", late)
    await close_expired(context, "o-1", late)

    assert [offer.outcome for offer in searches.state.offers] == [OfferOutcome.EXPIRED]
    assert drivers.state.record.lapses == 1


async def test_an_older_fact_writes_nothing_and_gives_no_hint() -> None:
    suspended = facts.suspended(build_driver(), NOW)
    context = the_context(Kept(suspended))
    message = builders.a_message(builders.a_residence_attested(driver_id="d-7"), time=NOW - timedelta(days=9))
    attested = replace(context.drivers.state, facts={"residence": NOW, "suspension": NOW})
    context.drivers.state = attested

    await on_fact(driver_facts.residence_attested)(context, message)

    assert (context.drivers.state, context.drivers.events, context.hints.given) == (attested, (), [])
