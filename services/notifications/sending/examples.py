"""Renders the golden examples of an event for one audience, each about an order with such a party."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import contracts
from contracts.registry import CONTRACTS
from contracts.values import Value
from services.notifications.domain.audience.table import AGENCY, AUDIENCE_TABLE, MERCHANT, RECIPIENT
from services.notifications.ports import Text, Texts
from services.notifications.sending.parameters import parameters_of

EXAMPLE_CODE = "123456"
EXAMPLES = Path(next(iter(contracts.__path__))) / "examples"
ORDERS = {
    MERCHANT: "order.changed.v1",
    AGENCY: "order.attempt_failed.v1",
    RECIPIENT: "order.attempt_failed.v1",
}
"""Events with an example about an order that has such a party."""
PARTIES = (
    "order_id",
    "service",
    "service_name",
    "customer",
    "payer",
    "merchant_id",
    "agency_id",
    "recipient_id",
    "fare",
)
"""Fields of an event that describe its order."""
Data = dict[str, Any]


def written_for(
    texts: Texts,
    event_type: str,
    audience: str,
    locale: str,
    code: str = EXAMPLE_CODE,
    name: str | None = None,
) -> list[Text]:
    """The texts of this event for this audience, one for each wording. `name`: of the recipient."""
    template = AUDIENCE_TABLE[event_type][audience].template
    written: dict[str, Text] = {}
    for event in _events(event_type, audience):
        text = texts.render(template, audience, locale, {**parameters_of(event), "code": code}, name)
        written.setdefault(text.approved.name, text)
    return list(written.values())


def _events(event_type: str, audience: str) -> list[Value]:
    """The examples that tell this audience; without any, the first one, with such a party in its order."""
    known = _examples(event_type)
    told = [data for data in known if audience in data.get("tell", ())]
    return [
        CONTRACTS[event_type].model.model_validate(data) for data in told or [_with_party(known[0], audience)]
    ]


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
