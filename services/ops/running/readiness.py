"""Waiting for service processes to say that they are ready."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from time import monotonic

import httpx

from services.ops.embedded.ports import LOOPBACK
from services.ops.errors import CommandError
from services.ops.running.service_processes import Child, ChildDiedError

READY_WITHIN_S = 60.0
POLL_S = 0.1


class NotReadyError(CommandError):
    """A service runs, but does not become ready."""

    def __init__(self, child: Child) -> None:
        """Name it."""
        super().__init__(f"{child.name} did not become ready within {READY_WITHIN_S:.0f} s")
        self.child = child


async def all_ready(children: Iterable[Child]) -> None:
    """Return once `/readyz` of each is good; raises NotReadyError, or ChildDiedError when one ends meanwhile."""
    async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
        await asyncio.gather(*(_ready(client, child) for child in children))


async def _ready(client: httpx.AsyncClient, child: Child) -> None:
    deadline = monotonic() + READY_WITHIN_S
    while not await _answers(client, child.port):
        if child.process.poll() is not None:
            raise ChildDiedError(child)
        if monotonic() > deadline:
            raise NotReadyError(child)
        await asyncio.sleep(POLL_S)


async def _answers(client: httpx.AsyncClient, port: int) -> bool:
    try:
        response = await client.get(f"http://{LOOPBACK}:{port}/readyz")
    except httpx.HTTPError:
        return False
    return response.status_code == HTTPStatus.OK
