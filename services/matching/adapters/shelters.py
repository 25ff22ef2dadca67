"""Read the shelters, where drivers wait for a partner's orders, from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from contracts.values import Id, Point, Short
from services.matching.domain.drivers.standby import Shelter
from services.runtime.errors import NotConfigured

SETTING = "GANCANG_MATCHING_SHELTERS"


class _Row(Point):
    name: Short
    reach_m: Annotated[int, Field(gt=0, le=5000)]


_FILE: TypeAdapter[dict[Id, _Row]] = TypeAdapter(dict[Id, _Row])


def load(file: Path) -> Mapping[str, Shelter]:
    """The shelters by id. Raises `NotConfigured`, which names the wrong key."""
    try:
        rows = _FILE.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise NotConfigured(SETTING, f"cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise NotConfigured(SETTING, f"is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = f"is wrong at {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise NotConfigured(SETTING, problem) from None
    return {
        name: Shelter(name, row.name, Point(lat=row.lat, lng=row.lng), row.reach_m)
        for name, row in rows.items()
    }
