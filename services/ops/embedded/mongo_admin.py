"""Administers an embedded MongoDB. Imported when a server starts, because the driver is slow to import."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from services.ops.embedded.mongo_programs import REPLICA_SET
from services.ops.embedded.ports import LOOPBACK

PROBE_WITHIN_MS = 2_000
ALREADY_INITIATED = 23
USER_EXISTS = 51_003

Client = MongoClient[dict[str, Any]]


def prepare(port: int, user: str, password: str, *, initiate: bool) -> bool:
    """Make the user on a server without a login, and with `initiate` the replica set; a repeat is harmless.

    Returns False while the server is not ready for it.
    """
    with _client(f"mongodb://{LOOPBACK}:{port}/?directConnection=true") as client:
        try:
            if initiate:
                _initiate(client, port)
            _make_user(client, user, password)
        except PyMongoError:
            return False
    return True


def is_primary(url: str) -> bool:
    """Whether a client can log in and is answered by a primary."""
    with _client(url) as client:
        try:
            return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False


def _client(url: str) -> Client:
    return MongoClient(url, serverSelectionTimeoutMS=PROBE_WITHIN_MS, connectTimeoutMS=PROBE_WITHIN_MS)


def _initiate(client: Client, port: int) -> None:
    member = {"_id": 0, "host": f"{LOOPBACK}:{port}"}
    try:
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
    except OperationFailure as error:
        if error.code != ALREADY_INITIATED:
            raise


def _make_user(client: Client, user: str, password: str) -> None:
    try:
        client.admin.command("createUser", user, pwd=password, roles=["root"])
    except OperationFailure as error:
        if error.code != USER_EXISTS:
            raise
