"""The clock acts on a driver: an accept was not settled, a booked order begins, he is not heard of, or a paper lapses."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.matching.domain.drivers import commitments, reservations, silence
from services.matching.domain.drivers.driver import Driver, Live
from services.matching.domain.searches.answers import given_up, has_won
from services.matching.domain.searches.search import Search, key_of
from services.matching.ports import Context
from services.matching.saving.changes import by_clock, change_driver, change_search

BY = "clock"


class DriverDueHandler:
    """Any process may do it; the second time changes nothing."""

    def __init__(self, context: Context, silence: timedelta) -> None:
        self._context = context
        self._silence = silence

    async def __call__(self, driver_id: str) -> None:
        """Do what is due first; what else is due comes next, since the document is still due. Then announce his standing."""
        stored = await self._context.drivers.get(driver_id)
        if stored is None:
            return
        now = self._context.clock.now()
        open_accept = commitments.unsettled(stored.state, self._context.patience, now)
        booked = reservations.beginning(stored.state, now)
        if open_accept is not None:
            await self._settle(driver_id, open_accept)
        elif booked is not None:
            await self._begin(driver_id, booked, now)
        elif stored.state.live is not None and _is_over(silence.silent_at(stored.state, self._silence), now):
            await self._look_for(driver_id, stored.state.live, now)
        else:
            await change_driver(
                self._context, driver_id, by_clock("lapse", now), lambda driver: driver, by=BY
            )

    async def _settle(self, driver_id: str, taken: Live) -> None:
        """Confirm him where the search names him; else close the offer first, so that a slow accept fails, and free him."""
        now = self._context.clock.now()
        key, cause = key_of(taken.order_id), by_clock("accept", now)
        if not await self._won(key, taken):

            def close(search: Search | None) -> Search | None:
                return given_up(search, taken.offer_id, now) if search else None

            await change_search(self._context, key, cause, close, by=BY)
        won = await self._won(key, taken)

        def decide(driver: Driver | None) -> Driver | None:
            if driver is None:
                return None
            if won:
                return commitments.confirmed(driver, taken.order_id, taken.attempt)
            return commitments.freed_of_offer(driver, taken.offer_id)

        await change_driver(self._context, driver_id, cause, decide, by=BY)

    async def _begin(self, driver_id: str, booked: Live, now: datetime) -> None:
        """It becomes his live order; where he cannot drive it, the search is told first, and the order has the last word."""
        key, cause = key_of(booked.order_id), by_clock("reservation", now)
        won = await self._won(key, booked)
        waits: list[bool] = []

        def begin(driver: Driver | None) -> Driver | None:
            if driver is None:
                return None
            waits[:] = [reservations.waits(driver, booked.offer_id)]
            return (
                reservations.begun(driver, booked.offer_id, now)
                if won
                else commitments.freed_of_offer(driver, booked.offer_id)
            )

        began = await change_driver(self._context, driver_id, cause, begin, by=BY) is not None
        if began or not won or not any(waits):  # another process may have begun it, and that is no loss
            return

        def lose(driver: Driver | None) -> Driver | None:
            return reservations.given_up(driver, booked.offer_id) if driver else None

        lost = reservations.LOST
        await change_search(
            self._context,
            key,
            cause,
            lambda search: silence.withdrawn(search, booked.offer_id, lost),
            by=BY,
            reason=lost,
        )
        await change_driver(self._context, driver_id, cause, lose, by=BY, reason=lost)

    async def _look_for(self, driver_id: str, taken: Live, now: datetime) -> None:
        """Who is still silent is given up: first with the search, which tells the order; that one has the last word."""
        whereabouts, cause = self._context.whereabouts, by_clock("silence", now)
        seen = whereabouts.seen(driver_id)
        sign = silence.last_sign(
            taken, seen.at if seen else None, whereabouts.listening_since(), self._silence
        )
        gone = sign + self._silence <= now
        if gone:
            key = key_of(taken.order_id)
            await change_search(
                self._context, key, cause, lambda search: silence.withdrawn(search, taken.offer_id), by=BY
            )

        def decide(driver: Driver | None) -> Driver | None:
            if driver is None:
                return None
            return (
                silence.given_up(driver, taken.order_id)
                if gone
                else silence.still_there(driver, taken.order_id, sign)
            )

        await change_driver(
            self._context, driver_id, cause, decide, by=BY, reason=silence.REASON if gone else None
        )

    async def _won(self, key: str, taken: Live) -> bool:
        stored = await self._context.searches.get(key)
        return has_won(stored.state if stored else None, taken.offer_id)


def _is_over(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now
