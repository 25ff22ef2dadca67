"""The real command line in a process of its own, against this test's virtual host and database."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aio_pika
import pytest

from tests.support.services import DATA_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aio_pika.abc import AbstractChannel

ROOT = Path(__file__).parents[3]
WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Gancang:
    """Calls `gancang` with these variables besides the machine's own."""

    environment: Mapping[str, str]

    async def __call__(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GANCANG_")}
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-P", "-m", "services.ops", *arguments],
            env={**inherited, **self.environment, "PYTHONPATH": str(ROOT)},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )


@pytest.fixture
def gancang(broker_url: str, database_uri: str, rabbitmq_api_url: str) -> Gancang:
    return Gancang(
        {
            "GANCANG_AMQP_URL": broker_url,
            "GANCANG_MONGODB_URI": database_uri,
            "GANCANG_RABBITMQ_API_URL": rabbitmq_api_url,
            "GANCANG_DATA_KEY": DATA_KEY,
        }
    )


@pytest.fixture
async def channel(gancang: Gancang, broker_url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of another client, on a broker that has our topology."""
    applied = await gancang("topology", "apply")
    assert applied.returncode == 0, applied.stderr
    connection = await aio_pika.connect(broker_url)
    async with connection:
        yield await connection.channel(on_return_raises=True)
