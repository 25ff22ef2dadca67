"""Read the catalogue: one TOML file per service, `areas.toml` and `tariffs.toml`.

Each section of a file has a pydantic model, in the module of its topic; `loading.py` puts them together.
"""

from services.orders.adapters.catalogue.loading import load

__all__ = ["load"]
