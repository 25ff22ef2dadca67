"""Which roles may send which request: an agency attests, and no one attests for themselves."""

from __future__ import annotations

import pytest

from contracts.registry import CONTRACTS
from contracts.requests.drivers import DriverResidenceRevoked, DriverShiftEnded, DriverSuspended
from contracts.speakers import SPEAKERS, may_say
from contracts.values import Role

NAMING_SOMEBODY = sorted(
    name for name, one in CONTRACTS.items() if one.is_request and "by" in one.model.model_fields
)


@pytest.mark.parametrize("name", NAMING_SOMEBODY)
def test_every_request_that_names_its_speaker_says_who_may_be_one(name: str) -> None:
    assert SPEAKERS[name]
    assert SPEAKERS[name].isdisjoint({Role.SYSTEM, Role.UNKNOWN})


@pytest.mark.parametrize("role", Role)
def test_only_an_agency_says_who_lives_in_the_regency(role: Role) -> None:
    said = DriverResidenceRevoked.model_validate({"driver_id": "d-7", "by": {"role": role, "id": "x-1"}})

    assert may_say("driver.residence_revoked.v1", said) is (role is Role.AGENCY)


@pytest.mark.parametrize(
    ("role", "may"),
    [("operator", True), ("agency", True), ("driver", False), ("customer", False), ("mayor", False)],
)
def test_an_operator_or_an_agency_suspends(role: str, may: bool) -> None:
    said = DriverSuspended.model_validate(
        {"driver_id": "d-7", "by": {"role": role, "id": "x-1"}, "reason": "complaint"}
    )

    assert may_say("driver.suspended.v1", said) is may


def test_what_names_nobody_is_not_held_up() -> None:
    assert may_say("driver.shift_ended.v1", DriverShiftEnded(driver_id="d-7"))
