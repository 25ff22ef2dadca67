"""`[proof]`, `[attempts]`: which proofs a courier shows, and what happens to undelivered goods."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.values import ProofKind
from services.orders.adapters.catalogue.strict import Positive, Strict
from services.orders.domain.custody.terms import AttemptRules, BackTo, ProofRules

Proof = Literal["code", "envelope", "photo", "note"]


class ProofSection(Strict):
    """`[proof]`: which proofs each end needs. Only the drop-off can need a code: the recipient gets it."""

    pickup: list[Literal["envelope", "photo", "note"]] = []
    dropoff: list[Proof] = []
    most_tries: Annotated[int, Field(ge=1, le=10)] = 5
    most_codes: Annotated[int, Field(ge=1, le=20)] = 4

    def rules(self) -> ProofRules:
        """The rules of the domain."""
        pickup, dropoff = (tuple(map(ProofKind, kinds)) for kinds in (self.pickup, self.dropoff))
        return ProofRules(pickup, dropoff, self.most_tries, self.most_codes)


class AttemptsSection(Strict):
    """`[attempts]`: how often the courier tries, after which pause, and how soon goods have to be back."""

    most: Annotated[int, Field(ge=1, le=5)]
    again_after_min: Annotated[int, Field(ge=0, le=10_080)]
    then_back_to: BackTo
    return_within_h: Positive

    def rules(self) -> AttemptRules:
        """The rules of the domain."""
        return AttemptRules(self.most, self.again_after_min, self.return_within_h, self.then_back_to)
