"""The morning service by service: what was ordered, what became of it, how long it took, and whose money it was."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.events.orders import OrderAccepted, OrderCompleted, OrderEvent
from services.ops.demo.checks.evidence import Evidence
from services.simulator.channels.event_log import ENDS

Document = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """Of one service."""

    ordered: set[str] = field(default_factory=set)
    completed: int = 0
    minutes: list[float] = field(default_factory=list)
    otherwise: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    money: Counter[str] = field(default_factory=Counter)


def by_service(evidence: Evidence) -> dict[str, Document]:
    """Service → its numbers; minutes are the clock's of the town, from yes to done."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    accepted: dict[str, datetime] = {}
    for event in evidence.of(OrderEvent):
        data, tally = event.data, tallies[event.data.service]
        tally.ordered.add(data.order_id)
        if isinstance(data, OrderAccepted):
            accepted[data.order_id] = event.time
        elif isinstance(data, OrderCompleted):
            tally.completed += 1
            if data.order_id in accepted:
                tally.minutes.append((event.time - accepted[data.order_id]).total_seconds() / 60)
        elif isinstance(data, ENDS):
            tally.otherwise[event.type.split(".")[1]][getattr(data, "reason", None) or ""] += 1
    for end, fare in evidence.owed():
        tallies[end.service].money[str(end.payer.kind)] += fare.total
    return {service: _row(tallies[service]) for service in sorted(tallies)}


def _row(tally: Tally) -> Document:
    return {
        "ordered": len(tally.ordered),
        "completed": tally.completed,
        "otherwise": {end: dict(reasons) for end, reasons in sorted(tally.otherwise.items())},
        "median_min": round(statistics.median(tally.minutes), 1) if tally.minutes else None,
        "money": dict(tally.money.most_common()),
    }
