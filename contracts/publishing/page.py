"""The AsyncAPI document as one HTML page that opens from disk, without a network."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from contracts.publishing.asyncapi import EXCHANGES, document
from contracts.publishing.baseline import Finding
from contracts.publishing.fields import Field, fields_of
from contracts.queues import QUEUES
from contracts.reasons import ENDED, FAILED, INELIGIBLE, NOT_ASKED, REFUSED, REJECTED, UNREADABLE
from contracts.registry import CONTRACTS, Exchange
from contracts.values import OpenEnum

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.reasons import Reason

Document = dict[str, Any]

DOCS, PAGE = "docs", "asyncapi.html"
TEMPLATE = "page.html.j2"
REASON_TABLES: dict[str, dict[str, Reason]] = {
    "A request is rejected": REJECTED,
    "An order is refused": REFUSED,
    "An order ends, or loses its driver": ENDED,
    "A driver may not be matched": INELIGIBLE,
    "A driver is not asked for an order": NOT_ASKED,
    "A notification fails": FAILED,
    "A message is unreadable, and parked": UNREADABLE,
}
HEADER_TABLES = (
    ("request-properties", "A request's AMQP properties", "RequestProperties"),
    ("request", "A request's headers", "RequestHeaders"),
    ("event-properties", "An event's AMQP properties", "EventProperties"),
    ("event", "An event's headers", "EventHeaders"),
)
ROLES = {Exchange.REQUESTS: "you send", Exchange.EVENTS: "you read", Exchange.CONFIDENTIAL: "one party reads"}
_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<plain>-?\d[\d.eE+-]*|\btrue\b|\bfalse\b|\bnull\b)'
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the page. `readers`: our queues that are bound to it."""

    type: str
    summary: str
    owner: str
    exchange: str
    is_request: bool
    fields: list[Field]
    examples: list[Example]
    readers: list[str]


@dataclass(frozen=True, slots=True)
class Example:
    """One example, with its JSON coloured."""

    name: str
    headers: Markup
    payload: Markup
    properties: Markup


def render(made: Document) -> str:
    """Render the whole page; equal documents give equal pages.

    Raises `KeyError` for a document without a message of the registry.
    """
    environment = Environment(
        loader=PackageLoader("contracts.publishing", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = _with_code
    components = made["components"]
    return environment.get_template(TEMPLATE).render(
        info=made["info"],
        paragraphs=made["info"]["description"].strip().split("\n\n"),
        owners={tag["name"]: tag["description"] for tag in made["info"]["tags"]},
        groups=[(exchange.value, text, _shown(made, exchange)) for exchange, text in EXCHANGES.items()],
        header_tables=[
            (key, title, fields_of(components["schemas"][name], components["schemas"]))
            for key, title, name in HEADER_TABLES
        ],
        reasons=REASON_TABLES,
        enumerations=_enumerations(components["schemas"]),
        roles={exchange.value: role for exchange, role in ROLES.items()},
    )


def export(contracts: Path) -> list[Path]:
    """Write the page into the docs beside a checkout's contracts if it is out of date; return what is new."""
    file, text = contracts.parent / DOCS / PAGE, render(document())
    if not file.parent.is_dir() or (file.exists() and file.read_text(encoding="utf-8") == text):
        return []
    file.write_text(text, encoding="utf-8")
    return [file]


def check(contracts: Path) -> list[Finding]:
    """Find out whether the page is out of date; an installed package has no docs beside it, and no page."""
    file = contracts.parent / DOCS / PAGE
    if not file.parent.is_dir() or (file.exists() and file.read_text(encoding="utf-8") == render(document())):
        return []
    return [Finding(f"{DOCS}/{PAGE}", "", "the page is not what an export writes", breaking=False)]


def _enumerations(schemas: dict[str, Any]) -> list[type[OpenEnum]]:
    """The open enumerations of the document, by name."""
    return sorted(
        (one for one in OpenEnum.__subclasses__() if one.__name__ in schemas), key=lambda one: one.__name__
    )


def _shown(made: Document, exchange: Exchange) -> list[Shown]:
    return [_message(made, name) for name in sorted(CONTRACTS) if CONTRACTS[name].exchange is exchange]


def _message(made: Document, name: str) -> Shown:
    components, contract = made["components"], CONTRACTS[name]
    message = components["messages"][name]
    payload = components["schemas"][message["payload"]["$ref"].rpartition("/")[2]]
    properties = {"content_type": "application/json", "delivery_mode": 2, "user_id": "your login"}
    return Shown(
        type=name,
        summary=message["summary"],
        owner=contract.owner,
        exchange=contract.exchange.value,
        is_request=contract.is_request,
        fields=fields_of(payload, components["schemas"]),
        examples=[_example(one, properties if contract.is_request else {}) for one in message["examples"]],
        readers=[queue.name for queue in QUEUES.values() if name in queue.types],
    )


def _example(one: Document, properties: Document) -> Example:
    return Example(
        one["name"],
        _coloured(one["headers"]),
        _coloured(one["payload"]),
        _coloured(properties) if properties else Markup(),
    )


def _with_code(text: str) -> Markup:
    """Turn backticks into code."""
    parts = text.split("`")
    return Markup().join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def _coloured(value: object) -> Markup:
    """Write JSON with its tokens in spans."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    parts, end = [], 0
    for found in _TOKEN.finditer(text):
        parts += [
            escape(text[end : found.start()]),
            Markup('<i class="{}">{}</i>').format(found.lastgroup, found.group()),
        ]
        end = found.end()
    return Markup().join([*parts, escape(text[end:])])
