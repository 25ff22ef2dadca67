"""The morning by service: what was ordered, how it ended, how long it took, and who paid."""

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
class ServiceCounts:
    """What was counted for one service."""

    ordered: set[str] = field(default_factory=set)
    completed: int = 0
    minutes: list[float] = field(default_factory=list)
    otherwise: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    money: Counter[str] = field(default_factory=Counter)


def by_service(evidence: Evidence) -> dict[str, Document]:
    """Service → its numbers; minutes are business minutes from accepted to completed."""
    counted: dict[str, ServiceCounts] = defaultdict(ServiceCounts)
    accepted: dict[str, datetime] = {}
    for event in evidence.of(OrderEvent):
        data, counts = event.data, counted[event.data.service]
        counts.ordered.add(data.order_id)
        if isinstance(data, OrderAccepted):
            accepted[data.order_id] = event.time
        elif isinstance(data, OrderCompleted):
            counts.completed += 1
            if data.order_id in accepted:
                counts.minutes.append((event.time - accepted[data.order_id]).total_seconds() / 60)
        elif isinstance(data, ENDS):
            counts.otherwise[event.type.split(".")[1]][getattr(data, "reason", None) or ""] += 1
    for end, fare in evidence.owed():
        counted[end.service].money[str(end.payer.kind)] += fare.total
    return {service: _row(counted[service]) for service in sorted(counted)}


def _row(counts: ServiceCounts) -> Document:
    return {
        "ordered": len(counts.ordered),
        "completed": counts.completed,
        "otherwise": {end: dict(reasons) for end, reasons in sorted(counts.otherwise.items())},
        "median_min": round(statistics.median(counts.minutes), 1) if counts.minutes else None,
        "money": dict(counts.money.most_common()),
    }
