"""What the regency's services promise: errands end as they should, and secrets stay between two people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from contracts.events.orders import OrderCompleted, OrderEvent, OrderUnserved
from contracts.registry import CONTRACTS, Exchange
from contracts.values import PayerKind
from services.ops.demo.checks.evidence import Evidence
from services.runtime.change import Document
from services.simulator.channels.event_log import ENDS

NO_DRIVER_FREE = frozenset({"no_driver", "search_overdue"})
COORDINATES = re.compile(r'"(lat|lng)":')


def wrong_ends(evidence: Evidence) -> Iterator[str]:
    """Errands that ended otherwise than the services promise.

    An errand may end because no driver is free, if some driver completed an order of this service, or if the
    machine is so busy that most answers of drivers come too late.
    """
    completed = [event.data.service for event in evidence.of(OrderCompleted)]
    unserved = [event for event in evidence.of(OrderUnserved) if event.data.reason in NO_DRIVER_FREE]
    late = len(unserved) > len(completed)
    ends = {
        event.data.order_id: (event.type.split(".")[1], getattr(event.data, "reason", None))
        for event in evidence.of(*ENDS)
    }
    for order_id, promised in evidence.promised.items():
        end, reason = ends.get(order_id, ("unfinished", None))
        no_driver_free = reason in NO_DRIVER_FREE and (late or promised.service in completed)
        if end == "unserved" and reason is not None and (no_driver_free or reason == promised.otherwise):
            continue
        if end != promised.ends or promised.reason not in {None, reason}:
            yield f"{order_id}: {end} {reason or ''} instead of {promised.ends} {promised.reason or ''}"


def leaks(evidence: Evidence) -> Iterator[str]:
    """Public events that name a person or an exact place."""
    for event in evidence.events:
        if CONTRACTS[event.type].exchange is not Exchange.EVENTS:
            continue
        text = event.data.model_dump_json()
        found = [secret for secret in evidence.secrets if f'"{secret}"' in text]
        if COORDINATES.search(text) or found:
            yield f"{event.type} of {getattr(event.data, 'order_id', '?')}: {', '.join(found) or 'a place'}"


def leaked_codes(evidence: Evidence) -> Iterator[str]:
    """One-time codes in the mail of another person, in events or in documents."""
    for address in evidence.codes:
        if address not in evidence.code_readers:
            yield f"a code in a mail to {address}"
    texts = [event.data.model_dump_json() for event in evidence.events if isinstance(event.data, OrderEvent)]
    kept = json.dumps(evidence.documents, default=str)
    for address, code in evidence.codes.items():
        alone = re.compile(rf"(?<![0-9A-Za-z.-]){code}(?![0-9A-Za-z.-])")
        if alone.search(kept) or any(alone.search(text) for text in texts):
            yield f"the code of {address} was written down"


def broken_custody(evidence: Evidence) -> Iterator[str]:
    """Envelopes with a gap in the chain of custody from the counter to the door, or back to the counter."""
    for order in evidence.documents.get("orders", []):
        state = order["state"]
        if "envelope" not in state.get("details", {}) or state["status"] not in {"completed", "returned"}:
            continue
        chain = [str(link["step"]) for link in state.get("custody", [])]
        last = "delivered" if state["status"] == "completed" else "return_confirmed"
        if chain[:1] != ["picked_up"] or chain[-1:] != [last] or not _in_time_order(state["custody"]):
            yield f"{order['_id']}: {', '.join(chain) or 'nothing'}"


def broken_budgets(evidence: Evidence) -> Iterator[str]:
    """Budgets that are overspent, do not add up, or still hold money for an order that has ended."""
    ledgers = evidence.documents.get("ledgers", [])
    for ledger in ledgers:
        held = sum(hold["amount"] for hold in ledger.get("held", {}).values())
        cap, left, spent = ledger["cap"], ledger["remaining"], ledger["spent"]
        if left < 0 or cap != left + spent + held:
            yield f"{ledger['_id']}: cap {cap}, left {left}, spent {spent}, held {held}"
        elif held:
            yield f"{ledger['_id']}: still holds {held}"
    paid = sum(fare.total for end, fare in evidence.owed() if end.payer.kind is not PayerKind.CUSTOMER)
    spent = sum(ledger["spent"] for ledger in ledgers)
    if ledgers and paid != spent:
        yield f"budgets have spent {spent}, and paid for {paid}"


def _in_time_order(custody: list[Document]) -> bool:
    times = [link["at"] for link in custody]
    return times == sorted(times)
