"""`agency.webhook_registered.v1`: where an agency hears of its orders, from now on."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from contracts.message import Message
from contracts.requests.agencies import AgencyWebhookRegistered
from services.notifications.domain.webhooks.webhook import Webhook
from services.notifications.ports import Vault
from services.runtime.change import Change, Entry, Store, cause_of
from services.runtime.clock import Clock
from services.runtime.errors import Rejected

AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OnWebhookRegistered:
    """A fact: an older one than is known has no effect. `available`: the types that agencies may hear of."""

    webhooks: Store[Webhook]
    vault: Vault
    clock: Clock
    available: AbstractSet[str]
    plain_http: bool = False

    async def __call__(self, message: Message[AgencyWebhookRegistered]) -> None:
        """Raises `Rejected` for a time ahead of ours, another URL than we post to, and types that no agency hears of."""
        if message.time > self.clock.now() + AHEAD:
            raise Rejected("time_ahead")
        said = message.data
        host = self._host(said.url)
        for position, event_type in enumerate(said.types):
            if event_type not in self.available:
                raise Rejected("schema", detail="No agency hears of this type.", pointer=f"/types/{position}")
        about = vault_id(said.agency_id)
        key = await self.vault.for_ever(about, message.time)
        registered = Webhook(
            agency_id=said.agency_id,
            url=key.seal(said.url.encode(), about),
            host=host,
            types=frozenset(said.types),
            services=frozenset(said.services),
            as_of=message.time,
            life=key.life,
        )

        def decide(known: Webhook | None) -> Change[Webhook] | None:
            if known is not None and known.as_of > registered.as_of:
                return None
            return Change(registered, entry=Entry("registered", "agency"))

        await self.webhooks.change(said.agency_id, cause_of(message), decide)

    def _host(self, url: str) -> str:
        schemes = {"https", "http"} if self.plain_http else {"https"}
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or not url.isascii() or not url.isprintable() or " " in url:
            raise Rejected("schema", detail="That is no URL.", pointer="/url")
        if (
            parts.scheme not in schemes
            or parts.username is not None
            or parts.password is not None
            or parts.fragment
        ):
            raise Rejected(
                "schema",
                detail="The URL must begin with https:// and name no login and no fragment.",
                pointer="/url",
            )
        return host


def vault_id(agency_id: str) -> str:
    """Under which name the agency's key lies in the vault."""
    return f"webhook:{agency_id}"
