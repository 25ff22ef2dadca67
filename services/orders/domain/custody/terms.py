"""What a courier has to show at either end, and how often he tries: plain values that travel with the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.values import Actor, CustodyStep, ProofKind


@dataclass(frozen=True, slots=True)
class ProofRules:
    """Which proofs the pick-up and the drop-off need; empty: none.

    `most_tries`: wrong codes before it is locked. `most_codes`: how many are sent for one order.
    """

    pickup: tuple[ProofKind, ...] = ()
    dropoff: tuple[ProofKind, ...] = ()
    most_tries: int = 5
    most_codes: int = 4


NO_PROOF_NEEDED = ProofRules()


class BackTo(StrEnum):
    """Where goods go that nobody took. An agency confirms that it has them; a sender has them when the courier says so."""

    AGENCY = "agency"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class AttemptRules:
    """How often the courier tries, after which pause, and by when the goods are back if nobody took them."""

    most: int
    again_after_min: int
    return_within_h: int
    back_to: BackTo = BackTo.AGENCY


@dataclass(frozen=True, slots=True)
class Custody:
    """Who had the goods from when on; `envelope`: the number that was read off them."""

    at: datetime
    step: CustodyStep
    by: Actor
    envelope: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """The recipient's one-time code, without a digit of it. `wrong`: how often it was wrong since it was issued."""

    serial: int
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How the hand-over goes. `reason`: why the last attempt failed.

    `brought_back`: the courier says so; `overdue`: the alarm about it has gone out.
    """

    failed: int = 0
    reason: str | None = None
    next_at: datetime | None = None
    return_by: datetime | None = None
    brought_back: bool = False
    overdue: bool = False


NOT_ATTEMPTED = DeliveryState()
