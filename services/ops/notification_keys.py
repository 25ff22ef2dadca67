"""`gancang notifications keys` and `find`: the data keys of the recipients, and whose an address is."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from contracts.values import rfc3339
from services.notifications.adapters.keys.rotation import Rotation
from services.notifications.adapters.keys.vault import MongoVault, key_store
from services.ops import parked_messages, terminal
from services.ops.connecting import UnreachableError, broker, settings
from services.ops.errors import CommandError
from services.runtime.errors import DatabaseAway, NotConfigured
from services.runtime.sealing import Sealer, UnknownKeyError
from services.runtime.storage.database import Database, noticing_absence

ERASURE = "recipient.erasure_requested.v1"
AS_JSON = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="The keys under which addresses are sealed.")
    commands.command("show")(show)
    commands.command("rotate")(rotate)
    app.add_typer(commands, name="keys")
    app.command("find")(find)
    app.command("erasures")(erasures)


def show(*, as_json: AS_JSON = False) -> None:
    """Count what each master key still opens: data keys and parked messages. An older one may go when both are none.

    `rotate` leaves parked messages as they are: replay or discard them, or keep the key in GANCANG_OLD_DATA_KEYS until they are gone.

    gancang notifications keys show
    """
    present, counts, parked = asyncio.run(_counted())
    if as_json:
        _write(json.dumps({"present": present, "data_keys": counts, "parked": parked}))
        return
    for master in sorted({present, *counts, *parked}):
        known = "  (present)" if master == present else ""
        _write(f"{master}  {counts.get(master, 0)} data keys  {parked.get(master, 0)} parked messages{known}")


def rotate() -> None:
    """Wrap every data key under the present master key: put the new one into GANCANG_DATA_KEY, the old one into GANCANG_OLD_DATA_KEYS.

    May be stopped and started again; the service goes on meanwhile, if it knows both keys.

    gancang notifications keys rotate
    """
    _write(f"{asyncio.run(_rotated())} data keys wrapped anew")


def find(*, as_json: AS_JSON = False) -> None:
    """Say whose an address is: it is read from standard input, so that it lies in no shell's history, and is not repeated.

    echo guest@example.org | gancang notifications find
    """
    address = (
        typer.prompt("address", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    )
    if not address.strip():
        raise CommandError("no address on standard input")
    found = [
        dict(zip(("role", "recipient_id"), about.split(":", 1), strict=True))
        for about in asyncio.run(_found(address))
    ]
    if as_json:
        _write(json.dumps(found))
        return
    for row in found:
        _write(f"{row['role']} {row['recipient_id']}")
    if not found:
        raise CommandError("nobody has this address")


def erasures(
    since: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="UTC: the day of the copy, or earlier."),
    ],
) -> None:
    """Write the erasures since then as requests: after a restored copy of the state, everything is erased again that was.

    gancang notifications erasures --since 2026-11-20 | gancang publish -
    """
    for about, at in asyncio.run(_erased(since.replace(tzinfo=UTC))):
        role, recipient_id = about.split(":", 1)
        said = {"recipient_id": recipient_id, "role": role, "by": {"role": "operator", "id": "restore"}}
        event = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "type": ERASURE,
            "source": "app.restore",
            "time": rfc3339(at),
            "data": said,
        }
        _write(json.dumps(event))


@contextlib.asynccontextmanager
async def key_vault() -> AsyncIterator[tuple[Database, Sealer]]:
    """The key store and the ring of master keys. Raises CommandError."""
    given = settings()
    try:
        sealer = Sealer(given.data_key, given.old_data_keys)
    except NotConfigured as error:
        raise CommandError(str(error)) from None
    store = key_store(given)
    try:
        with noticing_absence("ops"):
            yield store, sealer
    except DatabaseAway as error:
        raise UnreachableError("MongoDB", str(error.__cause__)[:200]) from None
    except UnknownKeyError as error:
        raise CommandError(f"a data key is {error}") from None
    finally:
        store.client.close()


async def _counted() -> tuple[str, dict[str, int], dict[str, int]]:
    async with key_vault() as (store, sealer), broker() as connection:
        parked = await parked_messages.by_master(connection, sealer)
        return sealer.present_id, await Rotation(store, sealer).by_master(), dict(parked)


async def _rotated() -> int:
    async with key_vault() as (store, sealer):
        rotation = Rotation(store, sealer)
        with terminal.progress("wrapping", await rotation.outstanding()) as seen:
            return await rotation.run(seen)


async def _found(address: str) -> list[str]:
    async with key_vault() as (store, sealer):
        return await MongoVault(store, sealer, timedelta(0)).find(address)


async def _erased(since: datetime) -> list[tuple[str, datetime]]:
    async with key_vault() as (store, sealer):
        return await MongoVault(store, sealer, timedelta(0)).erased(since)


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
