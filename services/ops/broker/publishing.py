"""What `gancang publish` does: send CloudEvents, one JSON object a line, and count the broker's confirms."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TextIO
from urllib.parse import urlsplit

import typer
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractExchange
from aiormq.exceptions import AMQPError, DeliveryError

from contracts.codec import STRUCTURED, Envelope, Unreadable, read
from contracts.registry import CONTRACTS, Exchange
from services.ops import terminal
from services.ops.connecting.broker import broker
from services.ops.connecting.settings import settings
from services.ops.errors import CommandError

STANDARD_INPUT = "-"
AT_ONCE = 100  # messages that wait for their confirm at the same time
CONFIRM_S = 10.0


@dataclass(slots=True)
class Results:
    """What became of the lines; `failed` and `warnings` by line number."""

    confirmed: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A usable line: its number, its envelope, and the bytes to send."""

    number: int
    envelope: Envelope
    body: bytes


def publish(file: str, *, as_json: bool) -> None:
    """Publish a file and print the counts.

    Raises `typer.Exit` when a line was not published (code 1, or 2 when none was), `CommandError` for
    unusable input and for a broker without our exchange, `UnreachableError`.
    """
    results = Results()
    with _opened(file) as source, terminal.progress("publishing", None) as advance:
        asyncio.run(_publish(_lines(source, results), results, advance))
    if not results.confirmed and not results.failed:
        raise CommandError(f"{file}: no line in it")
    _report(results, as_json=as_json)
    if results.failed:
        raise typer.Exit(1 if results.confirmed else 2)


def _opened(file: str) -> TextIO:
    if file == STANDARD_INPUT:
        return sys.stdin
    try:
        return open(file, encoding="utf-8")  # noqa: PTH123  the caller closes it; an open file is what stdin is
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None


def _lines(source: TextIO, results: Results) -> Iterator[Line]:
    for number, text in enumerate(_decoded(source), start=1):
        if not text.strip():
            continue
        body = text.strip().encode()
        try:
            envelope = read({}, body, STRUCTURED, datetime.now(UTC))
        except Unreadable as error:
            results.failed.append((number, f"is not a CloudEvent in JSON ({error.reason})"))
            continue
        contract = CONTRACTS.get(envelope.type)
        if contract is None or not contract.is_request:
            results.warnings.append((number, f"{envelope.type} is not a request: it goes to ops.unrouted"))
        yield Line(number, envelope, body)


def _decoded(source: TextIO) -> Iterator[str]:
    try:
        yield from source
    except UnicodeDecodeError:
        raise CommandError("the input is not UTF-8") from None


async def _publish(lines: Iterable[Line], results: Results, advance: Callable[[int], None]) -> None:
    user = urlsplit(settings().amqp_url.get_secret_value()).username
    async with broker() as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        try:
            exchange = await channel.get_exchange(Exchange.REQUESTS)
        except AMQPError:
            raise CommandError(
                f"the broker has no exchange {Exchange.REQUESTS}: {terminal.program()} topology apply"
            ) from None
        for batch in _batches(lines):
            await _send(exchange, batch, user, results)
            advance(len(batch))


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    rest = iter(lines)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


async def _send(exchange: AbstractExchange, batch: list[Line], user: str | None, results: Results) -> None:
    problems = await asyncio.gather(*(_send_one(exchange, line, user) for line in batch))
    for line, problem in zip(batch, problems, strict=True):
        if problem is None:
            results.confirmed += 1
        else:
            results.failed.append((line.number, problem))


async def _send_one(exchange: AbstractExchange, line: Line, user: str | None) -> str | None:
    """Return the problem, or None when the broker has confirmed the message."""
    event = line.envelope
    message = Message(
        line.body,
        content_type=STRUCTURED,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=event.id,
        type=event.type,
        correlation_id=event.correlation_id,
        app_id="gancang.ops",
        user_id=user,
    )
    try:
        await exchange.publish(message, event.type, mandatory=True, timeout=CONFIRM_S)
    except DeliveryError:
        return f"no queue takes {event.type}"
    except (AMQPError, OSError, TimeoutError, RuntimeError) as error:
        return f"not confirmed ({type(error).__name__})"
    return None


def _report(results: Results, *, as_json: bool) -> None:
    for number, problem in sorted(results.warnings + results.failed):
        sys.stderr.write(f"gancang: line {number}: {problem}\n")
    if as_json:
        failed = [{"line": number, "problem": problem} for number, problem in sorted(results.failed)]
        terminal.write(json.dumps({"confirmed": results.confirmed, "failed": failed}))
    else:
        terminal.write(f"{results.confirmed} confirmed, {len(results.failed)} failed")
