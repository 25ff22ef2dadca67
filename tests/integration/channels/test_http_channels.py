"""Push, WhatsApp and SMS: requests have the documented form, and each kind of failure is recognised."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from services.notifications.adapters.channels.push import FCM_ERROR, PushChannel
from services.notifications.adapters.channels.sms import SmsChannel, SmsGateway
from services.notifications.adapters.channels.whatsapp import WhatsAppChannel
from services.notifications.ports import AddressRefused, ChannelUnavailable
from tests.support import documented
from tests.support.documented import PHONE, PROJECT, TOKEN
from tests.support.eventually import eventually
from tests.support.letters import a_letter, connected
from tests.support.provider import DROPPED, RESET, Answer, ProviderStandIn

if TYPE_CHECKING:
    from services.notifications.adapters.channels.http import Provider
    from services.notifications.ports import Channel

UNDELIVERED: tuple[type[AddressRefused | ChannelUnavailable], ...] = (AddressRefused, ChannelUnavailable)
FIELDS = {"to": "to", "sender": "from", "text": "text", "id": "reference"}
NUMBER = "0812 3456 789"
ADDRESS = {"push": "a-registration-token", "whatsapp": NUMBER, "sms": NUMBER}
INBOX = {"push": "a-registration-token", "whatsapp": "628123456789", "sms": "+628123456789"}
KINDS = ["push", "whatsapp", "sms"]


class OneToken:
    """The right to send, without Google."""

    async def token(self) -> str:
        return TOKEN


def a_channel(kind: str, provider: Provider, url: str, body: str = "json") -> Channel:
    if kind == "push":
        return PushChannel(provider, OneToken(), url, PROJECT)
    if kind == "whatsapp":
        return WhatsAppChannel(provider, url, PHONE, TOKEN)
    return SmsChannel(provider, SmsGateway(url, TOKEN, "Gancang", body, FIELDS))


async def trouble_with(
    kind: str, answer: Answer, timeout_s: float = 1
) -> AddressRefused | ChannelUnavailable:
    async with (
        ProviderStandIn(getattr(documented, kind), answer) as standin,
        connected(timeout_s) as provider,
    ):
        with pytest.raises(UNDELIVERED) as caught:
            await a_channel(kind, provider, standin.url).send(a_letter(ADDRESS[kind]))
    assert not standin.wrong
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
async def test_a_letter_arrives_in_the_documented_form(kind: str) -> None:
    async with ProviderStandIn(getattr(documented, kind)) as standin, connected() as provider:
        await a_channel(kind, provider, standin.url).send(a_letter(ADDRESS[kind]))

    assert standin.wrong == []
    assert standin.ids == {INBOX[kind]: {"n-1"}}


async def test_a_gateway_that_wants_a_form_gets_one() -> None:
    async with ProviderStandIn(documented.sms_form) as standin, connected() as provider:
        await a_channel("sms", provider, standin.url, "form").send(a_letter(NUMBER))

    assert standin.wrong == []
    assert standin.ids == {"+628123456789": {"n-1"}}


async def test_whatsapp_gets_the_name_of_an_approved_text_and_its_values() -> None:
    async with ProviderStandIn(documented.whatsapp) as standin, connected() as provider:
        await a_channel("whatsapp", provider, standin.url).send(a_letter(NUMBER))

    template = standin.requests[0].json["template"]
    assert template["name"] == "order_driver_assigned_customer"
    assert [value["text"] for value in template["components"][0]["parameters"]] == ["Ojek", "3", "P 4217 VX"]


@pytest.mark.parametrize("kind", KINDS)
async def test_connections_are_used_again(kind: str) -> None:
    async with ProviderStandIn(getattr(documented, kind)) as standin, connected() as provider:
        channel = a_channel(kind, provider, standin.url)
        for number in range(3):
            await channel.send(a_letter(ADDRESS[kind], id=f"n-{number}"))

        assert len(standin._open) == 1
    assert standin.ids == {INBOX[kind]: {"n-0", "n-1", "n-2"}}


async def test_waiting_in_vain_for_a_connection_is_not_doubtful() -> None:
    letters = [a_letter(NUMBER, id=f"n-{number}") for number in range(5)]
    async with ProviderStandIn(documented.sms, Answer(after=0.5)) as standin, connected(0.3) as provider:
        channel = a_channel("sms", provider, standin.url)
        ended = await asyncio.gather(*map(channel.send, letters), return_exceptions=True)

    assert len(standin.requests) == 4  # as many as there are connections
    (refused,) = ended[4:]
    assert isinstance(refused, ChannelUnavailable)
    assert (refused.detail, refused.doubtful) == ("PoolTimeout", False)


async def test_a_letter_under_way_is_finished_when_the_service_stops() -> None:
    async with ProviderStandIn(documented.sms, Answer(200, {}, after=0.3)) as standin:
        async with connected() as provider:
            sending = asyncio.create_task(a_channel("sms", provider, standin.url).send(a_letter(NUMBER)))
            await eventually(lambda: bool(standin.requests))
        await sending
        await eventually(lambda: not standin._open)


@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_a_provider_is_reached_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    async with ProviderStandIn(lambda request: ("proxy", request.path)) as proxy, connected() as provider:
        monkeypatch.setenv("http_proxy", proxy.url.replace("http://", f"{scheme}gancang:a%20word@"))
        await a_channel("sms", provider, "http://sms.example/messages").send(a_letter(NUMBER))

    assert proxy.ids == {"proxy": {"http://sms.example/messages"}}
    assert (
        proxy.requests[0].headers["proxy-authorization"] == f"Basic {b64encode(b'gancang:a word').decode()}"
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", [DROPPED, RESET, Answer(after=5)], ids=["dropped", "reset", "slow"])
async def test_a_lost_answer_is_doubtful(kind: str, answer: Answer) -> None:
    trouble = await trouble_with(kind, answer, timeout_s=0.2)

    assert isinstance(trouble, ChannelUnavailable)
    assert (trouble.doubtful, trouble.provider_fault) == (True, True)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refused_connection_is_not_doubtful(kind: str) -> None:
    standin = ProviderStandIn(getattr(documented, kind))
    async with connected() as provider:
        with pytest.raises(ChannelUnavailable) as caught:
            await a_channel(kind, provider, standin.url).send(a_letter(ADDRESS[kind]))

    assert (caught.value.detail, caught.value.doubtful) == ("ConnectError", False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_busy_provider_is_retried_after_the_time_that_it_names(kind: str, status: int) -> None:
    trouble = await trouble_with(kind, Answer(status, {}, {"Retry-After": "7"}))

    assert isinstance(trouble, ChannelUnavailable)
    assert (trouble.retry_after_s, trouble.provider_fault, trouble.doubtful) == (7, True, False)


async def test_retry_after_may_be_a_date() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)

    trouble = await trouble_with("sms", Answer(429, {}, {"Retry-After": in_a_minute}))

    assert isinstance(trouble, ChannelUnavailable)
    assert trouble.retry_after_s == pytest.approx(60, abs=5)


@pytest.mark.parametrize("header", ["soon", "-1", "99999999", "", "²"])
async def test_a_strange_retry_after_does_no_harm(header: str) -> None:
    trouble = await trouble_with("sms", Answer(429, {}, {"Retry-After": header}))

    assert isinstance(trouble, ChannelUnavailable)
    assert trouble.retry_after_s in {None, 3600}


def fcm_error(code: str) -> dict[str, object]:
    return {
        "error": {"code": 404, "status": "NOT_FOUND", "details": [{"@type": FCM_ERROR, "errorCode": code}]}
    }


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("push", Answer(404, fcm_error("UNREGISTERED"))),
        (
            "whatsapp",
            Answer(400, {"error": {"code": 131026, "message": "Message undeliverable +628123456789"}}),
        ),
        ("sms", Answer(404)),
        ("sms", Answer(410)),
        ("sms", Answer(422)),
    ],
)
async def test_an_address_that_does_not_exist_is_refused_and_not_repeated(kind: str, answer: Answer) -> None:
    trouble = await trouble_with(kind, answer)

    assert isinstance(trouble, AddressRefused)
    assert "8123456789" not in str(trouble)


@pytest.mark.parametrize(
    ("kind", "answer", "provider_fault"),
    [
        ("push", Answer(401, {"error": {"status": "UNAUTHENTICATED"}}), True),
        ("push", Answer(400, {"error": {"status": "INVALID_ARGUMENT"}}), False),
        ("push", Answer(400, fcm_error("INVALID_ARGUMENT")), False),
        ("push", Answer(403, fcm_error("SENDER_ID_MISMATCH")), True),
        ("push", Answer(401, fcm_error("THIRD_PARTY_AUTH_ERROR")), True),
        ("push", Answer(404, {"error": {"status": "NOT_FOUND"}}), True),
        ("push", Answer(403, fcm_error("UNREGISTERED")), True),
        ("whatsapp", Answer(401, {"error": {"code": 190}}), True),
        ("whatsapp", Answer(400, {"error": {"code": 132001}}), False),
        ("whatsapp", Answer(400, {"error": {"code": 131056}}), False),
        ("whatsapp", Answer(429, {"error": {"code": 130429}}), True),
        ("whatsapp", Answer(500, "no object"), True),
        ("sms", Answer(403), True),
        ("sms", Answer(301, None, {"Location": "http://127.0.0.1:1/"}), True),
    ],
)
async def test_a_failure_is_the_providers_or_of_this_letter_only(
    kind: str, answer: Answer, provider_fault: bool
) -> None:
    trouble = await trouble_with(kind, answer)

    assert isinstance(trouble, ChannelUnavailable)
    assert trouble.provider_fault is provider_fault


@pytest.mark.parametrize("kind", ["whatsapp", "sms"])
async def test_an_impossible_number_is_refused_without_a_request(kind: str) -> None:
    async with connected() as provider:
        with pytest.raises(AddressRefused, match="not_a_number"):
            await a_channel(kind, provider, "http://127.0.0.1:1").send(a_letter("112"))
