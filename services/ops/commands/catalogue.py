"""`gancang catalogue`: the services that people can order, as the files of the catalogue describe them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from services.ops import terminal
from services.ops.errors import CommandError
from services.runtime.errors import NotConfigured

if TYPE_CHECKING:
    from services.orders.domain.intake.request import Service
    from services.orders.ports import Catalogue

PAIRS = ("tell", "hand_over.when")
NOT_IN_THE_FILE = (
    "search",
    "fees",
    "route",
)  # under other names below; an order begins with the town's search
Folder = Annotated[Path | None, typer.Option(help="Another one than GANCANG_CATALOGUE or the built-in one.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of lines.")]


class UnknownServiceError(CommandError):
    """The catalogue has no such service."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Name it and those that there are."""
        super().__init__(f"the catalogue has no service {name} (there are {', '.join(known)})")
        self.name = name


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="The services that people can order.")
    commands.command("list")(list_services)
    commands.command("show")(show)
    commands.command("check")(check)
    app.add_typer(commands, name="catalogue")


def list_services(folder: Folder = None, *, as_json: AsJson = False) -> None:
    """List the services with what a kilometre costs.

    gancang catalogue list
    """
    services = _loaded(folder).services
    if as_json:
        _write_json([_document(service) for service in services.values()])
        return
    table = Table(box=None, pad_edge=False)
    for column in ("service", "name", "priority", "per km", "at least", "vehicles"):
        table.add_column(column, overflow="fold")
    for service in services.values():
        shown = _document(service)
        vehicles = ", ".join(shown["policy"]["requirements"]["vehicle_classes"])
        prices = (f"Rp {shown['tariff'][name]:,}" for name in ("per_km", "minimum"))
        table.add_row(
            service.name, shown["texts"].get("en", ""), str(shown["policy"]["priority"]), *prices, vehicles
        )
    terminal.console().print(table)


def show(
    name: Annotated[str, typer.Argument(metavar="SERVICE", help="As `catalogue list` names it.")],
    folder: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show everything that the catalogue says about a service, by the keys of its file.

    gancang catalogue show ride
    """
    catalogue = _loaded(folder)
    services = catalogue.services
    if name not in services:
        raise UnknownServiceError(name, list(services))
    document = {**_document(services[name]), **_route(services[name], catalogue)}
    if as_json:
        _write_json(document)
        return
    console = terminal.console()
    for key, value in _flat(_as_in_the_file(document)):
        console.print(f"{key:<40} {value}", markup=False)


def check(folder: Folder = None) -> None:
    """Read every file of the catalogue; exit code 2 and file and key of the first thing that is wrong.

    gancang catalogue check --folder /etc/gancang/catalogue
    """
    catalogue = _loaded(folder)
    newest = max(catalogue.bands, key=lambda band: band.valid_from)
    sys.stdout.write(
        f"{len(catalogue.services)} services; newest tariff {newest.decree}, in force since {newest.valid_from}\n"
    )


def _loaded(folder: Path | None) -> Catalogue:
    from services.orders.app import catalogue  # noqa: PLC0415  reading all models is not for every command

    try:
        return catalogue(folder)
    except NotConfigured as error:
        raise CommandError(str(error)) from None


def _document(service: Service) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(asdict(service), default=_plain))
    return document


def _route(service: Service, catalogue: Catalogue) -> dict[str, Any]:
    """The rules of the route that the service goes; the ground that it covers is too long to print."""
    rules = service.policy.route
    route = next(
        (route for route in catalogue.area.routes if rules is not None and route.name == rules.name), None
    )
    if route is None:
        return {}
    shown: dict[str, Any] = json.loads(json.dumps(asdict(route), default=_plain))
    hours = {
        f"level {level}": f"{_clock(open_.opens)}-{_clock(open_.closes)}" for level, open_ in route.hours
    }
    levels = {f"since {since}": f"level {level}" for since, level in route.levels}
    ground = {"gate", "approach", "name"}
    return {
        "route": {
            **{key: value for key, value in shown.items() if key not in ground},
            "hours": hours,
            "levels": levels,
        }
    }


def _as_in_the_file(document: dict[str, Any]) -> dict[str, Any]:
    """The keys and units that whoever writes the service's file uses; `--json` has those of the program."""
    policy, tariff = document["policy"], document["tariff"]
    return {
        "service": document["name"],
        "name": document["texts"],
        **{key: value for key, value in policy.items() if key not in NOT_IN_THE_FILE},
        "max_distance_km": document["max_distance_m"] / 1000,
        "payers": document["payers"],
        "from_shelter": document["from_shelter"],
        **{key: document[key] for key in ("parties", "hand_over", "programme") if document.get(key)},
        "details": {
            one["key"]: {name: value for name, value in one.items() if name != "key"}
            for one in document["details"]
        },
        "search": {"town": document["town"], "rural": document["rural"]},
        "tariff": {
            **{key: value for key, value in tariff.items() if key != "surcharges"},
            "surcharge": _hours(tariff["surcharges"]),
        },
        "cancellation": policy["fees"],
        "route": {**(policy["route"] or {}), **document.get("route", {})},
    }


def _hours(surcharges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **{key: value for key, value in one.items() if key != "hours"},
            "between": [_clock(minute) for minute in (one["hours"] or {}).values()],
        }
        for one in surcharges
    ]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)


def _flat(document: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in document.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            rows += _flat(value, f"{key}.")
        elif key in PAIRS:
            rows += [
                (f"{key} {left}", ", ".join(right) if isinstance(right, list) else str(right))
                for left, right in value
            ]
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            for number, one in enumerate(value, start=1):
                rows += _flat(one, f"{key}.{number}.")
        elif value not in (None, [], {}):
            rows.append((key, ", ".join(map(_word, value)) if isinstance(value, list) else _word(value)))
    return rows


def _word(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _write_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
