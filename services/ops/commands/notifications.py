"""`gancang notifications`: what people are told, the keys of their addresses, the webhooks of agencies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

MOST = 1_000
MOMENT = "RFC 3339, e.g. 2026-11-24T01:00:00Z"
Agency = Annotated[str, typer.Argument(metavar="AGENCY", help="The agency's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Limit = Annotated[int, typer.Option(min=1, max=MOST, help="At most so many, the newest first.")]


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help="What people are told.")
    commands.command("preview")(preview)
    commands.command("log")(log)
    keys = typer.Typer(no_args_is_help=True, help="The keys under which addresses are sealed.")
    keys.command("show")(show_keys)
    keys.command("rotate")(rotate_keys)
    commands.add_typer(keys, name="keys")
    commands.command("find")(find)
    commands.command("erasures")(erasures)
    webhook = typer.Typer(no_args_is_help=True, help="What agencies hear of their orders.")
    webhook.command("secret")(make_secret)
    webhook.command("list")(list_webhooks)
    webhook.command("log")(log_webhook)
    webhook.command("replay")(replay_webhook)
    commands.add_typer(webhook, name="webhook")
    app.add_typer(commands, name="notifications")


def _told_types() -> list[str]:
    from services.notifications.app import told_types

    return told_types()


def preview(
    event_type: Annotated[
        str,
        typer.Argument(
            metavar="TYPE", help="An event's type, e.g. order.completed.v1.", autocompletion=_told_types
        ),
    ],
    locale: Annotated[str, typer.Option(help="BCP 47 tag of the reader: id, en, zh.")] = "id",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array, with the HTML too.")] = False,
) -> None:
    """Write what each audience reads when the golden example of the event happens, in every form.

    Locales: id, en, zh, and those whose readers understand one of them (jv, osi, yue …). Audiences of the
    regency read id or en.

    gancang notifications preview order.completed.v1 --locale en
    """
    from services.ops.notifications import preview

    preview.show(event_type, locale, as_json=as_json)


def log(
    order: Annotated[str | None, typer.Option(help="Only of this order.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Only to this person.")] = None,
    limit: Limit = 50,
    *,
    twice: Annotated[
        bool, typer.Option("--twice", help="Only those that may have arrived twice, with the same id.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array.")] = False,
) -> None:
    """List notifications with their attempts: which channel took them, which did not and why.

    It shows neither addresses nor texts. A second copy, under the same id, is possible only after a lost
    answer or a crash: `--twice` lists those.

    gancang notifications log --order o-1

    gancang notifications log --twice --json | jq '.[].recipient_id'
    """
    from services.ops.notifications import log

    log.show(order, recipient, limit, twice=twice, as_json=as_json)


def show_keys(*, as_json: AsJson = False) -> None:
    """Count what each master key still opens: data keys and parked messages.

    An older key may be removed when both are 0. `rotate` leaves parked messages as they are: replay or
    discard them, or keep their key in GANCANG_OLD_DATA_KEYS.

    gancang notifications keys show
    """
    from services.ops.notifications import keys

    keys.show(as_json=as_json)


def rotate_keys() -> None:
    """Wrap every data key under the present master key.

    First put the new key into GANCANG_DATA_KEY and the old one into GANCANG_OLD_DATA_KEYS. The command may be
    stopped and started again; a service that knows both keys continues meanwhile.

    gancang notifications keys rotate
    """
    from services.ops.notifications import keys

    keys.rotate()


def find(*, as_json: AsJson = False) -> None:
    """Say who has an address. It is read from standard input, so that no shell keeps it, and never repeated.

    echo guest@example.org | gancang notifications find
    """
    from services.ops.notifications import keys

    keys.find(as_json=as_json)


def erasures(
    since: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="UTC: the day of the copy, or earlier."),
    ],
) -> None:
    """Write the erasures since then as requests.

    Published after a restore from a copy, they erase the same people again.

    gancang notifications erasures --since 2026-11-20 | gancang publish -
    """
    from services.ops.notifications import keys

    keys.erasures(since)


def make_secret(
    agency: Agency,
    *,
    alone: Annotated[bool, typer.Option("--alone", help="Earlier secrets become invalid at once.")] = False,
) -> None:
    """Make a secret for the agency and print it, only this once.

    The secret before it stays valid until the next one is made, so that both can sign meanwhile.

    gancang notifications webhook secret dispendukcapil
    """
    from services.ops.notifications import webhooks

    webhooks.make_secret(agency, alone=alone)


def list_webhooks(*, as_json: AsJson = False) -> None:
    """List the agencies with a webhook: host, types, how many secrets, and whether a 410 switched it off.

    gancang notifications webhook list
    """
    from services.ops.notifications import webhooks

    webhooks.show_webhooks(as_json=as_json)


def log_webhook(agency: Agency, limit: Limit = 50, *, as_json: AsJson = False) -> None:
    """List what was posted to the agency, or waits to be.

    gancang notifications webhook log dispendukcapil --limit 20
    """
    from services.ops.notifications import webhooks

    webhooks.show_deliveries(agency, limit, as_json=as_json)


def replay_webhook(
    agency: Agency,
    since: Annotated[str, typer.Option(help=f"Opened from then on; {MOMENT}.")],
    until: Annotated[str | None, typer.Option(help="Opened before then; by default now.")] = None,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only what was given up.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Post a range of events again, each under its own id.

    gancang notifications webhook replay dispendukcapil --since 2026-11-24T01:00:00Z --failed --yes
    """
    from services.ops.notifications import webhooks

    webhooks.replay(agency, since, until, failed=failed, yes=yes)
