#!/usr/bin/env python3
"""Print deploy/rabbitmq/definitions.json: the topology, and the rights of each login. No password is in it.

    .venv/bin/python deploy/rabbitmq/definitions.py > deploy/rabbitmq/definitions.json

RabbitMQ's three rights are regular expressions on names: `configure` (declare, delete), `write` (publish to
an exchange, bind a queue) and `read` (consume, bind an exchange). The default exchange is amq.default there.
On a topic exchange a second pair of expressions, on the routing key, says which types.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from contracts.queues import DEAD, HINTS, UNROUTED, UNROUTED_INTAKE
from contracts.registry import CONTRACTS, Exchange
from services.runtime.messaging.topology import definitions

NOTHING = "^$"
DEFAULT_EXCHANGE = r"amq\.default"
DELAYS = r"gancang\.delay\.\d+s"
PARKED = r"[a-z]+\.[a-z_]+\.parked"
SERVICES = ("orders", "matching", "notifications")
# Each matcher declares a queue of its own for positions, and the hints' exchange.
OWN_POSITIONS = r"matching\.positions\.[0-9a-f]+"

# What other parties than the customer may ask. The broker allows it; orders checks that they are a party.
ABOUT_AN_ORDER = "cancellation_requested|report_requested|change_answered|emergency_raised"
ORDERS = r"order\..+"
OF_AN_OFFICE = ("driver.eligibility_changed.v1", "request.rejected.v1")


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the broker. `topics`: exchange → (which types it may write, which types it may bind)."""

    name: str
    configure: str = NOTHING
    write: str = NOTHING
    read: str = NOTHING
    tags: tuple[str, ...] = ()
    topics: dict[Exchange, tuple[str, str]] = field(default_factory=dict)


def logins() -> tuple[Login, ...]:
    """All logins: our services, our operators, and one app of each kind as an example."""
    return (
        *(_service(name) for name in SERVICES),
        # declares everything and sets the policies; used by the job that runs before the services
        Login("topology", configure=".*", write=".*", read=".*", tags=("policymaker",)),
        # a person with `gancang parked`, `publish`, `order`, and the management page to look at
        Login(
            "ops",
            write=_any(DEFAULT_EXCHANGE, Exchange.REQUESTS),
            read=_any(PARKED, UNROUTED),
            tags=("monitoring",),
        ),
        *_outside(),
    )


def document() -> dict[str, Any]:
    """The definitions as RabbitMQ imports them. With an empty password hash a user cannot log in yet."""
    users = logins()
    return {
        **definitions(),
        "users": [{"name": user.name, "password_hash": "", "tags": list(user.tags)} for user in users],
        "permissions": [
            {
                "user": user.name,
                "vhost": "/",
                "configure": user.configure,
                "write": user.write,
                "read": user.read,
            }
            for user in users
        ],
        "topic_permissions": [
            {"user": user.name, "vhost": "/", "exchange": exchange.value, "write": write, "read": read}
            for user in users
            for exchange, (write, read) in user.topics.items()
        ],
    }


def _outside() -> tuple[Login, ...]:
    """The apps around us. None may write what only another's word is good for, nor read what is another's."""
    return (
        # an app that orders for its customers and hears what becomes of it
        _app("example", writes=r"^(order|recipient)\."),
        # the company's own gateway: speaks for customers and drivers, and reads what only they may read
        _app(
            "gateway",
            writes=r"^(order|recipient|driver)\.(?!residence_|certified\.|suspended\.|reinstated\.)",
            confidential=("offer.made.v1", "assignment.briefed.v1", "proposal.made.v1", "position.shared.v1"),
        ),
        # the company's app for merchants: their kitchens, their answers, what they are to cook
        _app(
            "merchants",
            writes=rf"^(merchant\.(?!residence_)|recipient\.|order\.({ABOUT_AN_ORDER})\.)",
            events=(ORDERS, "request.rejected.v1"),
            confidential=("merchant.briefed.v1",),
        ),
        # the agency: attests residence and poverty, suspends drivers, orders in its own name,
        # speaks for programmes and routes
        _app(
            "agency",
            writes=r"^((driver|merchant)\.residence_|driver\.(suspended|reinstated)\.|(order|agency|programme|route|recipient)\.)",
            events=OF_AN_OFFICE,
        ),
        # a hospital: certifies the couriers it has trained, orders medicine, takes back undelivered goods
        _app("hospital", writes=r"^(driver\.certified\.|(order|agency|recipient)\.)", events=OF_AN_OFFICE),
        # donors of the monthly drive: pledge, order for a household, hear what became of it
        _app("donors", writes=r"^(donation|order|recipient)\.", events=(ORDERS, "request.rejected.v1")),
        # the emergency desk: the only login that reads the place, and says when the emergency is over
        _app(
            "desk",
            writes=rf"^(emergency\.resolved\.|order\.({ABOUT_AN_ORDER})\.|recipient\.)",
            events=(ORDERS, r"emergency\..+", "request.rejected.v1"),
            confidential=("emergency.briefed.v1",),
        ),
    )


def _service(name: str) -> Login:
    own = rf"{name}\.[a-z_]+"  # not <queue>.parked: that is for people
    write = [DEFAULT_EXCHANGE, DELAYS, Exchange.EVENTS, Exchange.CONFIDENTIAL]
    read = [own, DEAD, UNROUTED_INTAKE]
    configure = NOTHING
    if name == "matching":
        configure = _any(OWN_POSITIONS, HINTS)
        write += [OWN_POSITIONS, HINTS]
        read += [OWN_POSITIONS, HINTS, Exchange.REQUESTS]
    types = _written_by(name)
    topics = {Exchange.EVENTS: (types, NOTHING), Exchange.CONFIDENTIAL: (types, NOTHING)}
    return Login(name, configure=configure, write=_any(*write), read=_any(*read), topics=topics)


def _app(
    name: str, *, writes: str, events: tuple[str, ...] = (), confidential: tuple[str, ...] = ()
) -> Login:
    """An app: queues of its own named `app.<name>` or `app.<name>.…`, requests to write, events to bind."""
    own = rf"app\.{name}(\..+)?"
    exchanges = [Exchange.EVENTS, *([Exchange.CONFIDENTIAL] if confidential else [])]
    topics = {Exchange.REQUESTS: (writes, NOTHING)}
    if events:
        topics[Exchange.EVENTS] = (NOTHING, _any(*events))
    if confidential:
        topics[Exchange.CONFIDENTIAL] = (NOTHING, _any(*confidential))
    return Login(
        name,
        configure=_any(own),
        write=_any(Exchange.REQUESTS, own),
        read=_any(*exchanges, own),
        topics=topics,
    )


def _written_by(service: str) -> str:
    entities = {
        name.partition(".")[0]
        for name, one in CONTRACTS.items()
        if not one.is_request and one.owner in {service, "any"}
    }
    return rf"^({'|'.join(sorted(entities))})\."


def _any(*names: str) -> str:
    """One expression for these names. One with a backslash is an expression already, the rest are plain."""
    return "^(" + "|".join(name if "\\" in name else re.escape(name) for name in names) + ")$"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2) + "\n")
