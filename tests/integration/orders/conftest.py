"""The running orders service, and an app that plays all parties around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.orders.app import build
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
