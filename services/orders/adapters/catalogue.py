"""Reads the catalogue: one TOML file per service, `areas.toml`, `tariffs.toml`."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.regions import villages
from contracts.registry import CONTRACTS
from contracts.values import DistrictCode, PayerKind, Requirements, Texts
from services.orders.domain.area import Area
from services.orders.domain.intake import Service
from services.orders.domain.order import CancellationRules, Policy, SearchRules
from services.orders.domain.tariff import Band, Tariff
from services.orders.ports import Catalogue
from services.runtime.errors import NotConfigured

AREAS = "areas.toml"
TARIFFS = "tariffs.toml"
M = TypeVar("M", bound=BaseModel)

Positive = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Search(_Strict):
    radii_m: Annotated[list[Positive], Field(min_length=1, max_length=20)]
    life_s: Positive
    window_s: Positive
    grace_s: Annotated[int, Field(ge=0)]
    open_offers: Annotated[int, Field(ge=1, le=10)]

    def rules(self) -> SearchRules:
        return SearchRules(tuple(self.radii_m), self.life_s, self.window_s, self.grace_s, self.open_offers)


class _SearchByArea(_Strict):
    town: _Search
    rural: _Search


class _Tariff(_Strict):
    regulated: bool
    per_km: Positive
    minimum: Positive
    app_share: Share
    welfare_share: Share = 0.0


class _Cancellation(_Strict):
    fee: Annotated[int, Field(ge=0)]
    free_s: Annotated[int, Field(ge=0)]
    driver_late_s: Annotated[int, Field(ge=0)]


class ServiceFile(_Strict):
    """One service of the regency, as its TOML file has it."""

    name: Texts
    priority: Annotated[int, Field(ge=0, le=9)]
    max_distance_km: Positive
    payers: list[PayerKind]
    scheduled: bool
    requirements: Requirements
    search: _SearchByArea
    tariff: _Tariff
    cancellation: _Cancellation
    tell: dict[str, tuple[str, ...]]

    def service(self, name: str) -> Service:
        """The domain's view. Raises `ValueError` for a `tell` key that is no event."""
        unknown = [event for event in self.tell if event not in CONTRACTS]
        if unknown:
            message = f"tell: no such event: {', '.join(unknown)}"
            raise ValueError(message)
        town = self.search.town.rules()
        return Service(
            name=name,
            texts=self.name,
            town=town,
            rural=self.search.rural.rules(),
            policy=Policy(
                search=town,
                requirements=self.requirements,
                cancellation=CancellationRules(**self.cancellation.model_dump()),
                priority=self.priority,
                tell=tuple(self.tell.items()),
            ),
            tariff=Tariff(**self.tariff.model_dump()),
            payers=frozenset(self.payers),
            max_distance_m=self.max_distance_km * 1000,
        )


class _Areas(_Strict):
    reach_km: Annotated[float, Field(gt=0, le=100)]
    road_factor: Annotated[float, Field(ge=1, le=5)]
    town_districts: list[DistrictCode]


class _Band(_Strict):
    decree: str
    valid_from: date
    per_km: tuple[Positive, Positive]
    minimum: tuple[Positive, Positive]
    minimum_km: Positive
    app_share_max: Share
    welfare_share_max: Share = 0.0


class _Tariffs(_Strict):
    band: Annotated[list[_Band], Field(min_length=1)]


def load(folder: Path) -> Catalogue:
    """Read and check a catalogue folder. Raises `NotConfigured` with the file and the key that is wrong."""
    if not folder.is_dir():
        raise NotConfigured("GANCANG_CATALOGUE", f"names no folder: {folder}")
    areas = _read(folder / AREAS, _Areas)
    tariffs = _read(folder / TARIFFS, _Tariffs)
    services = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name not in {AREAS, TARIFFS}:
            services[path.stem] = _service(path)
    area = Area(villages(), frozenset(areas.town_districts), round(areas.reach_km * 1000), areas.road_factor)
    return Catalogue(services, area, [Band(**band.model_dump()) for band in tariffs.band])


def _service(path: Path) -> Service:
    file = _read(path, ServiceFile)
    try:
        return file.service(path.stem)
    except ValueError as error:
        raise NotConfigured(path.name, f"is wrong: {error}") from None


def _read(path: Path, model: type[M]) -> M:
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return model.model_validate(document)
    except OSError as error:
        raise NotConfigured(path.name, f"can't be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise NotConfigured(path.name, f"is no TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise NotConfigured(path.name, f"is wrong at {key}: {first['msg']}") from None
