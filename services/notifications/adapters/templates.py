"""Texts from `templates/<language>/<audience>/<event>.txt`: Jinja2, sandboxed, where a missing value is an error.

The first line of a text is its subject, the rest its body. Money and times are written as the language writes them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_time
from babel.numbers import format_decimal
from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.domain.language import LANGUAGES, in_language, language_of
from services.notifications.ports import Text

FOLDER = Path(__file__).resolve().parent.parent / "templates"
# Western Indonesian Time is how people there write it; English readers get the name of the place.
ZONE_NAMES = {"id": "WIB", "en": "Banyuwangi time"}


class JinjaTexts:
    """All texts of all languages, read once."""

    def __init__(self, zone: str) -> None:
        """Raises `ZoneInfoNotFoundError` for an unknown zone."""
        self._zone = ZoneInfo(zone)
        self._languages = {language: self._environment(language) for language in LANGUAGES}
        self._reasons = {language: _reasons(language) for language in LANGUAGES}

    def render(self, template: str, audience: str, locale: str, parameters: Mapping[str, Any], name: str | None) -> Text:
        """Raises Jinja's `UndefinedError` where a parameter is missing, `TemplateNotFound` for what is not told."""
        language = language_of(locale)
        text = self._languages[language].get_template(f"{audience}/{template}.txt")
        values = self._values(language, audience, parameters)
        rendered = text.render(name=_one_line(name or ""), **values)
        subject, _, body = rendered.strip().partition("\n")
        return Text(_one_line(subject), body.strip() + "\n", language)

    def _values(self, language: str, audience: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        values = {key: value for key, value in parameters.items() if key not in {"service_name", "notices"}}
        names = parameters["service_name"]
        values["service_name"] = _one_line(in_language(names, language) or parameters["service"])
        values["notice"] = in_language(parameters["notices"], language)
        if "reason" in parameters:
            sentences = self._reasons[language][audience]
            values["why"] = sentences.get(parameters["reason"], sentences["other"])
        return values

    def _environment(self, language: str) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(FOLDER / language),
            undefined=StrictUndefined,
            autoescape=select_autoescape(),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.filters["rupiah"] = partial(_rupiah, language=language)
        environment.filters["clock"] = partial(_clock, language=language, zone=self._zone)
        return environment


def _reasons(language: str) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = tomllib.loads((FOLDER / language / "reasons.toml").read_text("utf-8"))
    return tables


def _rupiah(amount: int, *, language: str) -> str:
    """`Rp15.000` in Indonesian, `Rp15,000` in English."""
    return f"Rp{format_decimal(amount, locale=language)}"


def _clock(moment: datetime, *, language: str, zone: ZoneInfo) -> str:
    """`08.17 WIB`, `8:17 AM (Banyuwangi time)`; with plain spaces, which every mail program shows."""
    written = format_time(moment, "short", tzinfo=zone, locale=language).replace("\u202f", " ")
    return f"{written} {ZONE_NAMES[language]}" if language == "id" else f"{written} ({ZONE_NAMES[language]})"


def _one_line(text: str) -> str:
    return " ".join(text.split())
