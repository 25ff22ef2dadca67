"""Save a search or a driver with events and history in one write, then give the rounds a hint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import unavailability, with_announcement
from services.matching.domain.errors import Refused
from services.matching.domain.searches.search import Search
from services.matching.ports import Context
from services.matching.saving.events import driver_events, search_events
from services.runtime.change import Cause, Change, Entry
from services.runtime.errors import NotYet, Rejected

# Refusals that another message may resolve: the request waits on the retry ladder.
MAY_PASS = frozenset({"shift_running", "unknown_driver"})

DecideSearch = Callable[[Search | None], Search | None]
DecideDriver = Callable[[Driver | None], Driver | None]


@contextmanager
def translating_refusals(order_id: str | None = None) -> Iterator[None]:
    """Turn the domain's `Refused` into `Rejected`, or `NotYet` where the refusal may pass."""
    try:
        yield
    except Refused as refused:
        error = NotYet if refused.code in MAY_PASS else Rejected
        raise error(refused.code, order_id=order_id, pointer=refused.pointer) from None


async def change_search(  # noqa: PLR0913  a change has that many sides
    context: Context,
    key: str,
    cause: Cause,
    decide: DecideSearch,
    *,
    by: str,
    reason: str | None = None,
    chosen: Driver | None = None,
    expect_new: bool = False,
) -> Search | None:
    """Write what `decide` makes of the search; it runs again after a conflict.

    Returns the search as written; None when `decide` returned None, or the cause was handled before.
    `chosen`: the driver of the winning offer. Raises `Rejected` or `NotYet` where the domain refuses, and
    what `Store.change` raises.
    """

    def change(present: Search | None) -> Change[Search] | None:
        with translating_refusals(present.order_id if present else None):
            after = decide(present)
        if after is None:
            return None
        return Change(after, search_events(present, after, chosen), Entry(after.status, by, reason))

    written = await context.searches.change(key, cause, change, expect_new=expect_new)
    if written is not None:
        context.hints.search_changed(key)
    return written


async def change_driver(
    context: Context,
    driver_id: str,
    cause: Cause,
    decide: DecideDriver,
    *,
    by: str,
    reason: str | None = None,
    clear_digests: bool = False,
) -> Driver | None:
    """Write what `decide` makes of the driver, and announce a changed eligibility.

    `decide` runs again after a conflict. Returns the driver as written; None when `decide` returned None, or
    the cause was handled before. Raises `Rejected` or `NotYet` where the domain refuses, and what
    `Store.change` raises.
    """

    def change(present: Driver | None) -> Change[Driver] | None:
        with translating_refusals():
            after = decide(present)
        if after is None:
            return None
        after = with_announcement(after, context.clock.now())
        return Change(after, driver_events(present, after), Entry(_status(after), by, reason), clear_digests)

    written = await context.drivers.change(driver_id, cause, change)
    if written is not None and not (written.announced or unavailability(written)):
        context.hints.driver_available(driver_id)
    return written


def _status(driver: Driver) -> str:
    if driver.live is not None:
        return "live"
    return "off_shift" if driver.shift is None else "on_shift"
