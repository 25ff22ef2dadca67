"""SMS by a plain HTTP interface, as most Indonesian gateways have it; docs/notifications.md describes it.

`POST url` with recipient, sender, text and our id as JSON or as a form, `Authorization: Bearer` if there is a
token, and the id again as `Idempotency-Key`. 2xx: accepted. 404, 410, 422: no such number. 429 and 5xx:
later, after `Retry-After`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from services.notifications.adapters.channels.http import Provider, as_form, as_json, refused, unavailable
from services.notifications.adapters.channels.telephone import in_e164
from services.notifications.ports import Letter

KIND = "sms"
NO_SUCH_NUMBER = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY})


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """`fields`: the gateway's names for to, sender, text and id. `body`: json or form."""

    url: str
    token: str
    sender: str
    body: str
    fields: Mapping[str, str]


class SmsChannel:
    """SMS by one gateway. An address is a telephone number."""

    def __init__(self, provider: Provider, gateway: SmsGateway) -> None:
        self._provider = provider
        self._gateway = gateway

    async def send(self, letter: Letter) -> None:
        """Return when the gateway accepted the letter. Raises `AddressRefused` or `ChannelUnavailable`."""
        number = in_e164(letter.address)
        if number is None:
            raise refused(KIND, "not_a_number")
        known = {"to": number, "sender": self._gateway.sender, "text": letter.text.sms, "id": letter.id}
        named = {self._gateway.fields[name]: value for name, value in known.items()}
        headers = {"Idempotency-Key": letter.id}
        if self._gateway.token:
            headers["Authorization"] = f"Bearer {self._gateway.token}"
        body = as_json(named) if self._gateway.body == "json" else as_form(named)
        response = await self._provider.post(self._gateway.url, headers, body)
        if response.is_success:
            return
        if response.status in NO_SUCH_NUMBER:
            raise refused(KIND, response.status)
        raise unavailable(KIND, response, provider_fault=response.status != HTTPStatus.BAD_REQUEST)
