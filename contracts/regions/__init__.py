"""Banyuwangi's 25 districts and 217 villages (source and licence in the README beside this file)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Village:
    """A village and its point, WGS 84 degrees. Key by code: two villages are called Tamansari."""

    code: str
    district_code: str
    name: str
    lat: float
    lng: float


@cache
def villages() -> tuple[Village, ...]:
    """Read all villages, in the order of their codes."""
    return tuple(
        Village(row["code"], row["district_code"], row["name"], float(row["lat"]), float(row["lon"]))
        for row in _rows("banyuwangi_villages.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines()))
