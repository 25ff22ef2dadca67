"""The webhooks of agencies: make a secret, list what was posted, post it again."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import typer

from contracts.values import ID_PATTERN
from services.notifications.adapters.keys.vault import MongoVault
from services.notifications.adapters.webhooks.log import Range, WebhookLog
from services.notifications.adapters.webhooks.secrets import WebhookSecrets
from services.ops import terminal
from services.ops.connecting.database import services_database
from services.ops.connecting.settings import settings
from services.ops.errors import CommandError
from services.ops.notifications.keys import key_vault
from services.runtime.clock import clock_from

WEBHOOK_COLUMNS = ("agency_id", "host", "types", "services", "secrets", "disabled")
DELIVERY_COLUMNS = ("event_id", "type", "order_id", "opened", "status", "attempts", "last", "next")


def make_secret(agency: str, *, alone: bool) -> None:
    """Print a new secret; `alone` makes earlier ones invalid. Raises `CommandError`, `UnreachableError`."""
    if not re.fullmatch(ID_PATTERN, agency):
        raise CommandError(f"not an id: {agency}")
    terminal.write(asyncio.run(_made(agency, alone=alone)))


def show_webhooks(*, as_json: bool) -> None:
    """Print the agencies with a webhook. Raises `UnreachableError`, `NotRunningError`."""
    _print(asyncio.run(_webhooks()), WEBHOOK_COLUMNS, as_json=as_json)


def show_deliveries(agency: str, limit: int, *, as_json: bool) -> None:
    """Print what was posted to an agency, the newest first. Raises `UnreachableError`, `NotRunningError`."""
    _print(asyncio.run(_deliveries(agency, limit)), DELIVERY_COLUMNS, as_json=as_json)


def replay(agency: str, since: str, until: str | None, *, failed: bool, yes: bool) -> None:
    """Make a range of events due again, after asking. Raises `CommandError`, `UnreachableError`."""
    before = _now() + timedelta(seconds=1) if until is None else _moment(until)
    chosen = Range(agency, _moment(since), before, failed)
    count = asyncio.run(_count(chosen))
    if count and not yes:
        typer.confirm(f"Post {count} events again to {agency}?", abort=True)
    terminal.write(f"{asyncio.run(_replayed(chosen)) if count else 0} will be posted again")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"not a time: {text} (RFC 3339, e.g. 2026-11-24T01:00:00Z)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _now() -> datetime:
    return clock_from(settings().clock).now()


async def _made(agency: str, *, alone: bool) -> str:
    async with services_database() as state, key_vault() as (keys, sealer):
        secrets = WebhookSecrets(state, MongoVault(keys, sealer, timedelta(0)))
        return await secrets.make(agency, _now(), alone=alone)


async def _webhooks() -> list[dict[str, Any]]:
    async with services_database() as state:
        return await WebhookLog(state).webhooks()


async def _deliveries(agency: str, limit: int) -> list[dict[str, Any]]:
    async with services_database() as state:
        return await WebhookLog(state).deliveries(agency, limit)


async def _count(chosen: Range) -> int:
    async with services_database() as state:
        return await WebhookLog(state).count(chosen)


async def _replayed(chosen: Range) -> int:
    async with services_database() as state:
        return await WebhookLog(state).replay(chosen, _now())


def _print(rows: list[dict[str, Any]], columns: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        terminal.write(json.dumps(rows))
        return
    table = terminal.table(*columns)
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    terminal.console().print(table)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) or "all"
    return "-" if value is None else str(value)
