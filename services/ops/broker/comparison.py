"""Compares what the broker has with the topology, changing nothing, as far as the login may see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import AMQPError, ChannelAccessRefused, ChannelNotFoundEntity

from services.ops.connecting.management import Management, RefusedError
from services.runtime.messaging.topology import ExchangeSpec, QueueSpec, topology

NO_API = "GANCANG_RABBITMQ_API_URL is not set"

Try = Callable[[AbstractChannel], Awaitable[object]]


@dataclass(slots=True)
class Comparison:
    """`differences`: a sentence each. `unseen`: what could not be compared → why."""

    differences: list[str] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)


async def compare(connection: AbstractConnection, management: Management | None) -> Comparison:
    """Compare exchanges and queues by AMQP, bindings and policies by the management interface.

    Arguments are compared by AMQP where the login may declare, else by the management interface. Raises
    `ManagementError`.
    """
    found = Comparison()
    whole = topology()
    specs: list[ExchangeSpec | QueueSpec] = [*whole.exchanges, *whole.queues]
    there = [spec for spec in specs if await _exists(connection, spec, found)]
    if not await _compare_by_declaring(connection, there, found):
        names = {spec.name for spec in there}
        _by_management(found, "arguments", management, lambda asked: asked.argument_drift(names))
    _by_management(found, "bindings", management, Management.binding_drift)
    _by_management(found, "policies", management, Management.policy_drift)
    return found


async def _exists(connection: AbstractConnection, spec: ExchangeSpec | QueueSpec, found: Comparison) -> bool:
    error = await _refusal(connection, partial(_look_up, spec))
    if error is not None:
        found.differences.append(
            f"{_named(spec)}: {'is missing' if isinstance(error, ChannelNotFoundEntity) else error}"
        )
    return error is None


async def _compare_by_declaring(
    connection: AbstractConnection, specs: list[ExchangeSpec | QueueSpec], found: Comparison
) -> bool:
    """Declare what exists: the broker refuses when it differs. False when the login may not declare."""
    for spec in specs:
        error = await _refusal(connection, partial(_declare, spec))
        if isinstance(error, ChannelAccessRefused):
            return False
        if error is not None:
            found.differences.append(f"{_named(spec)}: differs ({error})")
    return True


def _by_management(
    found: Comparison, what: str, management: Management | None, ask: Callable[[Management], list[str]]
) -> None:
    if management is None:
        found.unseen[what] = "this login may not declare, and " + NO_API if what == "arguments" else NO_API
        return
    try:
        found.differences += ask(management)
    except RefusedError:
        found.unseen[what] = "the management interface does not show them to this login"


async def _refusal(connection: AbstractConnection, attempt: Try) -> AMQPError | None:
    """The error with which the broker refuses, None when it does not.

    Each attempt has a channel of its own, because a refusal closes the channel.
    """
    channel = await connection.channel()
    try:
        await attempt(channel)
    except AMQPError as error:
        return error
    await channel.close()
    return None


async def _look_up(spec: ExchangeSpec | QueueSpec, channel: AbstractChannel) -> None:
    if isinstance(spec, QueueSpec):
        await channel.declare_queue(spec.name, passive=True)
    else:
        await channel.declare_exchange(spec.name, passive=True)


async def _declare(spec: ExchangeSpec | QueueSpec, channel: AbstractChannel) -> None:
    if isinstance(spec, QueueSpec):
        await channel.declare_queue(spec.name, durable=True, arguments=spec.arguments)
    else:
        await channel.declare_exchange(spec.name, spec.type, durable=True, arguments=spec.arguments)


def _named(spec: ExchangeSpec | QueueSpec) -> str:
    return f"{'queue' if isinstance(spec, QueueSpec) else 'exchange'} {spec.name}"
