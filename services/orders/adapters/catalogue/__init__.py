"""Reads the catalogue: one TOML file per service, `areas.toml`, `tariffs.toml`; a module here for each section of a file."""

from services.orders.adapters.catalogue.loading import load

__all__ = ["load"]
