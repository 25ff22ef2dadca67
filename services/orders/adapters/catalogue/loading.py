"""Load a catalogue from a folder. An error names file, line and key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from services.orders.adapters.catalogue.areas import AreasFile
from services.orders.adapters.catalogue.consistency import contradictions
from services.orders.adapters.catalogue.lines import line_of
from services.orders.adapters.catalogue.payment import TariffsFile
from services.orders.adapters.catalogue.service_file import ServiceFile
from services.orders.ports import Catalogue
from services.runtime.errors import NotConfigured

AREAS = "areas.toml"
TARIFFS = "tariffs.toml"
M = TypeVar("M", bound=BaseModel)


def load(folder: Path) -> Catalogue:
    """Read and check the files of a folder. Raises `NotConfigured` with file, line and key of an error."""
    if not folder.is_dir():
        raise NotConfigured("GANCANG_CATALOGUE", f"is not a folder: {folder}")
    areas = _read(folder / AREAS, AreasFile)
    tariffs = _read(folder / TARIFFS, TariffsFile)
    files = [path for path in sorted(folder.glob("*.toml")) if path.name not in {AREAS, TARIFFS}]
    services = {path.stem: _service(path).service(path.stem) for path in files}
    for name, service in services.items():
        if service.policy.route is not None and service.policy.route.name not in areas.route:
            raise NotConfigured(
                f"{name}.toml", f"is wrong at route.name: {AREAS} has no route {service.policy.route.name}"
            )
    return Catalogue(services, areas.area(), tariffs.bands(areas.tariff_zone))


def _service(path: Path) -> ServiceFile:
    file = _read(path, ServiceFile)
    for key, problem in contradictions(file):
        line = line_of(path.read_text(encoding="utf-8"), key)
        raise NotConfigured(path.name, f"line {line}: is wrong at {'.'.join(key)}: {problem}")
    return file


def _read(path: Path, model: type[M]) -> M:
    try:
        text = path.read_text(encoding="utf-8")
        document: dict[str, Any] = tomllib.loads(text)
        return model.model_validate(document)
    except OSError as error:
        raise NotConfigured(path.name, f"can't be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise NotConfigured(path.name, f"is not valid TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise NotConfigured(
            path.name, f"line {line_of(text, first['loc'])}: is wrong at {key}: {message}"
        ) from None
