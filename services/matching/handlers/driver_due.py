"""The clock acts on a driver: settle an accept, begin a reservation, check silence, note a lapsed paper."""

from __future__ import annotations

from datetime import datetime

from services.matching.domain.drivers import commitments, reservations, silence
from services.matching.domain.drivers.driver import Commitment, Driver
from services.matching.domain.searches.answers import accept_timed_out, has_won
from services.matching.domain.searches.lifecycle import VANISHED, match_withdrawn
from services.matching.domain.searches.search import Search, search_key
from services.matching.ports import Context
from services.matching.saving.causes import CLOCK, clock_cause
from services.matching.saving.changes import change_driver, change_search


async def driver_due(context: Context, driver_id: str) -> None:
    """Do the first of what is due; the rest follows, because the document stays due.

    Announce a changed eligibility.

    A repeat, in any process, changes nothing.
    """
    stored, now = await context.drivers.get(driver_id), context.clock.now()
    if stored is None:
        return
    driver = stored.state
    unsettled = commitments.unsettled(driver, context.patience, now)
    reservation = reservations.due_reservation(driver, now)
    check_at = silence.silence_due_at(driver, context.silence)
    if unsettled is not None:
        await _settle(context, driver_id, unsettled, now)
    elif reservation is not None:
        await _begin(context, driver_id, reservation, now)
    elif driver.live is not None and check_at is not None and check_at <= now:
        await _check_silence(context, driver_id, driver.live, now)
    else:
        await change_driver(context, driver_id, clock_cause("lapse", now), lambda same: same, by=CLOCK)


async def _settle(context: Context, driver_id: str, taken: Commitment, now: datetime) -> None:
    """Confirm the driver where the search names them; else free them.

    The offer is closed first, so that a slow accept fails.
    """
    key, cause = search_key(taken.order_id), clock_cause("accept", now)

    def close(search: Search | None) -> Search | None:
        return accept_timed_out(search, taken.offer_id, now) if search else None

    if not await _won(context, key, taken):
        await change_search(context, key, cause, close, by=CLOCK)
    won = await _won(context, key, taken)

    def settle(driver: Driver | None) -> Driver | None:
        if driver is None:
            return None
        if won:
            return commitments.confirmed(driver, taken.order_id, taken.attempt)
        return commitments.freed_of_offer(driver, taken.offer_id)

    await change_driver(context, driver_id, cause, settle, by=CLOCK)


async def _begin(context: Context, driver_id: str, reserved: Commitment, now: datetime) -> None:
    """Make the reservation the live order; where the driver cannot drive it now, it is lost."""
    cause = clock_cause("reservation", now)
    won = await _won(context, search_key(reserved.order_id), reserved)

    def begin(driver: Driver | None) -> Driver | None:
        if driver is None:
            return None
        if won:
            return reservations.begun(driver, reserved.offer_id, now)
        return commitments.freed_of_offer(driver, reserved.offer_id)

    began = await change_driver(context, driver_id, cause, begin, by=CLOCK) is not None
    if began or not won:
        return
    stored = await context.drivers.get(driver_id)
    if stored is not None and reservations.is_pending(stored.state, reserved.offer_id):
        await _lose(context, driver_id, reserved, now)  # not where another process began it meanwhile


async def _lose(context: Context, driver_id: str, reserved: Commitment, now: datetime) -> None:
    """Withdraw the match first, which tells the order; then mark the reservation.

    The order decides and frees the driver.
    """
    key, cause, reason = search_key(reserved.order_id), clock_cause("reservation", now), reservations.LOST

    def withdraw(search: Search | None) -> Search | None:
        return match_withdrawn(search, reserved.offer_id, reason)

    def mark(driver: Driver | None) -> Driver | None:
        return reservations.marked_lost(driver, reserved.offer_id) if driver else None

    await change_search(context, key, cause, withdraw, by=CLOCK, reason=reason)
    await change_driver(context, driver_id, cause, mark, by=CLOCK, reason=reason)


async def _check_silence(context: Context, driver_id: str, live: Commitment, now: datetime) -> None:
    """Note the last sign of life; a driver without a recent one has vanished.

    Withdraw the match of a vanished driver first, which tells the order; then mark them. The order decides
    and frees them.
    """
    cause, last = clock_cause("silence", now), context.positions.last(driver_id)
    sign = silence.last_sign_of_life(
        live, last.at if last else None, context.positions.listening_since(), context.silence
    )
    vanished = sign + context.silence <= now

    def withdraw(search: Search | None) -> Search | None:
        return match_withdrawn(search, live.offer_id)

    def note(driver: Driver | None) -> Driver | None:
        if driver is None:
            return None
        if vanished:
            return silence.marked_lost(driver, live.order_id)
        return silence.heard_from(driver, live.order_id, sign)

    if vanished:
        await change_search(context, search_key(live.order_id), cause, withdraw, by=CLOCK)
    reason = VANISHED if vanished else None
    await change_driver(context, driver_id, cause, note, by=CLOCK, reason=reason)


async def _won(context: Context, key: str, taken: Commitment) -> bool:
    stored = await context.searches.get(key)
    return has_won(stored.state if stored else None, taken.offer_id)
