"""`gancang matching`: why each near driver was asked or not, who waits where, what a driver's record says; never a place."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from contracts.values import ID_PATTERN
from services.ops import connecting, matching_view
from services.ops.errors import CommandError
from services.runtime.clock import clock_from

if TYPE_CHECKING:
    from services.matching.adapters.inspection import Inspection
    from services.runtime.change import Document

R = TypeVar("R")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


class NothingKnownError(CommandError):
    """Matching has never heard of it."""

    def __init__(self, what: str, named: str) -> None:
        """Name it."""
        super().__init__(f"{what}: {named}")
        self.named = named


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="Who is asked, and why.")
    commands.command("explain")(explain)
    commands.command("standby")(standby)
    commands.command("driver")(driver)
    app.add_typer(commands, name="matching")


def explain(
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="As the app that ordered named it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show for each driver near an order what he was asked and answered, or why he is not asked.

    While a driver is searched it is as of now; afterwards as of when the rounds looked last.

    gancang matching explain o-1

    gancang matching explain o-1 --json | jq '.drivers[] | {driver_id, reasons}'
    """
    from services.matching.adapters.inspection_json import explanation_json  # noqa: PLC0415  numpy and h3 are not for every command

    async def read(inspection: Inspection) -> Document | None:
        found = await inspection.explanation(order_id)
        return explanation_json(found) if found is not None else None

    document = _inspected(read) if re.fullmatch(ID_PATTERN, order_id) else None
    if document is None:
        raise NothingKnownError("no driver was ever searched for this order", order_id)
    _show(document, matching_view.explanation, as_json=as_json)


def standby(*, as_json: AsJson = False) -> None:
    """Show who waits at each partner's place, in the order in which they are asked.

    gancang matching standby
    """
    from services.matching.adapters.inspection_json import queue_json  # noqa: PLC0415  as above

    async def read(inspection: Inspection) -> list[Document]:
        return [queue_json(shelter, queue, inspection.now) for shelter, queue in await inspection.queues()]

    _show(_inspected(read), matching_view.queues, as_json=as_json)


def driver(
    driver_id: Annotated[str, typer.Argument(metavar="ID", help="As his app names him.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a driver's record: what he answered to the offers that he could win, what he earned, whether he may drive.

    gancang matching driver d-7
    """
    from services.matching.adapters.inspection_json import driver_json  # noqa: PLC0415  as above

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
        raise NothingKnownError("no such driver", driver_id)
    _show(document, matching_view.driver, as_json=as_json)


def _inspected(read: Callable[[Inspection], Awaitable[R]]) -> R:
    from services.matching.app import inspection  # noqa: PLC0415  as above

    async def reading() -> R:
        async with connecting.store() as database:
            return await read(inspection(database, clock_from(connecting.settings().clock)))

    return asyncio.run(reading())


def _show(document: Any, view: Callable[[Any], None], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        view(document)
