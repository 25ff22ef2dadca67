"""Which settings are accepted, and which are refused at the start."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from services.notifications.adapters.channels.configured import configured_channels
from services.notifications.settings import NotificationsSettings

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sender": "not an address"}, "is not an e-mail address"),
    (
        {"smtp_tls": "none", "smtp_host": "mail.example.org", "smtp_password": "x"},
        "would send the password unencrypted",
    ),
    ({"sms_url": "http://gateway.example.org/sms"}, "must be https"),
    ({"push_url": "ftp://fcm.example.org"}, "must be https"),
    ({"whatsapp_phone": "1065"}, "whatsapp_phone needs whatsapp_token"),
    ({"sms_fields": {"to": "msisdn"}}, "sms_fields must name to, sender, text and id"),
    ({"timezone": "Asia/Atlantis"}, "is not a time zone"),
    ({"lease_s": 20, "send_s": 20}, "lease_s must exceed send_s"),
]


@pytest.mark.parametrize(("changes", "why"), WRONG)
def test_settings_that_cannot_work_are_refused_at_the_start(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        NotificationsSettings(**changes)


def test_a_channel_exists_if_its_first_setting_is_set() -> None:
    nothing = configured_channels(NotificationsSettings())
    three = configured_channels(
        NotificationsSettings(
            smtp_host="127.0.0.1",
            whatsapp_phone="1065",
            whatsapp_token=SecretStr("t"),
            sms_url="http://127.0.0.1:1/sms/",
        )
    )

    assert nothing.by_kind == {}
    assert set(three.by_kind) == {"email", "whatsapp", "sms"}


def test_a_secret_is_never_shown() -> None:
    settings = NotificationsSettings(
        whatsapp_phone="1065", whatsapp_token=SecretStr("hush-hush"), sms_token=SecretStr("hush-hush")
    )

    assert "hush-hush" not in repr(settings)
