"""The connection of a command to the services' database.

It needs the URI alone and reads no other setting, so that it opens quickly.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator

from services.ops.connecting.run_file import server_urls
from services.ops.errors import UnreachableError
from services.runtime.errors import DatabaseAway
from services.runtime.storage import database

WHY_CHARACTERS = 200  # of the driver's answer, which lists every server it knows


@contextlib.asynccontextmanager
async def services_database() -> AsyncIterator[database.Database]:
    """Open the database. Raises `NotRunningError`, and `UnreachableError`, also while the block runs."""
    client = database.connect(server_urls().mongodb)
    try:
        with reporting_absence():
            yield database.database_of(client)
    finally:
        client.close()


@contextlib.contextmanager
def reporting_absence() -> Iterator[None]:
    """Turn what the driver raises in the block while MongoDB is away into `UnreachableError`."""
    try:
        with database.raising_database_away("ops"):
            yield
    except DatabaseAway as error:
        raise UnreachableError("MongoDB", str(error.__cause__)[:WHY_CHARACTERS]) from None
