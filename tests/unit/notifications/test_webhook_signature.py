"""The signature of a webhook, against the specification's example and docs/webhooks.md."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from services.notifications.adapters.webhooks.client import signature_headers

SECRET, OTHER = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), b"0" * 32
EVENT, BODY, AT = (
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    '{"test": 2432232314}',
    datetime.fromtimestamp(1614265330, UTC),
)


def test_the_example_of_standard_webhooks_has_its_signature() -> None:
    assert signature_headers(EVENT, BODY, [SECRET], AT) == [
        ("webhook-id", EVENT),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ]


def test_two_secrets_sign_side_by_side_over_the_bytes_that_are_posted() -> None:
    body, at = '{"name": "Sarah Müller"}', datetime(2026, 11, 24, 1, 2, 3, 987000, tzinfo=UTC)

    headers = dict(signature_headers("e-1", body, [SECRET, OTHER], at))

    content = b"e-1." + headers["webhook-timestamp"].encode() + b"." + body.encode()
    by_hand = [hmac.new(secret, content, hashlib.sha256).digest() for secret in (SECRET, OTHER)]
    expected = " ".join(f"v1,{base64.b64encode(signature).decode()}" for signature in by_hand)
    assert headers["webhook-signature"] == expected
