"""`gancang notifications webhook`: secrets of agencies, what was posted to them, and posting it again."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from contracts.values import ID_PATTERN
from services.notifications.adapters.keys.vault import MongoVault
from services.notifications.adapters.webhooks.log import Range, WebhookLog
from services.notifications.adapters.webhooks.secrets import WebhookSecrets
from services.ops import terminal
from services.ops.connecting import settings, store
from services.ops.errors import CommandError
from services.ops.notification_keys import key_vault
from services.runtime.clock import clock_from

AGENCY = Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's id.")]
AS_JSON = Annotated[bool, typer.Option("--json", help="One JSON document.")]
MOMENT = "RFC 3339, e.g. 2026-11-24T01:00:00Z"


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="What agencies hear of their orders.")
    commands.command("secret")(secret)
    commands.command("list")(list_)
    commands.command("log")(log)
    commands.command("replay")(replay)
    app.add_typer(commands, name="webhook")


def secret(
    agency: AGENCY,
    *,
    alone: Annotated[bool, typer.Option("--alone", help="The ones before are worthless at once.")] = False,
) -> None:
    """Make a secret for the agency and print it, this once. The one before stays valid until the next is made, so that both can sign.

    gancang notifications webhook secret dispendukcapil
    """
    sys.stdout.write(f"{asyncio.run(_made(_checked(agency), alone=alone))}\n")


def list_(*, as_json: AS_JSON = False) -> None:
    """List the agencies with a webhook: host, types, how many secrets, and whether it was switched off by a 410.

    gancang notifications webhook list
    """
    rows = asyncio.run(_webhooks())
    _print(rows, ("agency_id", "host", "types", "services", "secrets", "disabled"), as_json=as_json)


def log(
    agency: AGENCY,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    *,
    as_json: AS_JSON = False,
) -> None:
    """List what was posted to the agency, or waits to be.

    gancang notifications webhook log dispendukcapil --limit 20
    """
    rows = asyncio.run(_deliveries(agency, limit))
    _print(
        rows,
        ("event_id", "type", "order_id", "opened", "status", "attempts", "last", "next"),
        as_json=as_json,
    )


def replay(
    agency: AGENCY,
    since: Annotated[str, typer.Option(help=f"Opened from then on; {MOMENT}.")],
    until: Annotated[str | None, typer.Option(help="Opened before; now, when left out.")] = None,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only what was given up.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Post a range of events again, each under its own id.

    gancang notifications webhook replay dispendukcapil --since 2026-11-24T01:00:00Z --failed --yes
    """
    wanted = Range(
        agency, _moment(since), _now() + timedelta(seconds=1) if until is None else _moment(until), failed
    )
    count = asyncio.run(_count(wanted))
    if count and not yes:
        typer.confirm(f"Post {count} events again to {agency}?", abort=True)
    sys.stdout.write(f"{asyncio.run(_replayed(wanted)) if count else 0} will be posted again\n")


def _checked(agency: str) -> str:
    if not re.fullmatch(ID_PATTERN, agency):
        raise CommandError(f"that is no id: {agency}")
    return agency


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"that is no time: {text} ({MOMENT})") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _now() -> datetime:
    return clock_from(settings().clock).now()


async def _made(agency: str, *, alone: bool) -> str:
    async with store() as state, key_vault() as (keys, sealer):
        secrets = WebhookSecrets(state, MongoVault(keys, sealer, timedelta(0)))
        return await secrets.make(agency, _now(), alone=alone)


async def _webhooks() -> list[dict[str, Any]]:
    async with store() as state:
        return await WebhookLog(state).webhooks()


async def _deliveries(agency: str, limit: int) -> list[dict[str, Any]]:
    async with store() as state:
        return await WebhookLog(state).deliveries(agency, limit)


async def _count(wanted: Range) -> int:
    async with store() as state:
        return await WebhookLog(state).count(wanted)


async def _replayed(wanted: Range) -> int:
    async with store() as state:
        return await WebhookLog(state).replay(wanted, _now())


def _print(rows: list[dict[str, Any]], columns: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(f"{json.dumps(rows)}\n")
        return
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    terminal.console().print(table)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) or "all"
    return "-" if value is None else str(value)
