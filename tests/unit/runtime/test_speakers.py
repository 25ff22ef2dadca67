"""Which login speaks for whom: a file, and what it lets through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contracts.requests.agencies import AgencyReturnConfirmed
from contracts.requests.drivers import DriverArrived, DriverOfferAccepted
from contracts.requests.merchants import MerchantOpened
from contracts.requests.programmes import DonationPledged
from contracts.values import Role
from services.runtime.errors import NotConfigured, Rejected
from services.runtime.messaging import speakers
from services.runtime.process.settings import RuntimeSettings
from tests.support.builders import (
    a_cancellation_requested,
    a_contact_registered,
    a_position_report,
    a_residence_attested,
    an_order_requested,
)

if TYPE_CHECKING:
    from contracts.values import Value

EXAMPLE = Path(__file__).parents[3] / "deploy" / "speakers.toml"
FILE = """
[gateway]
customer = ["*"]
driver = ["*"]

[hotel]
customer = ["hotel-*"]

[civil]
agency = ["dispendukcapil"]

[warung]
merchant = ["w-3"]
"""
HOSPITAL = {"id": "rsud", "kind": "agency"}
CIVIL = {"id": "dispendukcapil", "kind": "agency"}
GUEST = {"id": "hotel-7", "kind": "tourist"}


@pytest.fixture
def known(tmp_path: Path) -> speakers.Speakers:
    path = tmp_path / "speakers.toml"
    path.write_text(FILE)
    loaded = speakers.load(str(path))
    assert loaded is not None
    return loaded


@pytest.mark.parametrize(
    ("login", "data"),
    [
        ("gateway", an_order_requested()),
        ("gateway", DriverArrived(driver_id="d-7", order_id="o-1")),
        ("gateway", a_contact_registered()),
        ("hotel", an_order_requested(customer=GUEST)),
        ("hotel", a_cancellation_requested(by={"role": "customer", "id": "hotel-7"})),
        ("civil", an_order_requested(customer=CIVIL)),
        ("civil", an_order_requested(agency_id="dispendukcapil")),
        ("civil", a_residence_attested()),
        ("civil", AgencyReturnConfirmed(agency_id="dispendukcapil", order_id="o-3", envelope="ENV-1")),
        ("warung", MerchantOpened(merchant_id="w-3")),
        ("stranger", a_position_report()),
        (None, a_position_report()),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_login_speaks_for_whom_the_file_names(
    known: speakers.Speakers, login: str | None, data: Value
) -> None:
    known.require(login, data)


@pytest.mark.parametrize(
    ("login", "data", "code"),
    [
        (None, an_order_requested(), "login_missing"),
        ("stranger", an_order_requested(), "login_wrong"),
        ("hotel", an_order_requested(), "login_wrong"),
        ("hotel", a_cancellation_requested(by={"role": "operator", "id": "hotel-7"}), "login_wrong"),
        ("hotel", a_contact_registered(), "login_wrong"),
        ("gateway", a_residence_attested(), "login_wrong"),
        ("civil", an_order_requested(customer=HOSPITAL), "login_wrong"),
        ("civil", a_cancellation_requested(by={"role": "agency", "id": "rsud"}), "login_wrong"),
        ("civil", DriverOfferAccepted(driver_id="dispendukcapil", offer_id="of-1"), "login_wrong"),
        ("warung", MerchantOpened(merchant_id="w-33"), "login_wrong"),
        ("warung", DonationPledged(donor_id="kadin", campaign_id="tc", amount=1), "login_wrong"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_login_does_not_speak_for_others(
    known: speakers.Speakers, login: str | None, data: Value, code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        known.require(login, data)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[gateway]\nmayor = ['*']", "no such role"),
        ("[gateway]\ndriver = ['a b']", "gateway.driver.0"),
        ("[gateway", "not TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "speakers.toml"
    path.write_text(text)

    with pytest.raises(NotConfigured, match=problem):
        speakers.load(str(path))


def test_a_service_says_whom_it_believes_or_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANCANG_AMQP_URL", "amqp://me:secret@broker/")
    monkeypatch.setenv("GANCANG_MONGODB_URI", "mongodb://db/")
    monkeypatch.delenv("GANCANG_SPEAKERS", raising=False)
    with pytest.raises(NotConfigured, match="GANCANG_SPEAKERS"):
        RuntimeSettings.load()

    monkeypatch.setenv("GANCANG_SPEAKERS", "anybody")

    assert speakers.load(RuntimeSettings.load().speakers) is None


def test_the_example_of_the_deployment_is_read() -> None:
    known = speakers.load(str(EXAMPLE))

    assert known is not None
    known.require("agency", a_residence_attested())
    known.require("example", an_order_requested())
    with pytest.raises(Rejected, match="login"):
        known.require("example", a_residence_attested())


@pytest.mark.parametrize(
    ("login", "may"), [("gateway", True), ("civil", False), ("stranger", False), (None, False)], ids=str
)
def test_a_login_reports_where_its_own_drivers_are(
    known: speakers.Speakers, login: str | None, may: bool
) -> None:
    assert known.may(login, Role.DRIVER, "d-7") is may
