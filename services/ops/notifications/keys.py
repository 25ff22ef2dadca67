"""The data keys of recipients: count and rotate them, find who has an address, list erasures."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import typer

from contracts.values import rfc3339
from services.notifications.adapters.keys.rotation import Rotation
from services.notifications.adapters.keys.vault import MongoVault, key_store
from services.ops import terminal
from services.ops.broker import parked_queues
from services.ops.connecting.broker import broker
from services.ops.connecting.database import reporting_absence
from services.ops.connecting.settings import settings
from services.ops.errors import CommandError
from services.runtime.errors import NotConfigured
from services.runtime.sealing import Sealer, UnknownKeyError
from services.runtime.storage.database import Database

ERASURE = "recipient.erasure_requested.v1"


def show(*, as_json: bool) -> None:
    """Print what each master key still opens. Raises `UnreachableError`, `CommandError` without a key."""
    present, counts, parked = asyncio.run(_counted())
    if as_json:
        terminal.write(json.dumps({"present": present, "data_keys": counts, "parked": parked}))
        return
    for master in sorted({present, *counts, *parked}):
        known = "  (present)" if master == present else ""
        held = f"{counts.get(master, 0)} data keys  {parked.get(master, 0)} parked messages"
        terminal.write(f"{master}  {held}{known}")


def rotate() -> None:
    """Wrap every data key under the present master key; a repeat continues. Raises as `show`."""
    terminal.write(f"{asyncio.run(_rotated())} data keys wrapped again")


def find(*, as_json: bool) -> None:
    """Print who has the address on standard input. Raises `CommandError` for none, else as `show`."""
    address = (
        typer.prompt("address", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    )
    if not address.strip():
        raise CommandError("no address on standard input")
    found = [
        dict(zip(("role", "recipient_id"), contact.split(":", 1), strict=True))
        for contact in asyncio.run(_found(address))
    ]
    if as_json:
        terminal.write(json.dumps(found))
        return
    for row in found:
        terminal.write(f"{row['role']} {row['recipient_id']}")
    if not found:
        raise CommandError("no recipient has this address")


def erasures(since: datetime) -> None:
    """Print the erasures since then (UTC) as requests that can be published. Raises as `show`."""
    for contact, at in asyncio.run(_erased(since.replace(tzinfo=UTC))):
        role, recipient_id = contact.split(":", 1)
        data = {"recipient_id": recipient_id, "role": role, "by": {"role": "operator", "id": "restore"}}
        event = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "type": ERASURE,
            "source": "app.restore",
            "time": rfc3339(at),
            "data": data,
        }
        terminal.write(json.dumps(event))


@contextlib.asynccontextmanager
async def key_vault() -> AsyncIterator[tuple[Database, Sealer]]:
    """The database of the keys and the ring of master keys. Raises `CommandError`, `UnreachableError`."""
    given = settings()
    try:
        sealer = Sealer(given.data_key, given.old_data_keys)
    except NotConfigured as error:
        raise CommandError(str(error)) from None
    keys = key_store(given)
    try:
        with reporting_absence():
            yield keys, sealer
    except UnknownKeyError as error:
        raise CommandError(f"a data key is {error}") from None
    finally:
        keys.client.close()


async def _counted() -> tuple[str, dict[str, int], dict[str, int]]:
    async with key_vault() as (keys, sealer), broker() as connection:
        parked = await parked_queues.count_by_master_key(connection, sealer)
        return sealer.present_id, await Rotation(keys, sealer).by_master(), dict(parked)


async def _rotated() -> int:
    async with key_vault() as (keys, sealer):
        rotation = Rotation(keys, sealer)
        with terminal.progress("wrapping", await rotation.outstanding()) as advance:
            return await rotation.run(advance)


async def _found(address: str) -> list[str]:
    async with key_vault() as (keys, sealer):
        return await MongoVault(keys, sealer, timedelta(0)).find(address)


async def _erased(since: datetime) -> list[tuple[str, datetime]]:
    async with key_vault() as (keys, sealer):
        return await MongoVault(keys, sealer, timedelta(0)).erased(since)
