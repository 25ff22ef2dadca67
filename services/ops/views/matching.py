"""Shows what matching knows: why each near driver was asked or not, who waits where, a driver's record."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from contracts.values import ID_PATTERN
from services.matching.adapters.inspection_json import driver_json, explanation_json, queue_json
from services.matching.app import inspection
from services.ops import terminal
from services.ops.connecting.database import services_database
from services.ops.connecting.settings import settings
from services.ops.errors import CommandError
from services.ops.views import matching_tables
from services.runtime.clock import clock_from

if TYPE_CHECKING:
    from services.matching.adapters.inspection import Inspection
    from services.runtime.change import Document

R = TypeVar("R")


class UnknownToMatchingError(CommandError):
    """Matching has no document about it."""

    def __init__(self, what: str, named: str) -> None:
        """Name it."""
        super().__init__(f"{what}: {named}")
        self.named = named


def explain(order_id: str, *, as_json: bool) -> None:
    """Print who was asked for an order, and why not. Raises `UnknownToMatchingError`, `UnreachableError`."""

    async def read(inspection: Inspection) -> Document | None:
        found = await inspection.explanation(order_id)
        return explanation_json(found) if found is not None else None

    document = _inspected(read) if re.fullmatch(ID_PATTERN, order_id) else None
    if document is None:
        raise UnknownToMatchingError("no driver was ever searched for this order", order_id)
    _show(document, matching_tables.explanation, as_json=as_json)


def standby(*, as_json: bool) -> None:
    """Print who waits at each partner's place. Raises `UnreachableError`, `NotRunningError`."""

    async def read(inspection: Inspection) -> list[Document]:
        return [queue_json(shelter, queue, inspection.now) for shelter, queue in await inspection.queues()]

    _show(_inspected(read), matching_tables.queues, as_json=as_json)


def driver(driver_id: str, *, as_json: bool) -> None:
    """Print a driver's record. Raises `UnknownToMatchingError`, `UnreachableError`, `NotRunningError`."""

    async def read(inspection: Inspection) -> Document | None:
        found = await inspection.driver(driver_id)
        if found is None:
            return None
        place = found.standby.standby_id if found.standby else None
        queue = next(
            (queue for shelter, queue in await inspection.queues() if shelter.standby_id == place), []
        )
        return driver_json(found, queue, await inspection.not_judged(driver_id), inspection.now)

    document = _inspected(read) if re.fullmatch(ID_PATTERN, driver_id) else None
    if document is None:
        raise UnknownToMatchingError("no such driver", driver_id)
    _show(document, matching_tables.driver, as_json=as_json)


def _inspected(read: Callable[[Inspection], Awaitable[R]]) -> R:
    async def reading() -> R:
        async with services_database() as database:
            return await read(inspection(database, clock_from(settings().clock)))

    return asyncio.run(reading())


def _show(document: Any, view: Callable[[Any], None], *, as_json: bool) -> None:
    if as_json:
        terminal.write_json(document)
    else:
        view(document)
