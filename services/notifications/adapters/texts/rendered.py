"""One text for one person, in every form that a channel needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from jinja2 import Template, pass_context
from jinja2.runtime import Context

from services.notifications.domain.channels import sms
from services.notifications.ports import Approved

# WhatsApp's names for our languages.
APPROVED_LANGUAGES = {"id": "id", "en": "en", "zh": "zh_CN"}
COLLECTED = "_collected"


class RenderedText:
    """One text for one person. Each form raises Jinja's `UndefinedError` if a parameter is missing."""

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
        return one_line(self._written("subject"))

    @cached_property
    def short(self) -> str:
        """One line, for a locked screen."""
        return one_line(self._written("short"))

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
        """The short form as a template for WhatsApp, and the values for its places.

        WhatsApp approves no template that begins or ends with a place, so fixed words stand around it.
        """
        collected: list[str] = []
        short = one_line(self._forms["short"].render(self._values, **{COLLECTED: collected}))
        wording = self._values["automatic"].replace("{}", short)
        return Approved(
            self._name.replace(".", "_"), APPROVED_LANGUAGES[self.language], wording, tuple(collected)
        )

    @cached_property
    def _body(self) -> str:
        return self._written("body").strip()

    def _written(self, form: str) -> str:
        return self._forms[form].render(self._values)


@pass_context
def numbered(context: Context, value: Any) -> Any:
    """Replace a value by its numbered place while values are collected; otherwise leave it."""
    collected: list[str] | None = context.get(COLLECTED)
    if collected is None:
        return value
    collected.append(one_line(str(value)))
    return f"{{{{{len(collected)}}}}}"


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
