"""The golden example of an event as one audience would meet it: a warung reads of a meal, an agency and a recipient of a document."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import contracts
from contracts.registry import CONTRACTS
from contracts.values import Value
from services.notifications.domain.told import AGENCY, MERCHANT, RECIPIENT

EXAMPLES = Path(next(iter(contracts.__path__))) / "examples"
ORDERS = {MERCHANT: "order.changed.v1", AGENCY: "order.attempt_failed.v1", RECIPIENT: "order.attempt_failed.v1"}
"""Whose example is about an order with such a party."""
PARTIES = ("order_id", "service", "service_name", "customer", "payer", "merchant_id", "agency_id", "recipient_id", "fare")
"""What of an event says what order it is about."""
Data = dict[str, Any]


def example_for(event_type: str, audience: str) -> Value:
    """An example that this audience is told of; where there is none, the first, told of an order that has such a party."""
    known = _examples(event_type)
    data = next((data for data in known if audience in data.get("tell", ())), None)
    return CONTRACTS[event_type].model.model_validate(data or _with_party(known[0], audience))


def _with_party(data: Data, audience: str) -> Data:
    if audience not in ORDERS or f"{audience}_id" in data or "service" not in data:
        return data
    order = _examples(ORDERS[audience])[0]
    about = {name: order[name] for name in PARTIES if name in order and (name != "fare" or name in data)}
    return {**data, **about}


@cache
def _examples(event_type: str) -> list[Data]:
    files = sorted((EXAMPLES / event_type).glob("*.json"))
    return [json.loads(path.read_text("utf-8"))["data"] for path in files]
