"""One TOML file per service of the regency, with tariffs and areas beside them."""
