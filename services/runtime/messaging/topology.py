"""All exchanges, queues and bindings: the one source for declaring, comparing and exporting them.

What correctness needs is in the arguments of the queues, because AMQP cannot set policies. Limits that
operators may change are policies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.queues import DEAD, HINTS, QUEUES, UNROUTED_INTAKE, Queue, QueueKind
from contracts.registry import Exchange

DELAYS_S = (1, 2, 5, 10)
DELIVERY_LIMIT = 200
UNLIMITED = 1_000_000_000
APP_QUEUE_LENGTH = 100_000
APP_QUEUE_EXPIRES_MS = 7 * 24 * 3600 * 1000

# The broker keeps a dead letter until its target has confirmed it, so none is lost on the way.
SAFE_DEAD_LETTERING = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


@dataclass(frozen=True, slots=True)
class ExchangeSpec:
    """A durable exchange."""

    name: str
    type: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A durable queue and the (exchange, routing key) pairs bound to it."""

    name: str
    arguments: dict[str, Any]
    bindings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """A policy that operators may change; it takes the management URL to apply."""

    name: str
    pattern: str
    apply_to: str
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything that must exist before the first message."""

    exchanges: tuple[ExchangeSpec, ...]
    queues: tuple[QueueSpec, ...]
    policies: tuple[PolicySpec, ...]


def delay_exchange(seconds: int) -> str:
    """The exchange whose messages return after `seconds` to the queue that their routing key names."""
    return f"gancang.delay.{seconds}s"


def topology() -> Topology:
    """The topology of all services: an event published before its listener's queue exists would be lost."""
    return Topology(exchanges=tuple(_exchanges()), queues=tuple(_queues()), policies=tuple(_policies()))


def _exchanges() -> Iterator[ExchangeSpec]:
    yield ExchangeSpec(Exchange.UNROUTED, "fanout")
    yield ExchangeSpec(Exchange.REQUESTS, "topic", {"alternate-exchange": Exchange.UNROUTED.value})
    yield ExchangeSpec(Exchange.EVENTS, "topic")
    yield ExchangeSpec(Exchange.CONFIDENTIAL, "topic")
    yield ExchangeSpec(HINTS, "fanout")
    for seconds in DELAYS_S:
        yield ExchangeSpec(delay_exchange(seconds), "fanout")


def _queues() -> Iterator[QueueSpec]:
    for queue in QUEUES.values():
        yield _queue(queue)
        if queue.kind is QueueKind.WORK:
            yield QueueSpec(queue.parked, _quorum())
    for seconds in DELAYS_S:
        yield QueueSpec(
            delay_exchange(seconds),
            _quorum(**{"x-message-ttl": seconds * 1000, "x-dead-letter-exchange": ""}, **SAFE_DEAD_LETTERING),
            ((delay_exchange(seconds), ""),),
        )


def _queue(queue: Queue) -> QueueSpec:
    bindings = tuple((exchange.value, key) for exchange, key in queue.bindings())
    match queue.kind:
        case QueueKind.SINK:
            arguments = {"x-queue-type": "classic", "x-max-length": 1, "x-overflow": "drop-head"}
        case QueueKind.LEADER:
            arguments = _quorum(**{"x-single-active-consumer": True})
        case QueueKind.PLAIN:
            arguments = _quorum()
        case QueueKind.WORK:
            dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": DEAD}
            arguments = _quorum(**{"x-delivery-limit": DELIVERY_LIMIT}, **dead, **SAFE_DEAD_LETTERING)
    if queue.name == UNROUTED_INTAKE:
        bindings = ((Exchange.UNROUTED.value, ""),)
    return QueueSpec(queue.name, arguments, bindings)


def _quorum(**arguments: Any) -> dict[str, Any]:
    # From 4.0 the default limit is 20, and then a message without a dead-letter target is dropped. 3.10 has
    # no -1.
    return {"x-queue-type": "quorum", "x-delivery-limit": UNLIMITED, **arguments}


def _policies() -> Iterator[PolicySpec]:
    yield PolicySpec(
        "gancang-app-queues",
        r"^app\.",
        "queues",
        {"max-length": APP_QUEUE_LENGTH, "overflow": "drop-head", "expires": APP_QUEUE_EXPIRES_MS},
    )


def definitions(vhost: str = "/") -> dict[str, Any]:
    """The topology in the form that RabbitMQ imports (`definitions.json`)."""
    whole = topology()
    return {
        "vhosts": [{"name": vhost}],
        "exchanges": [_exchange_definition(exchange, vhost) for exchange in whole.exchanges],
        "queues": [
            {"name": q.name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": q.arguments}
            for q in whole.queues
        ],
        "bindings": [
            _binding_definition(queue, *binding, vhost)
            for queue in whole.queues
            for binding in queue.bindings
        ],
        "policies": [_policy_definition(policy, vhost) for policy in whole.policies],
    }


def _exchange_definition(exchange: ExchangeSpec, vhost: str) -> dict[str, Any]:
    return {
        "name": exchange.name,
        "vhost": vhost,
        "type": exchange.type,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": exchange.arguments,
    }


def _binding_definition(queue: QueueSpec, exchange: str, key: str, vhost: str) -> dict[str, Any]:
    return {
        "source": exchange,
        "vhost": vhost,
        "destination": queue.name,
        "destination_type": "queue",
        "routing_key": key,
        "arguments": {},
    }


def _policy_definition(policy: PolicySpec, vhost: str) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "name": policy.name,
        "pattern": policy.pattern,
        "apply-to": policy.apply_to,
        "priority": 0,
        "definition": policy.definition,
    }
