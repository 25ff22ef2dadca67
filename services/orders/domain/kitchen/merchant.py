"""A merchant as a frozen value: place, attestation of residence, opening, rush.

A function for each fact. It returns the merchant after the fact, or None for a fact that is older than the
known one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from contracts.values import Id, Place, Residence, Short, UtcTime
from services.orders.domain.blanking import NOWHERE

REGISTRATION, RESIDENCE, HOURS, RUSH = "registration", "residence", "hours", "rush"
NAMELESS = "-"


@dataclass(frozen=True, slots=True)
class Merchant:
    """What is known about a merchant. `rush_minutes`: what the present rush adds to each order.

    `paused`: no new orders during the rush. `facts`: kind of fact → time of the newest one.
    """

    merchant_id: Id
    name: Short
    place: Place
    residence: Residence | None = None
    is_open: bool = False
    rush_minutes: int = 0
    paused: bool = False
    facts: Mapping[str, UtcTime] = field(default_factory=dict)

    def resident_on(self, day: date) -> bool:
        """Whether an agency attests for that day that a resident runs it."""
        return self.residence is not None and self.residence.valid_until >= day


def registered(
    merchant: Merchant | None, merchant_id: str, name: str, place: Place, at: datetime
) -> Merchant | None:
    """A new merchant, or the known one with this name and place; None for an old fact."""
    if merchant is None:
        return Merchant(merchant_id, name, place, facts={REGISTRATION: at})
    return _granting(replace(merchant, name=name, place=place), REGISTRATION, at)


def attested(merchant: Merchant, residence: Residence, at: datetime) -> Merchant | None:
    """The merchant with an agency's attestation of residence; None for an old fact."""
    return _granting(replace(merchant, residence=residence), RESIDENCE, at)


def revoked(merchant: Merchant, at: datetime) -> Merchant | None:
    """The merchant without an attestation of residence; None for an old fact."""
    return _restricting(replace(merchant, residence=None), RESIDENCE, at)


def opened(merchant: Merchant, at: datetime) -> Merchant | None:
    """The merchant taking orders; None for an old fact."""
    return _granting(replace(merchant, is_open=True), HOURS, at)


def closed(merchant: Merchant, at: datetime) -> Merchant | None:
    """The merchant taking no new orders; None for an old fact. Accepted orders are still cooked."""
    return _restricting(replace(merchant, is_open=False), HOURS, at)


def rush_started(merchant: Merchant, extra_minutes: int, at: datetime, *, paused: bool) -> Merchant | None:
    """The merchant with extra minutes for each order until the rush ends; None for an old fact."""
    return _restricting(replace(merchant, rush_minutes=extra_minutes, paused=paused), RUSH, at)


def rush_ended(merchant: Merchant, at: datetime) -> Merchant | None:
    """The merchant without a rush; None for an old fact."""
    return _granting(replace(merchant, rush_minutes=0, paused=False), RUSH, at)


def erased(merchant: Merchant | None, merchant_id: str, at: datetime) -> Merchant | None:
    """The merchant without every fact up to the erasure; None when there is nothing to remove.

    An unknown merchant is written too, so that an older fact that arrives later has no effect.
    """
    known = merchant or Merchant(merchant_id, NAMELESS, NOWHERE)
    left = known
    older = {kind for kind in (REGISTRATION, RESIDENCE, HOURS, RUSH) if known.facts.get(kind, at) <= at}
    if REGISTRATION in older:
        left = replace(left, name=NAMELESS, place=NOWHERE)
    if RESIDENCE in older:
        left = replace(left, residence=None)
    if HOURS in older:
        left = replace(left, is_open=False)
    if RUSH in older:
        left = replace(left, rush_minutes=0, paused=False)
    left = replace(left, facts={**left.facts, **dict.fromkeys(older, at)})
    return None if left == merchant else left


def _granting(changed: Merchant, kind: str, at: datetime) -> Merchant | None:
    """Note a fact that allows more. Of two facts with one time the restricting one wins, in any order."""
    known = changed.facts.get(kind)
    return _noted(changed, kind, at) if known is None or at > known else None


def _restricting(changed: Merchant, kind: str, at: datetime) -> Merchant | None:
    """Note a fact that allows less."""
    known = changed.facts.get(kind)
    return _noted(changed, kind, at) if known is None or at >= known else None


def _noted(changed: Merchant, kind: str, at: datetime) -> Merchant:
    return replace(changed, facts={**changed.facts, kind: at})
