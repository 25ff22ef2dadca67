"""The built-in catalogue: one TOML file per service, with areas and tariffs beside them."""
