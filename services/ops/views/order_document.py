"""An order document as operators may see it: districts instead of places, ids instead of people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from contracts.enums import OrderStatus
from contracts.notation import rfc3339

if TYPE_CHECKING:
    from services.runtime.change import Document

COLUMNS = ("order_id", "service", "status", "since", "customer_id", "driver_id", "total")


def whole(document: Document) -> Document:
    """Show everything but exact places, notes and names."""
    state = document["state"]
    return {
        "order_id": document["_id"],
        **_parties(state),
        **_trip(state),
        **_end(state),
        "version": document["version"],
        "custody": [_handed(line) for line in state.get("custody") or ()],
        "history": [_line(line) for line in document.get("history", [])],
    }


def row(document: Document) -> Document:
    """Show what one line of a list holds: the `COLUMNS`."""
    shown = whole(document)
    fare = shown["fare"] or {}
    customer = shown["customer"] or {}
    extra = {"customer_id": customer.get("id"), "total": fare.get("total")}
    return {name: extra[name] if name in extra else shown[name] for name in COLUMNS}


def owed(state: Document) -> int | None:
    """What the payer owes, whole rupiah, for a completed or returned order; None for any other."""
    if state["status"] == OrderStatus.RETURNED.value:
        return (state.get("ending") or {}).get("fee")
    return (state.get("fare") or {}).get("total") if state["status"] == OrderStatus.COMPLETED.value else None


def _parties(state: Document) -> Document:
    assignment = state.get("assignment") or {}
    return {
        "service": state["service"],
        "status": state["status"],
        "since": _time(state.get("since")),
        "requested_at": _time(state.get("requested_at")),
        "customer": _only(state.get("customer"), "id", "kind", "locale"),
        "agency_id": state.get("agency_id"),
        "recipient_id": state.get("recipient_id"),
        "merchant_id": state.get("merchant_id"),
        "driver_id": assignment.get("driver_id"),
        "vehicle": _only(assignment.get("vehicle"), "class", "plate"),
    }


def _trip(state: Document) -> Document:
    return {
        "pickup_district": state.get("pickup_district"),
        "dropoff_district": state.get("dropoff_district"),
        "distance_m": state.get("distance_m"),
        "fare": state.get("fare"),
        "attempt": state.get("attempt"),
        "excluded_drivers": list(state.get("excluded_drivers") or ()),
        "scheduled_for": _time(state.get("scheduled_for")),
        "kitchen": _kitchen(state.get("kitchen")),
        "proposal": _proposal(state.get("proposal")),
    }


def _end(state: Document) -> Document:
    delivery, ending = state.get("delivery") or {}, state.get("ending") or {}
    return {
        "failed_attempts": delivery.get("failed"),
        "next_attempt_at": _time(delivery.get("next_at")),
        "return_by": _time(delivery.get("return_by")),
        "code": _only(state.get("code"), "serial", "wrong"),
        "reason": ending.get("reason") or delivery.get("reason"),
        "owed": _debt(state),
        "fee": None if state["status"] == OrderStatus.RETURNED.value else ending.get("fee"),
        "fee_for_merchant": ending.get("merchant_share") or None,
        "completed_at": _time(state.get("completed_at")),
    }


def _line(line: Document) -> Document:
    return {
        "at": _time(line["at"]),
        "status": line["status"],
        "by": line["by"],
        "reason": line.get("reason"),
        "event_id": line.get("event_id"),
    }


def _debt(state: Document) -> Document | None:
    amount, payer = owed(state), state.get("payer") or {}
    return {"amount": amount, "by": f"{payer.get('kind')}:{payer.get('id')}"} if amount else None


def _kitchen(kitchen: Document | None) -> Document | None:
    if kitchen is None:
        return None
    return {
        "stage": kitchen["stage"],
        "answer_until": _time(kitchen["answer_until"]),
        "ready_at": _time(kitchen.get("ready_at")),
    }


def _proposal(proposal: Document | None) -> Document | None:
    """Show who has to agree, and until when; what is proposed stays between the two parties."""
    if proposal is None:
        return None
    return {**(_only(proposal, "proposal_id", "by", "asks") or {}), "until": _time(proposal["until"])}


def _handed(line: Document) -> Document:
    by = line["by"]
    return {
        "at": _time(line["at"]),
        "step": line["step"],
        "by": f"{by['role']}:{by['id']}",
        "envelope": line.get("envelope"),
    }


def _only(value: Document | None, *names: str) -> Document | None:
    return None if value is None else {name: value[name] for name in names if name in value}


def _time(value: Any) -> str | None:
    return rfc3339(value) if isinstance(value, datetime) else None
