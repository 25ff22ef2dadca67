"""What the environment may say, and what is refused at the start."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.notifications.adapters.channels.configured import channels_of
from services.notifications.settings import NotificationsSettings

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sender": "not an address"}, "is not an e-mail address"),
    (
        {"smtp_tls": "none", "smtp_host": "mail.example.org", "smtp_password": "x"},
        "would send the password readable",
    ),
    ({"sms_url": "http://gateway.example.org/sms"}, "must be https"),
    ({"push_url": "ftp://fcm.example.org"}, "must be https"),
    ({"whatsapp_phone": "1065"}, "whatsapp_phone needs whatsapp_token"),
    ({"sms_fields": {"to": "msisdn"}}, "sms_fields names to, sender, text and id"),
    ({"timezone": "Asia/Atlantis"}, "is no time zone"),
    ({"lease_s": 20, "send_s": 20}, "lease_s must exceed send_s"),
]


@pytest.mark.parametrize(("changes", "why"), WRONG)
def test_what_cannot_work_is_said_at_the_start(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        NotificationsSettings(**changes)


def test_a_channel_is_there_when_its_provider_is_named() -> None:
    nothing = channels_of(NotificationsSettings())
    three = channels_of(
        NotificationsSettings(
            smtp_host="127.0.0.1",
            whatsapp_phone="1065",
            whatsapp_token="t",
            sms_url="http://127.0.0.1:1/sms/",
        )
    )

    assert nothing.by_kind == {}
    assert set(three.by_kind) == {"email", "whatsapp", "sms"}


def test_the_word_for_a_secret_is_never_shown() -> None:
    settings = NotificationsSettings(whatsapp_phone="1065", whatsapp_token="hush-hush", sms_token="hush-hush")

    assert "hush-hush" not in repr(settings)
