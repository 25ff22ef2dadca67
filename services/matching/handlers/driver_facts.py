"""Facts about a driver, from their app or an agency: registration, residence, suspension, certificate, shift.

A fact that arrives before the registration waits for it on the retry ladder.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.message import Message
from contracts.requests import drivers as requests
from contracts.values import Residence
from services.matching.domain.drivers import facts
from services.matching.domain.drivers.driver import Certification, Driver, Paper
from services.matching.domain.drivers.facts import known
from services.matching.domain.errors import Refused
from services.matching.domain.ground.distance import inside_country
from services.matching.ports import Context
from services.matching.saving.offers import withdraw_if_barred
from services.runtime.change import cause_of


def registered(
    driver: Driver | None, message: Message[requests.DriverRegistered], now: datetime
) -> Driver | None:
    """Note vehicle and papers. Raises `Refused` (`invalid_papers`) for an impossible date."""
    said = message.data
    papers = tuple(Paper(paper.kind.value, paper.valid_until) for paper in said.papers)
    facts.require_possible_dates(papers, now)
    return facts.registered(driver, said.driver_id, said.vehicle, papers, message.time)


def residence_attested(
    driver: Driver | None, message: Message[requests.DriverResidenceAttested], _: datetime
) -> Driver | None:
    """Note the attestation."""
    said = message.data
    residence = Residence(by=said.by.id, district_code=said.district_code, valid_until=said.valid_until)
    return facts.residence_attested(known(driver), residence, message.time)


def residence_revoked(driver: Driver | None, message: Message[Any], _: datetime) -> Driver | None:
    """Remove the attestation."""
    return facts.residence_revoked(known(driver), message.time)


def certified(
    driver: Driver | None, message: Message[requests.DriverCertified], _: datetime
) -> Driver | None:
    """Note the certificate."""
    said = message.data
    certification = Certification(said.certification, said.by.id, said.valid_until)
    return facts.certified(known(driver), certification, message.time)


def suspended(driver: Driver | None, message: Message[Any], _: datetime) -> Driver | None:
    """Bar the driver."""
    return facts.suspended(known(driver), message.time)


def reinstated(driver: Driver | None, message: Message[Any], _: datetime) -> Driver | None:
    """Lift the suspension."""
    return facts.reinstated(known(driver), message.time)


def shift_started(
    driver: Driver | None, message: Message[requests.DriverShiftStarted], _: datetime
) -> Driver | None:
    """Begin the shift. Raises `Refused`: `outside_country`, or `shift_running` during the previous shift."""
    place = message.data.place
    if not inside_country(place.lat, place.lng):
        raise Refused("outside_country", pointer="/place")
    return facts.shift_started(known(driver), place, message.time)


def shift_ended(driver: Driver | None, message: Message[Any], _: datetime) -> Driver | None:
    """End the shift."""
    return facts.shift_ended(known(driver), message.time)


async def withdraw_offers(context: Context, message: Message[Any]) -> None:
    """After a restricting fact: withdraw the driver's open offers, unless a newer fact allows them again."""
    await withdraw_if_barred(context, message.data.driver_id, cause_of(message))


async def share_position(context: Context, message: Message[requests.DriverShiftStarted]) -> None:
    """After the start of a shift: its place is the driver's first position."""
    said = message.data
    context.hints.shift_started(said.driver_id, said.place.lat, said.place.lng, message.time)
