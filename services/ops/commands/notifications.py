"""`gancang notifications`: what people would read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from services.ops import notification_keys, notification_log, notification_webhooks
from services.ops.errors import CommandError

if TYPE_CHECKING:
    from services.notifications.ports import Text


class NotToldError(CommandError):
    """Nobody is told of this type."""

    def __init__(self, event_type: str, known: list[str]) -> None:
        """Name the types that somebody is told of."""
        super().__init__(f"nobody is told of {event_type}; of these somebody is: {', '.join(known)}")
        self.event_type = event_type


class NotWrittenError(CommandError):
    """Nothing is written in this language."""

    def __init__(self, locale: str) -> None:
        """Name those in which something is."""
        super().__init__(
            f"no text is written for {locale}; texts are in id, en, zh, and a guest from elsewhere reads en"
        )
        self.locale = locale


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="What people are told.")
    commands.command("preview")(preview)
    commands.command("log")(notification_log.log)
    notification_keys.register(commands)
    notification_webhooks.register(commands)
    app.add_typer(commands, name="notifications")


def _told() -> list[str]:
    from services.notifications.app import told_types  # noqa: PLC0415  reading all models is not for every command

    return told_types()


def preview(
    event_type: Annotated[
        str,
        typer.Argument(
            metavar="TYPE", help="An event's type, e.g. order.completed.v1.", autocompletion=_told
        ),
    ],
    locale: Annotated[str, typer.Option(help="BCP 47 tag of the reader: id, en, zh.")] = "id",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array.")] = False,
) -> None:
    """Write what each audience would read of the golden example of the event, in every form; `--json` has the HTML too.

    Locales: id, en, zh, and those of whom one of them is read (jv, osi, yue …). Audiences of the regency read id or en.

    gancang notifications preview order.completed.v1 --locale en
    """
    from contracts.registry import CONTRACTS  # noqa: PLC0415  reading all models is not for every command
    from services.notifications.app import previews, told_types  # noqa: PLC0415  as above
    from services.notifications.domain.audience.language import is_ours  # noqa: PLC0415  as above

    full_type = event_type if event_type in CONTRACTS else f"{event_type}.v1"
    if full_type not in told_types():
        raise NotToldError(event_type, told_types())
    if not is_ours(locale):
        raise NotWrittenError(locale)
    texts = list(previews(full_type, locale))
    if as_json:
        typer.echo(
            json.dumps([_row(audience, text) for audience, text in texts], ensure_ascii=False, indent=2)
        )
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
    whatsapp = f"{approved.name} ({approved.language}): {approved.wording}"
    forms = f"push      {text.short}\nsms       {text.sms}\nwhatsapp  {whatsapp}\n          {' | '.join(approved.values)}"
    return f"── {audience} · {text.language} ──\n{forms}\n\n{text.subject}\n\n{text.body}"
