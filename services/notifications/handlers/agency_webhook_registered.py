"""`agency.webhook_registered.v1`: where an agency receives the events of its orders from now on."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from urllib.parse import urlsplit

from contracts.message import Message
from contracts.requests.agencies import AgencyWebhookRegistered
from services.notifications.domain.webhooks.webhook import Webhook, key_id
from services.notifications.ports import RecipientKey, Vault
from services.runtime.change import Change, Entry, Store, cause_of
from services.runtime.clock import Clock
from services.runtime.errors import Rejected
from services.runtime.facts import require_not_ahead
from services.runtime.route import Handler


def on_webhook_registered(
    webhooks: Store[Webhook], vault: Vault, clock: Clock, available: AbstractSet[str], *, plain_http: bool
) -> Handler:
    """A fact: an older one than is known has no effect. `available`: types that agencies may subscribe to.

    Raises `Rejected` for a time ahead of ours, an unusable URL and a type that is not available.
    """

    async def handle(message: Message[AgencyWebhookRegistered]) -> None:
        request = message.data
        require_not_ahead(message.time, clock.now())
        host = _host(request.url, {"https", "http"} if plain_http else {"https"})
        _check_types(request.types, available)
        key = await vault.for_ever(key_id(request.agency_id), message.time)
        registered = _sealed(request, host, message.time, key)

        def decide(known: Webhook | None) -> Change[Webhook] | None:
            if known is not None and known.as_of > registered.as_of:
                return None
            return Change(registered, entry=Entry("registered", "agency"))

        await webhooks.change(request.agency_id, cause_of(message), decide)

    return handle


def _sealed(request: AgencyWebhookRegistered, host: str, as_of: datetime, key: RecipientKey) -> Webhook:
    return Webhook(
        agency_id=request.agency_id,
        url=key.seal(request.url.encode(), key_id(request.agency_id)),
        host=host,
        types=frozenset(request.types),
        services=frozenset(request.services),
        as_of=as_of,
        life=key.life,
    )


def _check_types(types: Sequence[str], available: AbstractSet[str]) -> None:
    for position, event_type in enumerate(types):
        if event_type not in available:
            pointer = f"/types/{position}"
            raise Rejected("schema", detail="Agencies cannot subscribe to this type.", pointer=pointer)


def _host(url: str, schemes: AbstractSet[str]) -> str:
    """The host of a URL that we post to. Raises `Rejected` for any other URL."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise Rejected("schema", detail="This is not a URL.", pointer="/url")
    has_login = parts.username is not None or parts.password is not None
    if parts.scheme not in schemes or has_login or parts.fragment:
        raise Rejected(
            "schema",
            detail="The URL must begin with https:// and contain no login and no fragment.",
            pointer="/url",
        )
    return host
