"""The running orders service, and an app that plays all parties around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.orders.app import build
from services.runtime.storage import database
from tests.support.eventually import eventually
from tests.support.meals import Known, an_open_merchant
from tests.support.outside import OutsideApp, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def app(broker_url: str, database_uri: str) -> AsyncIterator[OutsideApp]:
    async with (
        at_work("orders", build, runtime_settings(broker_url, database_uri)),
        an_outside_app(broker_url) as app,
    ):
        yield app


@pytest.fixture
async def warung(app: OutsideApp, database_uri: str) -> AsyncIterator[Known]:
    """An open merchant. Yields a wait for what is stored of it, because its facts make no events."""
    client = database.connect(database_uri)
    merchants = database.database_of(client)["merchants"]

    async def known(**state: Any) -> None:
        async def is_so() -> bool:
            return (
                await merchants.find_one(
                    {"_id": "m-1", **{f"state.{name}": value for name, value in state.items()}}
                )
                is not None
            )

        await eventually(is_so, within=20)

    for fact in an_open_merchant():
        await app.request(fact)
    await known(is_open=True, **{"residence.by": "dispendukcapil"})
    yield known
    client.close()
