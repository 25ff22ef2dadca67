"""Shows what people would read: the texts of every audience for the golden example of an event."""

from __future__ import annotations

import typer

from contracts.registry import CONTRACTS
from services.notifications.app import previews, told_types
from services.notifications.domain.audience.language import is_ours
from services.notifications.ports import Text
from services.ops import terminal
from services.ops.errors import CommandError


class NotToldError(CommandError):
    """Events of this type lead to no notification."""

    def __init__(self, event_type: str, known: list[str]) -> None:
        """Name the types that lead to one."""
        super().__init__(f"no person is told of {event_type}; people are told of: {', '.join(known)}")
        self.event_type = event_type


class NotWrittenError(CommandError):
    """No text is written in this language."""

    def __init__(self, locale: str) -> None:
        """Name the languages with texts."""
        super().__init__(
            f"no text is written for {locale}; texts are in id, en, zh, and a guest from elsewhere reads en"
        )
        self.locale = locale


def show(event_type: str, locale: str, *, as_json: bool) -> None:
    """Print every form of every text. Raises `NotToldError`, `NotWrittenError`."""
    full_type = event_type if event_type in CONTRACTS else f"{event_type}.v1"
    if full_type not in told_types():
        raise NotToldError(event_type, told_types())
    if not is_ours(locale):
        raise NotWrittenError(locale)
    texts = list(previews(full_type, locale))
    if as_json:
        terminal.write_json([_row(audience, text) for audience, text in texts])
    for audience, text in texts if not as_json else ():
        typer.echo(_page(audience, text))


def _row(audience: str, text: Text) -> dict[str, object]:
    approved = text.approved
    whatsapp = {
        "name": approved.name,
        "language": approved.language,
        "wording": approved.wording,
        "values": approved.values,
    }
    forms = {
        "subject": text.subject,
        "short": text.short,
        "sms": text.sms,
        "body": text.body,
        "html": text.html,
    }
    return {"audience": audience, "locale": text.language, **forms, "whatsapp": whatsapp}


def _page(audience: str, text: Text) -> str:
    approved = text.approved
    lines = (
        f"── {audience} · {text.language} ──",
        f"push      {text.short}",
        f"sms       {text.sms}",
        f"whatsapp  {approved.name} ({approved.language}): {approved.wording}",
        f"          {' | '.join(approved.values)}",
        f"\n{text.subject}\n\n{text.body}",
    )
    return "\n".join(lines)
