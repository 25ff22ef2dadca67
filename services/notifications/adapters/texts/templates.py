"""Renders the texts in `templates/<language>/<audience>.toml`: sandboxed Jinja2, a missing value is an error.

Each text has a subject, a `short` form (for push, SMS and WhatsApp) and a `body` (the letter between greeting
and closing). A short form has no conditions: with its values numbered it is the wording that WhatsApp
approves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.adapters.texts.formats import filters
from services.notifications.adapters.texts.rendered import RenderedText, numbered, one_line
from services.notifications.domain.audience.language import in_language, language_of, languages_of
from services.notifications.domain.audience.table import AUDIENCES, CUSTOMER

FOLDER = Path(__file__).resolve().parents[2] / "templates"
FORMS = ("subject", "short", "body")
EVERYONE = "everybody"
OTHER_REASON = "other"
Tables = dict[str, dict[str, str]]


class JinjaTexts:
    """All texts in all languages, read once."""

    def __init__(self, zone: str) -> None:
        """Read all templates. Raises `ZoneInfoNotFoundError` for an unknown zone."""
        local = ZoneInfo(zone)
        languages = languages_of(CUSTOMER)
        self.reasons = {language: _tables(FOLDER / language / "reasons.toml") for language in languages}
        self._frames = {language: _tables(FOLDER / language / "frame.toml") for language in languages}
        self._environments = {language: _environment(language, local) for language in languages}
        self._known = {
            language: frozenset(environment.list_templates())
            for language, environment in self._environments.items()
        }
        self._compiled: dict[tuple[str, str], dict[str, Template]] = {}

    def render(
        self, template: str, audience: str, locale: str, parameters: Mapping[str, Any], name: str | None
    ) -> RenderedText:
        """The text; each form is rendered on first use. Raises `TemplateNotFound` for an unknown text."""
        language = language_of(locale, audience)
        template = self._wording(template, audience, language, parameters.get("carries"))
        forms = self._forms(language, f"{audience}/{template}")
        values = self._values(language, audience, parameters)
        values.update(self._frames[language]["phrases"], name=one_line(name or ""), language=language)
        return RenderedText(f"{template}.{audience}", language, forms, values)

    def has(self, template: str, audience: str, language: str) -> bool:
        """Whether the text exists in all its forms."""
        return all(f"{audience}/{template}.{form}" in self._known[language] for form in FORMS)

    def short_source(self, template: str, audience: str, language: str) -> str:
        """The source of the short form."""
        loader = self._environments[language].loader
        return (
            loader.get_source(self._environments[language], f"{audience}/{template}.short")[0]
            if loader
            else ""
        )

    def _wording(self, template: str, audience: str, language: str, carries: str | None) -> str:
        """The template for passengers or goods, if there is one: `order.driver_arrived.goods`."""
        own = f"{template}.{carries}"
        return own if self.has(own, audience, language) else template

    def _forms(self, language: str, name: str) -> dict[str, Template]:
        """All forms and frames, looked up once, because each look-up takes a lock."""
        known = self._compiled.get((language, name))
        if known is None:
            environment = self._environments[language]
            known = {form: environment.get_template(f"{name}.{form}") for form in FORMS}
            known |= {kind: environment.get_template(f"mail.{kind}") for kind in ("txt", "html")}
            self._compiled[language, name] = known
        return known

    def _values(self, language: str, audience: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        values = {key: value for key, value in parameters.items() if key not in {"service_name", "notices"}}
        names = parameters["service_name"]
        values["service_name"] = one_line(in_language(names, language) or parameters["service"])
        values["notice"] = in_language(parameters["notices"], language)
        if "reason" in parameters:
            values["why"] = self._sentence(language, audience, parameters["reason"])
        return values

    def _sentence(self, language: str, audience: str, reason: str | None) -> str:
        """The reason as a sentence: for this audience, else for everyone, else a general one."""
        tables = self.reasons[language]
        for sentences in (tables.get(audience, {}), tables[EVERYONE]):
            if reason in sentences:
                return sentences[reason]
        return tables[EVERYONE][OTHER_REASON]


def _environment(language: str, zone: ZoneInfo) -> ImmutableSandboxedEnvironment:
    frames = {path.name: path.read_text("utf-8") for path in FOLDER.glob("mail.*")}
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader({**frames, **dict(_forms(language))}),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        finalize=numbered,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(filters(language, zone))
    return environment


def _forms(language: str) -> Iterator[tuple[str, str]]:
    for audience in AUDIENCES:
        path = FOLDER / language / f"{audience}.toml"
        for template, forms in _tables(path).items() if path.exists() else ():
            for form in FORMS:
                yield f"{audience}/{template}.{form}", forms[form]


def _tables(path: Path) -> Tables:
    tables: Tables = tomllib.loads(path.read_text("utf-8"))
    return tables
