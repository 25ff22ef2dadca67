"""The one place that knows the MongoDB driver. Every write is journalled and confirmed by a majority."""

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
# Shutting down, not primary, interrupted: the server says "ask again later".
GOING_AWAY = frozenset({6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})
REFUSED = frozenset({13, 18})  # unauthorised, authentication failed

Client = Any  # motor publishes no types
Database = Any
Collection = Any


def connect(uri: str) -> Client:
    """A client whose writes are there after a crash (`w=majority, journal=true`)."""
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
    """The database that the URI names, else `gancang`."""
    return client.get_default_database(DEFAULT_DATABASE)


def keys_uri(mongodb_uri: str, given: str) -> str:
    """Where data keys lie: the URI given for them, else a database of their own beside the state, so that a copy of that one lacks them."""
    if given:
        return given
    parts = urlsplit(mongodb_uri)
    name = parts.path.strip("/")
    query = parts.query
    if parts.username and "authSource" not in parse_qs(
        query
    ):  # the login lies where it lay, whatever database is named
        query = f"{query}&authSource={name or 'admin'}".lstrip("&")
    return urlunsplit(parts._replace(path=f"/{name or DEFAULT_DATABASE}{KEYS_SUFFIX}", query=query))


@contextmanager
def noticing_absence(what: str) -> Iterator[None]:
    """Turn the driver's many ways to say "not there" into `DatabaseAway`."""
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
    """Write one journalled document; raises `DatabaseAway` until that works, `NotConfigured` for a login that is refused."""
    try:
        with noticing_absence("probe"):
            await database["probes"].update_one({"_id": name}, {"$inc": {"n": 1}}, upsert=True)
    except OperationFailure as error:
        if error.code in REFUSED:
            raise NotConfigured("GANCANG_MONGODB_URI", "names a login that the database refuses") from error
        raise
