"""Shows the catalogue: the services that people can order, by the keys of their files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.ops import terminal
from services.ops.errors import CommandError
from services.orders.adapters.catalogue import load
from services.orders.settings import OrdersSettings
from services.runtime.errors import NotConfigured

if TYPE_CHECKING:
    from services.orders.domain.intake.request import Service
    from services.orders.ports import Catalogue

PAIRS = ("tell", "hand_over.when")
# They stand under other keys in the file; `search` of the policy is the town's.
NOT_IN_THE_FILE = ("search", "fees", "route")


class NotInCatalogueError(CommandError):
    """The catalogue has no such service."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Name it and those that there are."""
        super().__init__(f"the catalogue has no service {name} (there are {', '.join(known)})")
        self.name = name


def list_services(folder: Path | None, *, as_json: bool) -> None:
    """Print a line for each service. Raises `CommandError` for a wrong catalogue."""
    services = _loaded(folder).services
    if as_json:
        terminal.write_json([_document(service) for service in services.values()])
        return
    table = terminal.table("service", "name", "priority", "per km", "at least", "vehicles")
    for service in services.values():
        shown = _document(service)
        vehicles = ", ".join(shown["policy"]["requirements"]["vehicle_classes"])
        prices = (f"Rp {shown['tariff'][name]:,}" for name in ("per_km", "minimum"))
        table.add_row(
            service.name, shown["texts"].get("en", ""), str(shown["policy"]["priority"]), *prices, vehicles
        )
    terminal.console().print(table)


def show(name: str, folder: Path | None, *, as_json: bool) -> None:
    """Print all about a service. Raises `NotInCatalogueError`, `CommandError` for a wrong catalogue."""
    loaded = _loaded(folder)
    services = loaded.services
    if name not in services:
        raise NotInCatalogueError(name, list(services))
    document = {**_document(services[name]), **_route(services[name], loaded)}
    if as_json:
        terminal.write_json(document)
        return
    console = terminal.console()
    for key, value in _flat(_as_in_the_file(document)):
        console.print(f"{key:<40} {value}", markup=False)


def check(folder: Path | None) -> None:
    """Read every file and print a summary. Raises `CommandError` with file and key of the first mistake."""
    loaded = _loaded(folder)
    newest = max(loaded.bands, key=lambda band: band.valid_from)
    terminal.write(
        f"{len(loaded.services)} services; newest tariff {newest.decree}, in force since {newest.valid_from}"
    )


def _loaded(folder: Path | None) -> Catalogue:
    try:
        return load(folder or OrdersSettings().catalogue)
    except NotConfigured as error:
        raise CommandError(str(error)) from None


def _document(service: Service) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(asdict(service), default=_plain))
    return document


def _route(service: Service, loaded: Catalogue) -> dict[str, Any]:
    """The rules of the service's route; the area that it covers is too long to print."""
    rules = service.policy.route
    route = next(
        (route for route in loaded.area.routes if rules is not None and route.name == rules.name), None
    )
    if route is None:
        return {}
    shown: dict[str, Any] = json.loads(json.dumps(asdict(route), default=_plain))
    hours = {
        f"level {level}": f"{_clock(open_.opens)}-{_clock(open_.closes)}" for level, open_ in route.hours
    }
    levels = {f"since {since}": f"level {level}" for since, level in route.levels}
    ground = {"gate", "approach", "name"}
    rest = {key: value for key, value in shown.items() if key not in ground}
    return {"route": {**rest, "hours": hours, "levels": levels}}


def _as_in_the_file(document: dict[str, Any]) -> dict[str, Any]:
    """Translate to the keys and units of the service's file; `--json` has those of the program."""
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
