"""The smallest aggregate there is: a number that goes up, with a timer when it is due to go up by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contracts.events.matching import DriverReleased
from services.runtime.change import Cause, Change, Entry
from services.runtime.storage.kind import Kind

if TYPE_CHECKING:
    from services.runtime.change import Decide


@dataclass(frozen=True, slots=True)
class Counter:
    """`due`: when it counts by itself."""

    n: int = 0
    due: datetime | None = None


def _encode(counter: Counter) -> dict[str, Any]:
    return {"n": counter.n, **({"due": counter.due} if counter.due else {})}


COUNTER = Kind(
    name="counter",
    collection="counters",
    source="/gancang/counting",
    encode=_encode,
    decode=lambda document: Counter(document["n"], document.get("due")),
    timers=lambda counter: {"count": counter.due} if counter.due else {},
)


def count(*, due: datetime | None = None, events: int = 1) -> Decide[Counter]:
    """One more, and as many events that say so."""

    def decide(counter: Counter | None) -> Change[Counter]:
        after = replace(counter or Counter(), n=(counter.n if counter else 0) + 1, due=due)
        told = tuple(
            DriverReleased(driver_id=f"n-{after.n}", order_id=f"e-{index}") for index in range(events)
        )
        return Change(after, told, Entry("counted", "test"))

    return decide


def a_cause(number: int, now: datetime, digest: str = "") -> Cause:
    """A message with this number."""
    return Cause("app.test", f"m-{number}", now, digest)
