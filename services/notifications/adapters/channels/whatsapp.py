"""WhatsApp Cloud API: sends approved templates, by name and with their values; never free text.

It has no idempotency key. The notification's id is sent as `biz_opaque_callback_data`, so that Meta's
delivery reports distinguish a second copy from a second notification.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notifications.adapters.channels.http import (
    Answer,
    Provider,
    as_json,
    document_of,
    is_busy,
    refused,
    unavailable,
)
from services.notifications.adapters.channels.telephone import in_e164
from services.notifications.ports import Letter

KIND = "whatsapp"
NEVER = frozenset({131026, 131030, 131021})
"""Undeliverable (no WhatsApp at this number), a number we may not write to, our own number."""
OF_THIS_PERSON = frozenset({131056, 131049, 131050})
"""Too many to this person, or the person wants none: no fault of the provider."""
TEMPLATES = range(132000, 133000)
"""The template is missing, paused, or has other places: letters with other templates are not affected."""


class WhatsAppChannel:
    """WhatsApp messages from one business number. An address is a telephone number."""

    def __init__(self, provider: Provider, url: str, phone: str, token: str) -> None:
        self._provider = provider
        self._url = f"{url}/{phone}/messages"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def send(self, letter: Letter) -> None:
        """Return when WhatsApp accepted the letter. Raises `AddressRefused` or `ChannelUnavailable`."""
        number = in_e164(letter.address)
        if number is None:
            raise refused(KIND, "not_a_number")
        response = await self._provider.post(self._url, self._headers, as_json(_message(letter, number)))
        if response.is_success:
            return
        code = _error_code(response)
        if code in NEVER:
            raise refused(KIND, code)
        provider_fault = is_busy(response) or (code not in OF_THIS_PERSON and code not in TEMPLATES)
        raise unavailable(KIND, response, code, provider_fault=provider_fault)


def _message(letter: Letter, number: str) -> Mapping[str, Any]:
    approved = letter.text.approved
    values = [{"type": "text", "text": value} for value in approved.values]
    template: dict[str, Any] = {"name": approved.name, "language": {"code": approved.language}}
    if values:
        template["components"] = [{"type": "body", "parameters": values}]
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": number.removeprefix("+"),
        "type": "template",
        "template": template,
        "biz_opaque_callback_data": letter.id,
    }


def _error_code(response: Answer) -> int | None:
    error = document_of(response).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else None
