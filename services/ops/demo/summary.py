"""The morning in numbers: one JSON document, from which the summary is printed too."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.events.matching import OfferClosed, OfferMade
from contracts.events.notifications import NotificationFailed, NotificationSent
from contracts.events.orders import OrderAccepted, OrderDriverAssigned, OrderPickedUp
from contracts.events.refusals import RequestRejected
from services.ops.demo.by_service import by_service
from services.ops.demo.checks.evidence import Evidence
from services.ops.demo.checks.invariants import InvariantResult
from services.simulator.channels.event_log import ENDS, ORDER_REQUEST

SHARES = ("total", "driver_share", "app_share", "welfare_share", "merchant_share")
PERCENTILE = 0.95
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Timing:
    """Real seconds of each part of the run, and business seconds in a real one."""

    servers_s: float
    services_s: float
    town_s: float
    speed: float


def summarise(
    evidence: Evidence,
    results: Sequence[InvariantResult],
    timing: Timing,
    settings: Document,
    stories: Sequence[str],
) -> Document:
    """Make the whole document."""
    return {
        "ok": all(result.holds for result in results),
        **settings,
        "real_seconds": {"servers": timing.servers_s, "services": timing.services_s, "town": timing.town_s},
        "orders_per_second": round(len(evidence.ordered) / timing.town_s, 2),
        "events": len(evidence.events),
        "events_per_second": round(len(evidence.events) / timing.town_s, 1),
        "orders": _ends(evidence),
        "services": by_service(evidence),
        "assignment_s": _spread(_waits(evidence, OrderDriverAssigned)),
        "pickup_s": _spread(_waits(evidence, OrderPickedUp)),
        **_offers(evidence),
        "notifications": _notifications(evidence),
        "mails": _mails(evidence),
        "money": _money(evidence),
        "requests_rejected": dict(Counter(event.data.reason for event in evidence.of(RequestRejected))),
        "stories": list(stories),
        "invariants": [
            {"name": result.name, "holds": result.holds, "offenders": list(result.offenders)}
            for result in results
        ],
    }


def _ends(evidence: Evidence) -> dict[str, dict[str, int]]:
    """Status at the end → reason → how many orders; without a reason the reason is ``""``."""
    ends: dict[str, Counter[str]] = defaultdict(Counter)
    seen = set()
    for event in evidence.of(*ENDS):
        seen.add(event.data.order_id)
        ends[event.type.split(".")[1]][getattr(event.data, "reason", "")] += 1
    for event in evidence.of(RequestRejected):
        if event.data.request_type == ORDER_REQUEST and event.data.order_id not in seen:
            ends["refused"][event.data.reason] += 1
            seen.add(event.data.order_id)
    unfinished = len(evidence.ordered - seen)
    if unfinished:
        ends["unfinished"][""] = unfinished
    return {
        state: dict(reasons) for state, reasons in sorted(ends.items(), key=lambda pair: -pair[1].total())
    }


def _waits(evidence: Evidence, until: type) -> list[float]:
    """Business seconds from accepted to the first event of this kind, for each order."""
    accepted: dict[str, datetime] = {}
    waits: dict[str, float] = {}
    for event in evidence.of(OrderAccepted, until):
        if isinstance(event.data, OrderAccepted):
            accepted[event.data.order_id] = event.time
        elif event.data.order_id in accepted:
            waits.setdefault(
                event.data.order_id, (event.time - accepted[event.data.order_id]).total_seconds()
            )
    return list(waits.values())


def _spread(values: Iterable[float]) -> Document | None:
    ordered = sorted(values)
    if not ordered:
        return None
    high = ordered[min(len(ordered) - 1, round(PERCENTILE * (len(ordered) - 1)))]
    return {"median": round(statistics.median(ordered), 1), "p95": round(high, 1)}


def _offers(evidence: Evidence) -> Document:
    made = Counter(event.data.order_id for event in evidence.of(OfferMade))
    served = {event.data.order_id for event in evidence.of(OrderDriverAssigned)}
    asked = sum(count for order, count in made.items() if order in served)
    outcomes = Counter(str(event.data.outcome) for event in evidence.of(OfferClosed))
    return {
        "offers": {"made": made.total(), **dict(outcomes.most_common())},
        "offers_per_served_order": round(asked / len(served), 2) if served else None,
    }


def _notifications(evidence: Evidence) -> dict[str, int]:
    sent = Counter(
        event.data.template
        for event in evidence.of(NotificationSent)
        if not isinstance(event.data, NotificationFailed)
    )
    failed = sum(1 for _ in evidence.of(NotificationFailed))
    return dict(sent.most_common()) | ({"failed": failed} if failed else {})


def _mails(evidence: Evidence) -> dict[str, int]:
    copies = [count for ids in evidence.mail.values() for count in ids.values()]
    return {"received": sum(copies), "repeated": sum(count - 1 for count in copies)}


def _money(evidence: Evidence) -> dict[str, int]:
    money: Counter[str] = Counter()
    for _, fare in evidence.owed():
        for share in SHARES:
            money[share] += getattr(fare, share)
    return {share: amount for share, amount in money.items() if amount or share == SHARES[0]}
