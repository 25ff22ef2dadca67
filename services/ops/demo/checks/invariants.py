"""The invariants of a morning: each is a sentence, and a function that names what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.ops.demo.checks import drivers, leftovers, notified, orders, promises
from services.ops.demo.checks.evidence import Evidence


@dataclass(frozen=True, slots=True)
class InvariantResult:
    """One invariant after a run; `offenders` names what breaks it."""

    name: str
    offenders: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.offenders


def check(evidence: Evidence) -> list[InvariantResult]:
    """Check every invariant, in the order of the table."""
    return [InvariantResult(name, tuple(find(evidence))) for name, find in INVARIANTS]


Find = Callable[[Evidence], Iterator[str]]

INVARIANTS: tuple[tuple[str, Find], ...] = (
    ("every order has ended exactly once", orders.not_ended_once),
    ("one driver per order: the last one assigned drove and completed it", orders.two_drivers),
    ("one live order per driver at any time", drivers.two_live_orders),
    ("every driver is free again", drivers.not_released),
    ("only attested residents with valid papers were asked", drivers.barred_but_asked),
    ("everyone to be notified was notified exactly once, by one mail", notified.missing_notifications),
    ("no one else was notified", notified.unexpected_notifications),
    ("the events of each order came in sequence", orders.out_of_sequence),
    ("every outbox is empty", leftovers.unsent_events),
    ("every errand ended as its service promises", promises.wrong_ends),
    ("no public event names a person or an exact place", promises.leaks),
    ("only their recipients read one-time codes", promises.leaked_codes),
    ("every envelope has a complete chain of custody", promises.broken_custody),
    ("no budget is overspent, and every rupiah is accounted for", promises.broken_budgets),
    ("every work queue is empty", leftovers.unfinished_work),
    ("nothing is parked", leftovers.parked_messages),
    ("the town could read every event", leftovers.town_errors),
)
