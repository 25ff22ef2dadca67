"""Push from the event to the telephone by FCM HTTP v1, and by another channel if FCM refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.notifications.adapters.channels.push import FCM_ERROR
from tests.support import documented
from tests.support.builders import a_contact_registered, a_driver_assigned
from tests.support.eventually import eventually
from tests.support.google import an_account, token_request
from tests.support.provider import Answer, ProviderStandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.notifications.conftest import World

TELEPHONE = "fcm-token-of-sarah"
CHANNELS = [{"kind": "push", "address": TELEPHONE}, {"kind": "email", "address": "guest@example.org"}]
TOKEN = Answer(200, {"access_token": "t-1", "expires_in": 3600, "token_type": "Bearer"})


class Telephones:
    """FCM, Google's token endpoint, and the settings that lead to them."""

    def __init__(self, folder: Path) -> None:
        self.google, self.fcm = ProviderStandIn(token_request, TOKEN), ProviderStandIn(documented.push)
        self._folder = folder

    @property
    def settings(self) -> dict[str, Any]:
        account = an_account(self._folder, self.google.url)
        return {
            "push_project": documented.PROJECT,
            "push_credentials": account,
            "push_url": self.fcm.url,
            "retry_attempts_ringing": 1,
        }


@pytest.fixture
async def telephones(tmp_path: Path) -> AsyncIterator[Telephones]:
    telephones = Telephones(tmp_path)
    async with telephones.google, telephones.fcm:
        yield telephones
    assert (telephones.google.wrong, telephones.fcm.wrong) == ([], [])


def fcm_error(status: int, code: str) -> Answer:
    return Answer(status, {"error": {"code": status, "details": [{"@type": FCM_ERROR, "errorCode": code}]}})


async def test_an_event_is_pushed_once_to_the_registered_telephone(
    world: World, telephones: Telephones
) -> None:
    async with world.service(**telephones.settings):
        await world.register(a_contact_registered(channels=CHANNELS))

        await world.publish(a_driver_assigned(), times=3)

        sent = await eventually(lambda: world.of_type("notification.sent.v1"))
        await eventually(world.nothing_waits)
    [request] = telephones.fcm.requests
    message = request.json["message"]
    assert (sent[0]["channel"], message["token"]) == ("push", TELEPHONE)
    assert request.headers["authorization"] == "Bearer t-1"
    assert message["data"] == {"notification_id": sent[0]["notification_id"], "order_id": "o-1"}
    assert "P 4217 VX" in message["notification"]["body"]
    assert not world.mailbox.mails


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (fcm_error(404, "UNREGISTERED"), 1),
        (fcm_error(403, "SENDER_ID_MISMATCH"), 2),
        (fcm_error(400, "INVALID_ARGUMENT"), 2),
    ],
    ids=["unregistered", "mismatch", "invalid"],
)
async def test_what_fcm_refuses_goes_by_mail_and_only_a_dead_token_is_not_used_again(
    world: World, telephones: Telephones, answer: Answer, asked: int
) -> None:
    telephones.fcm.default = answer
    async with world.service(**telephones.settings):
        await world.register(a_contact_registered(channels=CHANNELS))

        await world.publish(a_driver_assigned())
        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 1)
        await world.publish(a_driver_assigned(order_id="o-2"))
        await eventually(lambda: len(world.of_type("notification.sent.v1")) == 2)
        sent = world.of_type("notification.sent.v1")

    assert [one["channel"] for one in sent] == ["email", "email"]
    assert len(telephones.fcm.requests) == asked
