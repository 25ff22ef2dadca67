"""Push tokens: a signed assertion is exchanged at a token endpoint and renewed before it expires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.notifications.adapters.channels.google_tokens import ServiceAccountTokens
from services.notifications.ports import ChannelUnavailable
from services.runtime.errors import NotConfigured
from tests.support.google import an_account, token_request
from tests.support.provider import Answer, ProviderStandIn

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_token_is_fetched_once_while_it_lasts(tmp_path: Path) -> None:
    answer = Answer(200, {"access_token": "t-1", "expires_in": 3600, "token_type": "Bearer"})
    async with ProviderStandIn(token_request, answer) as google:
        tokens = ServiceAccountTokens(an_account(tmp_path, google.url))

        got = [await tokens.token() for _ in range(3)]

    assert got == ["t-1"] * 3
    assert (len(google.requests), google.wrong) == (1, [])


async def test_a_token_about_to_expire_is_renewed(tmp_path: Path) -> None:
    async with ProviderStandIn(token_request) as google:
        google.script.extend(Answer(200, {"access_token": f"t-{n}", "expires_in": 60}) for n in (1, 2))
        tokens = ServiceAccountTokens(an_account(tmp_path, google.url))

        got = [await tokens.token() for _ in range(2)]

    assert got == ["t-1", "t-2"]


async def test_a_refused_account_makes_the_channel_unavailable(tmp_path: Path) -> None:
    async with ProviderStandIn(token_request, Answer(400, {"error": "invalid_grant"})) as google:
        tokens = ServiceAccountTokens(an_account(tmp_path, google.url))

        with pytest.raises(ChannelUnavailable, match="RefreshError"):
            await tokens.token()


def test_a_file_without_a_key_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="PUSH_CREDENTIALS"):
        ServiceAccountTokens(str(tmp_path / "nothing.json"))
