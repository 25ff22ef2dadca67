"""Waits until service processes are ready."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from time import monotonic

import httpx

from services.ops.embedded.ports import LOOPBACK
from services.ops.errors import CommandError
from services.ops.running.service_processes import ServiceDiedError, ServiceProcess

READY_WITHIN_S = 60.0
POLL_S = 0.1


class NotReadyError(CommandError):
    """A service runs, but does not become ready."""

    def __init__(self, service: ServiceProcess) -> None:
        """Name it."""
        super().__init__(f"{service.name} did not become ready within {READY_WITHIN_S:.0f} s")
        self.service = service


async def all_ready(services: Iterable[ServiceProcess]) -> None:
    """Return once `/readyz` of each is good. Raises `NotReadyError`, or `ServiceDiedError` when one ends."""
    async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
        await asyncio.gather(*(_ready(client, service) for service in services))


async def _ready(client: httpx.AsyncClient, service: ServiceProcess) -> None:
    deadline = monotonic() + READY_WITHIN_S
    while not await _answers(client, service.port):
        if service.process.poll() is not None:
            raise ServiceDiedError(service)
        if monotonic() > deadline:
            raise NotReadyError(service)
        await asyncio.sleep(POLL_S)


async def _answers(client: httpx.AsyncClient, port: int) -> bool:
    try:
        response = await client.get(f"http://{LOOPBACK}:{port}/readyz")
    except httpx.HTTPError:
        return False
    return response.status_code == HTTPStatus.OK
