"""What the broker has, compared with the topology: without changing anything, and as far as the login may look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import AMQPError, ChannelAccessRefused, ChannelNotFoundEntity

from services.ops.connecting.management import Management, RefusedError
from services.runtime.messaging.topology import ExchangeSpec, QueueSpec, topology

NO_API = "GANCANG_RABBITMQ_API_URL is not set"

Look = Callable[[AbstractChannel], Awaitable[object]]


@dataclass(slots=True)
class Report:
    """`differences`: a sentence each. `unseen`: what could not be looked at → why."""

    differences: list[str] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)


async def compare(connection: AbstractConnection, management: Management | None) -> Report:
    """Exchanges and queues by AMQP; arguments too where the login may declare, else by the management interface; there also the rest."""
    report = Report()
    whole = topology()
    specs: list[ExchangeSpec | QueueSpec] = [*whole.exchanges, *whole.queues]
    there = [spec for spec in specs if await _exists(connection, spec, report)]
    if not await _arguments_by_declaring(connection, there, report):
        _by_management(
            report, "arguments", management, lambda asked: asked.argument_drift({spec.name for spec in there})
        )
    _by_management(report, "bindings", management, Management.binding_drift)
    _by_management(report, "policies", management, Management.policy_drift)
    return report


async def _exists(connection: AbstractConnection, spec: ExchangeSpec | QueueSpec, report: Report) -> bool:
    error = await _outcome(connection, partial(_look, spec))
    if error is not None:
        report.differences.append(
            f"{_named(spec)}: {'is missing' if isinstance(error, ChannelNotFoundEntity) else error}"
        )
    return error is None


async def _arguments_by_declaring(
    connection: AbstractConnection, specs: list[ExchangeSpec | QueueSpec], report: Report
) -> bool:
    """Whether the login may: declaring what is there says whether it is equal."""
    for spec in specs:
        error = await _outcome(connection, partial(_declare, spec))
        if isinstance(error, ChannelAccessRefused):
            return False
        if error is not None:
            report.differences.append(f"{_named(spec)}: differs ({error})")
    return True


def _by_management(
    report: Report, what: str, management: Management | None, ask: Callable[[Management], list[str]]
) -> None:
    if management is None:
        report.unseen[what] = "this login may not declare, and " + NO_API if what == "arguments" else NO_API
        return
    try:
        report.differences += ask(management)
    except RefusedError:
        report.unseen[what] = "the management interface does not show them to this login"


async def _outcome(connection: AbstractConnection, look: Look) -> AMQPError | None:
    """What the broker objects to; on a channel of its own, because it closes the channel then."""
    channel = await connection.channel()
    try:
        await look(channel)
    except AMQPError as error:
        return error
    await channel.close()
    return None


async def _look(spec: ExchangeSpec | QueueSpec, channel: AbstractChannel) -> None:
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
