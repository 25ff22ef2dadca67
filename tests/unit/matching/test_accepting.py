"""In any interleaving of accepts, declines, clock and events: one driver an order, one order a driver."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.events.matching import OfferClosed
from contracts.values import OfferOutcome, Requirements
from services.matching.domain.drivers import commitments
from services.matching.domain.drivers.driver import Commitment, Driver
from services.matching.domain.errors import Refused
from services.matching.domain.searches import lifecycle
from services.matching.domain.searches.answers import (
    accept_timed_out,
    accepted,
    declined,
    has_won,
    may_win,
    offer_to,
)
from services.matching.domain.searches.offering import offered
from services.matching.domain.searches.search import Offer, Search, SearchStatus
from services.matching.saving.events import driver_events, search_events
from tests.support.builders import NOW
from tests.unit.matching.conftest import RULES, build_driver, build_search

ORDERS = ("o-1", "o-2")
DRIVERS = ("d-1", "d-2", "d-3", "d-4")
ORDER, DRIVER = st.sampled_from(ORDERS), st.sampled_from(DRIVERS)


class Accepting(RuleBasedStateMachine):
    """The two writes of an accept are separate rules, so that anything may come between, also a crash."""

    @initialize()
    def begin(self) -> None:
        self.now: datetime = NOW
        self.searches: dict[str, Search] = {order: build_search(order_id=order) for order in ORDERS}
        self.drivers: dict[str, Driver] = {name: build_driver(driver_id=name) for name in DRIVERS}
        self.matches: list[Any] = []
        self.closed: list[str] = []
        self.taking: list[tuple[str, Offer]] = []

    @rule(order=ORDER, name=DRIVER)
    def ask(self, order: str, name: str) -> None:
        search = self.searches[order]
        self._save(order, offered(search, name, 500, 0, replace(RULES, stagger=timedelta()), self.now))

    @rule(order=ORDER, name=DRIVER)
    def take(self, order: str, name: str) -> None:
        """The first write of an accept."""
        search = self.searches[order]
        for offer in search.open_offers:
            if offer.driver_id == name and may_win(search, offer, self.now):
                wanted = Commitment(order, offer.offer_id, offer.attempt, self.now)
                try:
                    self._keep(name, commitments.taken(self.drivers[name], wanted, Requirements(), self.now))
                except Refused:
                    continue
                self.taking.append((order, offer))

    @rule(data=st.data())
    def win(self, data: Any) -> None:
        """The second write, at any time; the first is undone where the search is decided otherwise."""
        if not self.taking:
            return
        order, offer = self.taking.pop(data.draw(st.integers(0, len(self.taking) - 1)))
        driver = self.drivers[offer.driver_id]
        try:
            after = accepted(self.searches[order], offer.offer_id, self._answered(order), self.now)
        except Refused:
            self._keep(offer.driver_id, commitments.freed_of_offer(driver, offer.offer_id))
        else:
            self._save(order, after, driver)

    @rule(name=DRIVER)
    def settle(self, name: str) -> None:
        """The driver's timer, at any time."""
        taken = self.drivers[name].live
        if taken is None or taken.confirmed:
            return
        if not has_won(self.searches[taken.order_id], taken.offer_id):
            self._save(
                taken.order_id, accept_timed_out(self.searches[taken.order_id], taken.offer_id, self.now)
            )
        if has_won(self.searches[taken.order_id], taken.offer_id):
            self._keep(name, commitments.confirmed(self.drivers[name], taken.order_id, taken.attempt))
        else:
            self._keep(name, commitments.freed_of_offer(self.drivers[name], taken.offer_id))

    @rule(order=ORDER, name=DRIVER)
    def decline(self, order: str, name: str) -> None:
        for offer in self.searches[order].offers:
            try:
                offer_to(self.searches[order], offer.offer_id, name)
                self._save(order, declined(self.searches[order], offer.offer_id, self.now))
            except Refused:
                continue

    @rule(seconds=st.integers(1, 20))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        for order in ORDERS:
            self._save(order, lifecycle.expired(self.searches[order], self.now))

    @rule(order=ORDER)
    def end(self, order: str) -> None:
        search = self.searches[order]
        winners = {offer.driver_id for offer in search.offers if offer.outcome is OfferOutcome.ACCEPTED}
        self._save(order, lifecycle.order_ended(search, order, search.sequence + 1, self.now))
        for name in winners:
            self._keep(name, commitments.freed_of_order(self.drivers[name], order))

    @rule(order=ORDER)
    def give_back(self, order: str) -> None:
        """The order loses the driver and searches again."""
        search = self.searches[order]
        winner = search.offer(search.winner) if search.winner else None
        if winner is None or search.status is not SearchStatus.MATCHED or search.trip is None:
            return
        sequence, reason = search.sequence + 1, lifecycle.GAVE_BACK
        self._save(
            order,
            lifecycle.unassigned(search, winner.driver_id, winner.attempt, sequence, reason, self.now),
        )
        self._keep(
            winner.driver_id,
            commitments.freed_of_order(self.drivers[winner.driver_id], order, winner.attempt),
        )
        again = lifecycle.opened(
            self.searches[order], order, search.attempt + 1, sequence, search.trip, (), self.now
        )
        self._save(order, again)

    @invariant()
    def every_match_has_its_driver_live_or_was_given_up(self) -> None:
        for order in ORDERS:
            search = self.searches[order]
            if search.status is SearchStatus.MATCHED:
                assert search.winner is not None
                winner = search.offer(search.winner)
                assert winner is not None
                assert winner.outcome is OfferOutcome.ACCEPTED
                held = self.drivers[winner.driver_id].live
                assert held is not None
                assert held.offer_id == winner.offer_id

    @invariant()
    def an_attempt_has_one_winner_at_most(self) -> None:
        for order in ORDERS:
            wins = [o.attempt for o in self.searches[order].offers if o.outcome is OfferOutcome.ACCEPTED]
            assert len(wins) == len(set(wins))
        told = [(match.order_id, match.attempt) for match in self.matches]
        assert len(told) == len(set(told))

    @invariant()
    def every_offer_closes_once(self) -> None:
        assert len(self.closed) == len(set(self.closed))

    @invariant()
    def only_an_open_search_has_open_offers(self) -> None:
        for search in self.searches.values():
            assert search.status is SearchStatus.OPEN or not search.open_offers

    def teardown(self) -> None:
        """Once every accept is settled, only the winners have a live order."""
        for name in DRIVERS:
            self.settle(name)
        winners = {s.winner for s in self.searches.values() if s.status is SearchStatus.MATCHED}
        held = {driver.live.offer_id for driver in self.drivers.values() if driver.live}
        assert held == winners

    def _answered(self, order: str) -> set[str]:
        return {
            name for name, driver in self.drivers.items() if driver.live and driver.live.order_id == order
        }

    def _save(self, order: str, after: Search | None, chosen: Driver | None = None) -> None:
        if after is not None:
            events = search_events(self.searches[order], after, chosen)
            self.matches += [event for event in events if type(event).__name__ == "MatchMade"]
            self.closed += [event.offer_id for event in events if isinstance(event, OfferClosed)]
            self.searches[order] = after

    def _keep(self, name: str, after: Driver | None) -> None:
        if after is not None:
            driver_events(self.drivers[name], after)
            self.drivers[name] = after


TestAccepting = Accepting.TestCase
TestAccepting.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
