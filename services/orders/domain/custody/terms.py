"""Proofs, delivery attempts and the chain of custody: values that travel with the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.values import Actor, CustodyStep, ProofKind


@dataclass(frozen=True, slots=True)
class ProofRules:
    """Which proofs the courier shows at the pick-up and at the drop-off; empty: none.

    `most_tries`: wrong codes until the code is locked. `most_codes`: how many codes are issued for one order.
    """

    pickup: tuple[ProofKind, ...] = ()
    dropoff: tuple[ProofKind, ...] = ()
    most_tries: int = 5
    most_codes: int = 4


NO_PROOF_NEEDED = ProofRules()


class BackTo(StrEnum):
    """Where undelivered goods go. An agency confirms the return; a sender's goods are back on report."""

    AGENCY = "agency"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class AttemptRules:
    """How often the courier tries, after which pause, and how soon undelivered goods have to be back."""

    most: int
    again_after_min: int
    return_within_h: int
    back_to: BackTo = BackTo.AGENCY


@dataclass(frozen=True, slots=True)
class Custody:
    """A line of the chain of custody: who has the goods from `at` on. `envelope`: the number on them."""

    at: datetime
    step: CustodyStep
    by: Actor
    envelope: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """The recipient's one-time code, without its digits. `wrong`: wrong codes tried since it was issued."""

    serial: int
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How the delivery goes. `failed`: number of failed attempts; `reason`: why the last one failed.

    `next_at`: not tried again before; `return_by`: the deadline for bringing the goods back.
    `brought_back`: the courier reports that they are back; `overdue`: the alarm about the deadline was
    raised.
    """

    failed: int = 0
    reason: str | None = None
    next_at: datetime | None = None
    return_by: datetime | None = None
    brought_back: bool = False
    overdue: bool = False


NOT_ATTEMPTED = DeliveryState()
