"""Texts from `templates/<language>/<audience>.toml`: Jinja2, sandboxed, where a missing value is an error.

Each text has a subject, a `short` form (push, SMS, and what WhatsApp approves) and a `body` (the letter between greeting
and closing). A short form has no conditions: with its values numbered it is the text to have approved.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.adapters.texts.formats import filters
from services.notifications.domain.audience.language import in_language, language_of, languages_of
from services.notifications.domain.audience.table import AUDIENCES, CUSTOMER
from services.notifications.domain.channels import sms
from services.notifications.ports import Approved

FOLDER = Path(__file__).resolve().parents[2] / "templates"
FORMS = ("subject", "short", "body")
EVERYBODY = "everybody"
OTHER_REASON = "other"
# WhatsApp's names of our languages.
APPROVED_LANGUAGES = {"id": "id", "en": "en", "zh": "zh_CN"}
GIVEN = "_given"
Tables = dict[str, dict[str, str]]


class JinjaTexts:
    """All texts of all languages, read once."""

    def __init__(self, zone: str) -> None:
        """Raises `ZoneInfoNotFoundError` for an unknown zone."""
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
        """The text, each form of which is written when it is asked for. Raises `TemplateNotFound` for what is not told."""
        language = language_of(locale, audience)
        template = self._wording(template, audience, language, parameters.get("carries"))
        forms = self._forms(language, f"{audience}/{template}")
        values = self._values(language, audience, parameters)
        values.update(self._frames[language]["phrases"], name=_one_line(name or ""), language=language)
        return RenderedText(f"{template}.{audience}", language, forms, values)

    def has(self, template: str, audience: str, language: str) -> bool:
        """Whether the text is there, in all its forms."""
        return all(f"{audience}/{template}.{form}" in self._known[language] for form in FORMS)

    def short_source(self, template: str, audience: str, language: str) -> str:
        """The short form as it was written."""
        loader = self._environments[language].loader
        return (
            loader.get_source(self._environments[language], f"{audience}/{template}.short")[0]
            if loader
            else ""
        )

    def _wording(self, template: str, audience: str, language: str, carries: str | None) -> str:
        """The text for passengers or goods, where there is one of its own: `order.driver_arrived.goods`."""
        own = f"{template}.{carries}"
        return own if self.has(own, audience, language) else template

    def _forms(self, language: str, name: str) -> dict[str, Template]:
        """All forms and frames, looked up once: each look-up takes a lock."""
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
        values["service_name"] = _one_line(in_language(names, language) or parameters["service"])
        values["notice"] = in_language(parameters["notices"], language)
        if "reason" in parameters:
            values["why"] = self._sentence(language, audience, parameters["reason"])
        return values

    def _sentence(self, language: str, audience: str, reason: str | None) -> str:
        """For this reader, else for everybody, else a general one: a newer writer may know more reasons."""
        tables = self.reasons[language]
        for sentences in (tables.get(audience, {}), tables[EVERYBODY]):
            if reason in sentences:
                return sentences[reason]
        return tables[EVERYBODY][OTHER_REASON]


class RenderedText:
    """One text for one person. Raises Jinja's `UndefinedError` where a parameter is missing."""

    def __init__(
        self, name: str, language: str, forms: Mapping[str, Template], values: Mapping[str, Any]
    ) -> None:
        self.language = language
        self._name = name
        self._forms = forms
        self._values = values

    @cached_property
    def subject(self) -> str:
        """One line."""
        return _one_line(self._written("subject"))

    @cached_property
    def short(self) -> str:
        """One line, for a screen that is locked."""
        return _one_line(self._written("short"))

    @property
    def sms(self) -> str:
        """The short form within one text message."""
        return sms.one_message(self.short)

    @property
    def body(self) -> str:
        """The letter, as plain text."""
        return self._forms["txt"].render(self._values, body=self._body).strip() + "\n"

    @property
    def html(self) -> str:
        """The same letter as HTML."""
        return self._forms["html"].render(
            self._values, subject=self.subject, paragraphs=self._body.split("\n\n")
        )

    @property
    def approved(self) -> Approved:
        """The short form as a template that WhatsApp has approved, and the values for its places.

        It approves none that begins or ends with a place, so fixed words stand around it.
        """
        given: list[str] = []
        short = _one_line(self._forms["short"].render(self._values, **{GIVEN: given}))
        wording = self._values["automatic"].replace("{}", short)
        return Approved(
            self._name.replace(".", "_"), APPROVED_LANGUAGES[self.language], wording, tuple(given)
        )

    @cached_property
    def _body(self) -> str:
        return self._written("body").strip()

    def _written(self, form: str) -> str:
        return self._forms[form].render(self._values)


@pass_context
def _numbered(context: Context, value: Any) -> Any:
    """Where values are collected, a value becomes its place; otherwise itself."""
    given: list[str] | None = context.get(GIVEN)
    if given is None:
        return value
    given.append(_one_line(str(value)))
    return f"{{{{{len(given)}}}}}"


def _environment(language: str, zone: ZoneInfo) -> ImmutableSandboxedEnvironment:
    frames = {path.name: path.read_text("utf-8") for path in FOLDER.glob("mail.*")}
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader({**frames, **dict(_forms(language))}),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        finalize=_numbered,
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


def _one_line(text: str) -> str:
    return " ".join(text.split())
