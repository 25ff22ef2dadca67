"""`gancang publish`: CloudEvents, one JSON a line, to `gancang.requests`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, TextIO
from urllib.parse import urlsplit

import typer
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractExchange
from aiormq.exceptions import AMQPError, DeliveryError

from contracts.codec import STRUCTURED, Envelope, Unreadable, read
from contracts.registry import CONTRACTS, Exchange
from services.ops import terminal
from services.ops.connecting.servers import broker, settings
from services.ops.errors import CommandError

STANDARD_INPUT = "-"
AT_ONCE = 100
CONFIRM_S = 10.0


@dataclass(slots=True)
class Tally:
    """What came of the lines."""

    confirmed: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A usable line: its number, its envelope and its bytes as they are to travel."""

    number: int
    envelope: Envelope
    body: bytes


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish")(run)


def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines; - reads standard input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The counts as one JSON object.")] = False,
) -> None:
    """Publish CloudEvents in structured mode and say how many the broker confirmed.

    Exit code 1 when a line was not published, 2 when there was nothing to publish. The same file again has no second effect.

    gancang publish docs/examples/ride.jsonl

    tail -n 1 docs/examples/ride.jsonl | gancang publish - --json
    """
    tally = Tally()
    with _opened(file) as source, terminal.progress("publishing", None) as sent:
        asyncio.run(_publish(_lines(source, tally), tally, sent))
    if not tally.confirmed and not tally.failed:
        raise CommandError(f"{file}: no line in it")
    _report(tally, as_json=as_json)
    if tally.failed:
        raise typer.Exit(1 if tally.confirmed else 2)


def _opened(file: str) -> TextIO:
    if file == STANDARD_INPUT:
        return sys.stdin
    try:
        return open(file, encoding="utf-8")  # noqa: PTH123  the caller closes it; an open file is what stdin is
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None


def _lines(source: TextIO, tally: Tally) -> Iterator[Line]:
    for number, text in enumerate(_decoded(source), start=1):
        if not text.strip():
            continue
        body = text.strip().encode()
        try:
            envelope = read({}, body, STRUCTURED, datetime.now(UTC))
        except Unreadable as error:
            tally.failed.append((number, f"is no CloudEvent in JSON ({error.reason})"))
            continue
        contract = CONTRACTS.get(envelope.type)
        if contract is None or not contract.is_request:
            tally.warnings.append((number, f"{envelope.type} is no request: it goes to ops.unrouted"))
        yield Line(number, envelope, body)


def _decoded(source: TextIO) -> Iterator[str]:
    try:
        yield from source
    except UnicodeDecodeError:
        raise CommandError("the input is not UTF-8") from None


async def _publish(lines: Iterable[Line], tally: Tally, sent: Callable[[int], None]) -> None:
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
            await _send(exchange, batch, user, tally)
            sent(len(batch))


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    rest = iter(lines)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


async def _send(exchange: AbstractExchange, batch: list[Line], user: str | None, tally: Tally) -> None:
    outcomes = await asyncio.gather(*(_send_one(exchange, line, user) for line in batch))
    for line, problem in zip(batch, outcomes, strict=True):
        if problem is None:
            tally.confirmed += 1
        else:
            tally.failed.append((line.number, problem))


async def _send_one(exchange: AbstractExchange, line: Line, user: str | None) -> str | None:
    """What went wrong, None when it was confirmed."""
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


def _report(tally: Tally, *, as_json: bool) -> None:
    for number, problem in sorted(tally.warnings + tally.failed):
        sys.stderr.write(f"gancang: line {number}: {problem}\n")
    if as_json:
        failed = [{"line": number, "problem": problem} for number, problem in sorted(tally.failed)]
        sys.stdout.write(json.dumps({"confirmed": tally.confirmed, "failed": failed}) + "\n")
    else:
        sys.stdout.write(f"{tally.confirmed} confirmed, {len(tally.failed)} failed\n")
