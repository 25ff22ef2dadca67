"""The right to push: a signed assertion for a token at a token endpoint, renewed before it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.auth import jwt

from services.notifications.adapters.google_tokens import SCOPE, ServiceAccountTokens
from services.notifications.ports import ChannelUnavailable
from services.runtime.errors import NotConfigured
from tests.support.provider import Answer, ProviderStandIn

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.provider import Request

EMAIL = "push@gancang-test.iam.gserviceaccount.com"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def an_account(folder: Path, key: rsa.RSAPrivateKey, url: str) -> str:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {"type": "service_account", "private_key_id": "k-1", "private_key": pem, "client_email": EMAIL, "token_uri": f"{url}/token"}
    file = folder / "account.json"
    file.write_text(json.dumps(account))
    return str(file)


def documented(request: Request) -> tuple[str, str]:
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    claims = jwt.decode(form["assertion"], verify=False)
    assert (request.method, request.path, form["grant_type"]) == ("POST", "/token", GRANT)
    assert (claims["iss"], claims["scope"]) == (EMAIL, SCOPE)
    return claims["iss"], str(claims["iat"])


async def test_a_token_is_fetched_once_while_it_lasts(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    answer = Answer(200, {"access_token": "t-1", "expires_in": 3600, "token_type": "Bearer"})
    async with ProviderStandIn(documented, answer) as google:
        tokens = ServiceAccountTokens(an_account(tmp_path, key, google.url))

        got = [await tokens.token() for _ in range(3)]

    assert got == ["t-1"] * 3
    assert (len(google.requests), google.wrong) == (1, [])


async def test_a_token_about_to_end_is_renewed(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    async with ProviderStandIn(documented) as google:
        google.script.extend(Answer(200, {"access_token": f"t-{n}", "expires_in": 60}) for n in (1, 2))
        tokens = ServiceAccountTokens(an_account(tmp_path, key, google.url))

        got = [await tokens.token() for _ in range(2)]

    assert got == ["t-1", "t-2"]


async def test_a_refused_account_is_trouble_that_may_be_mended(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    async with ProviderStandIn(documented, Answer(400, {"error": "invalid_grant"})) as google:
        tokens = ServiceAccountTokens(an_account(tmp_path, key, google.url))

        with pytest.raises(ChannelUnavailable, match="RefreshError"):
            await tokens.token()


def test_a_file_without_a_key_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="PUSH_CREDENTIALS"):
        ServiceAccountTokens(str(tmp_path / "nothing.json"))
