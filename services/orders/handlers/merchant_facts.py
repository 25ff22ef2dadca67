"""Facts about a merchant: place, residence, opening, rush.

Each carries its own time; an older one has no effect.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contracts.message import Message
from contracts.requests import merchants as requests
from contracts.values import Residence, Value
from services.orders.domain.kitchen import merchant as facts
from services.orders.domain.kitchen.merchant import Merchant
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of
from services.runtime.errors import NotYet
from services.runtime.facts import require_not_ahead

Apply = Callable[[Merchant, Any, datetime], Merchant | None]

OF_KNOWN: dict[type[Value], Apply] = {
    requests.MerchantResidenceAttested: lambda merchant, said, at: facts.attested(
        merchant, Residence(by=said.by.id, district_code=said.district_code, valid_until=said.valid_until), at
    ),
    requests.MerchantResidenceRevoked: lambda merchant, _, at: facts.revoked(merchant, at),
    requests.MerchantOpened: lambda merchant, _, at: facts.opened(merchant, at),
    requests.MerchantClosed: lambda merchant, _, at: facts.closed(merchant, at),
    requests.MerchantRushStarted: lambda merchant, said, at: facts.rush_started(
        merchant, said.extra_minutes, at, paused=said.pause_intake
    ),
    requests.MerchantRushEnded: lambda merchant, _, at: facts.rush_ended(merchant, at),
}


async def merchant_fact(context: Context, message: Message[Any]) -> None:
    """Note the fact.

    Raises `NotYet` for one that comes before the registration, `Rejected` for one of the future.
    """
    said, at = message.data, message.time
    require_not_ahead(at, context.clock.now())

    def decide(known: Merchant | None) -> Change[Merchant] | None:
        merchant = _after(known, said, at)
        return None if merchant is None else Change(merchant, (), Entry(_status(merchant), _who(said)))

    await context.merchants.change(said.merchant_id, cause_of(message), decide)


def _after(known: Merchant | None, said: Any, at: datetime) -> Merchant | None:
    if isinstance(said, requests.MerchantRegistered):
        return facts.registered(known, said.merchant_id, said.name, said.place, at)
    if known is None:
        raise NotYet("unknown_merchant")
    return OF_KNOWN[type(said)](known, said, at)


def _status(merchant: Merchant) -> str:
    if not merchant.is_open:
        return "closed"
    return "rush" if merchant.rush_minutes or merchant.paused else "open"


def _who(said: Any) -> str:
    by = getattr(said, "by", None)
    return f"{by.role}:{by.id}" if by else f"merchant:{said.merchant_id}"
