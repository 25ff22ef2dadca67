"""Writes a decision of the domain, with the events that tell of it, and nudges the rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.drivers.eligibility import not_available, told
from services.matching.domain.errors import Refused
from services.matching.domain.searches.search import Search
from services.matching.ports import Context
from services.matching.saving.events import of_driver, of_search
from services.runtime.change import Cause, Change, Entry
from services.runtime.errors import NotYet, Rejected

SOURCE = "/gancang/matching"
MAY_PASS = frozenset({"shift_running"})

OnSearch = Callable[[Search | None], Search | None]
OnDriver = Callable[[Driver | None], Driver | None]


def own(cause: Cause) -> Cause:
    """A further step for the same reason: the first one's mark must not make it look like a repeat."""
    return replace(cause, source=SOURCE, remembered=False)


def by_clock(what: str, now: datetime) -> Cause:
    """A timer of ours as a cause."""
    return Cause(source=SOURCE, id=f"timer:{what}", time=now, remembered=False)


def once(what: str, offer_id: str, now: datetime) -> Cause:
    """Something that happens to an offer once, whoever notices it and however often."""
    return Cause(source=SOURCE, id=f"{what}:{offer_id}", time=now)


@contextmanager
def refusing(order_id: str | None = None) -> Iterator[None]:
    """The domain's refusals become `Rejected`, one that may become legal `NotYet`."""
    try:
        yield
    except Refused as refused:
        if refused.code in MAY_PASS:
            raise NotYet(refused.code, order_id=order_id) from None
        raise Rejected(refused.code, order_id=order_id) from None


async def change_search(  # noqa: PLR0913  a change has that many sides
    context: Context,
    key: str,
    cause: Cause,
    decide: OnSearch,
    *,
    by: str,
    reason: str | None = None,
    chosen: Driver | None = None,
    expect_new: bool = False,
) -> Search | None:
    """The search as written; None when nothing was. Raises `Rejected` where the domain refuses."""

    def change(present: Search | None) -> Change[Search] | None:
        with refusing(present.order_id if present else None):
            after = decide(present)
        if after is None:
            return None
        return Change(after, of_search(present, after, chosen), Entry(after.status, by, reason))

    written = await context.searches.change(key, cause, change, expect_new=expect_new)
    if written is not None:
        context.nudge.search(key)
    return written


async def change_driver(
    context: Context,
    driver_id: str,
    cause: Cause,
    decide: OnDriver,
    *,
    by: str,
    reason: str | None = None,
    clear_digests: bool = False,
) -> Driver | None:
    """The driver as written, his standing announced where it changed; None when nothing was written."""

    def change(present: Driver | None) -> Change[Driver] | None:
        with refusing():
            after = decide(present)
        if after is None:
            return None
        after = told(after, context.clock.now())
        return Change(after, of_driver(present, after), Entry(_status(after), by, reason), clear_digests)

    written = await context.drivers.change(driver_id, cause, change)
    if written is not None and not (written.told or not_available(written)):
        context.nudge.available(driver_id)
    return written


def _status(driver: Driver) -> str:
    if driver.live is not None:
        return "live"
    return "off_shift" if driver.shift is None else "on_shift"
