"""A merchant as a frozen value: where it cooks, who attests that it is a resident's, whether it takes orders now."""

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
    """`rush_minutes`: what a rush adds to each order; `paused`: in it no new one is taken.

    `facts`: time of the newest fact of each kind.
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
        """Whether an agency attests for that day that it is a resident's."""
        return self.residence is not None and self.residence.valid_until >= day


def registered(
    merchant: Merchant | None, merchant_id: str, name: str, place: Place, at: datetime
) -> Merchant | None:
    """A new merchant, or the known one under another name or at another place; None for an old fact."""
    if merchant is None:
        return Merchant(merchant_id, name, place, facts={REGISTRATION: at})
    return _granting(replace(merchant, name=name, place=place), REGISTRATION, at)


def attested(merchant: Merchant, residence: Residence, at: datetime) -> Merchant | None:
    """An agency attests that the merchant is a resident."""
    return _granting(replace(merchant, residence=residence), RESIDENCE, at)


def revoked(merchant: Merchant, at: datetime) -> Merchant | None:
    """The attestation no longer holds."""
    return _restricting(replace(merchant, residence=None), RESIDENCE, at)


def opened(merchant: Merchant, at: datetime) -> Merchant | None:
    """It takes orders."""
    return _granting(replace(merchant, is_open=True), HOURS, at)


def closed(merchant: Merchant, at: datetime) -> Merchant | None:
    """It takes no new orders; those that it has are cooked."""
    return _restricting(replace(merchant, is_open=False), HOURS, at)


def rush_started(merchant: Merchant, extra_minutes: int, at: datetime, *, paused: bool) -> Merchant | None:
    """Each order takes so much longer until the rush ends."""
    return _restricting(replace(merchant, rush_minutes=extra_minutes, paused=paused), RUSH, at)


def rush_ended(merchant: Merchant, at: datetime) -> Merchant | None:
    """Orders take as long as ever."""
    return _granting(replace(merchant, rush_minutes=0, paused=False), RUSH, at)


def erased(merchant: Merchant | None, merchant_id: str, at: datetime) -> Merchant | None:
    """What is left when it is forgotten: what was said later. None when that is all there is.

    Also of one that nobody knows: a fact from before the erasure that comes later has no effect.
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
    """Of two facts with one time the restricting one holds, in whatever order they come."""
    known = changed.facts.get(kind)
    return _noted(changed, kind, at) if known is None or at > known else None


def _restricting(changed: Merchant, kind: str, at: datetime) -> Merchant | None:
    known = changed.facts.get(kind)
    return _noted(changed, kind, at) if known is None or at >= known else None


def _noted(changed: Merchant, kind: str, at: datetime) -> Merchant:
    return replace(changed, facts={**changed.facts, kind: at})
