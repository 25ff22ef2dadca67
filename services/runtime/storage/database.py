"""The factory of MongoDB clients and the translation of their errors; only this module imports motor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    OperationFailure,
    WaitQueueTimeoutError,
    WriteConcernError,
)

from services.runtime.errors import DatabaseAway, NotConfigured

DEFAULT_DATABASE = "gancang"
KEYS_SUFFIX = "_keys"
SERVER_SELECTION_MS = 2_000
SOCKET_MS = 10_000
# Shutting down, not primary, interrupted: the server asks to try again later.
GOING_AWAY = frozenset({6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})
REFUSED = frozenset({13, 18})  # unauthorised, authentication failed

Client = Any  # motor publishes no types
Database = Any
Collection = Any


def connect(uri: str) -> Client:
    """Make a client whose confirmed writes survive a crash (`w=majority, journal=true`)."""
    return AsyncIOMotorClient(
        uri,
        tz_aware=True,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        retryWrites=False,
        serverSelectionTimeoutMS=SERVER_SELECTION_MS,
        connectTimeoutMS=SERVER_SELECTION_MS,
        socketTimeoutMS=SOCKET_MS,
        appname="gancang",
    )


def database_of(client: Client) -> Database:
    """The database that the URI names, or else `gancang`."""
    return client.get_default_database(DEFAULT_DATABASE)


def keys_uri(mongodb_uri: str, given: str) -> str:
    """The URI of the data keys: `given`, or else a separate database, which a copy of the state lacks."""
    if given:
        return given
    parts = urlsplit(mongodb_uri)
    name = parts.path.strip("/")
    query = parts.query
    # The login stays in the database where it was created.
    if parts.username and "authSource" not in parse_qs(query):
        query = f"{query}&authSource={name or 'admin'}".lstrip("&")
    return urlunsplit(parts._replace(path=f"/{name or DEFAULT_DATABASE}{KEYS_SUFFIX}", query=query))


@contextmanager
def raising_database_away(what: str) -> Iterator[None]:
    """Translate the driver's errors.

    Raises `DatabaseAway` for an absent server; `what` names the operation.
    """
    try:
        yield
    except (ConnectionFailure, WaitQueueTimeoutError, WriteConcernError) as error:
        raise DatabaseAway(what) from error
    except BulkWriteError as error:
        if error.details.get("writeConcernErrors"):
            raise DatabaseAway(what) from error
        raise
    except OperationFailure as error:
        if error.code in GOING_AWAY:
            raise DatabaseAway(what) from error
        raise


async def probe(database: Database, name: str) -> None:
    """Write one journalled document. Raises `DatabaseAway`, and `NotConfigured` when the login is refused."""
    try:
        with raising_database_away("probe"):
            await database["probes"].update_one({"_id": name}, {"$inc": {"n": 1}}, upsert=True)
    except OperationFailure as error:
        if error.code in REFUSED:
            raise NotConfigured("GANCANG_MONGODB_URI", "names a login that the database refuses") from error
        raise
