"""Google's token endpoint, and a service account that is believed there."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.auth import jwt

from services.notifications.adapters.channels.google_tokens import SCOPE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.provider import Request

EMAIL = "push@gancang-test.iam.gserviceaccount.com"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@cache
def _pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def an_account(folder: Path, url: str) -> str:
    """The file that Google hands out; the account gets its tokens at `url`."""
    account = {
        "type": "service_account",
        "private_key_id": "k-1",
        "private_key": _pem(),
        "client_email": EMAIL,
        "token_uri": f"{url}/token",
    }
    file = folder / "account.json"
    file.write_text(json.dumps(account))
    return str(file)


def token_request(request: Request) -> tuple[str, str]:
    """The documented form of the question for a token."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    claims = jwt.decode(form["assertion"], verify=False)  # type: ignore[no-untyped-call]  # ships no types
    assert (request.method, request.path, form["grant_type"]) == ("POST", "/token", GRANT)
    assert (claims["iss"], claims["scope"]) == (EMAIL, SCOPE)
    return claims["iss"], str(claims["iat"])
