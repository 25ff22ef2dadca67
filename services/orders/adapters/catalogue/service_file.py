"""The TOML file of one service: its sections, and the domain's values made from them."""

# ruff: noqa: RUF012  pydantic copies a default for each model
from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.registry import CONTRACTS
from contracts.values import Carried, PayerKind, Requirements, Texts
from services.orders.adapters.catalogue.custody import AttemptsSection, ProofSection
from services.orders.adapters.catalogue.intake import (
    DetailSection,
    HandOverSection,
    PartiesSection,
    UnservedSection,
)
from services.orders.adapters.catalogue.kitchen import ChangesSection, MerchantSection
from services.orders.adapters.catalogue.payment import CancellationRow, ProgrammeSection, TariffSection
from services.orders.adapters.catalogue.routes import RouteSection
from services.orders.adapters.catalogue.search import ScheduleSection, SearchSections
from services.orders.adapters.catalogue.strict import Positive, Strict
from services.orders.domain.intake.request import Service
from services.orders.domain.order import Policy


def _events(tell: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    unknown = [event for event in tell if event not in CONTRACTS]
    if unknown:
        message = f"unknown event {', '.join(unknown)}"
        raise ValueError(message)
    return tell


class ServiceFile(Strict):
    """The whole file. A service without a section does not have what the section is about."""

    name: Annotated[Texts, Field(min_length=1)]
    notices: Texts = {}
    carries: Carried = Carried.PASSENGER
    priority: Annotated[int, Field(ge=0, le=9)]
    max_distance_km: Positive
    payers: Annotated[list[PayerKind], Field(min_length=1)]
    requirements: Requirements
    from_shelter: bool = False
    parties: PartiesSection = PartiesSection()
    details: dict[str, DetailSection] = {}
    hand_over: HandOverSection | None = None
    unserved: UnservedSection = UnservedSection()
    proof: ProofSection = ProofSection()
    attempts: AttemptsSection | None = None
    merchant: MerchantSection | None = None
    changes: ChangesSection = ChangesSection()
    search: SearchSections
    schedule: ScheduleSection | None = None
    programme: ProgrammeSection | None = None
    route: RouteSection | None = None
    tariff: TariffSection
    cancellation: list[CancellationRow] = []
    tell: Annotated[dict[str, tuple[str, ...]], AfterValidator(_events)]

    def service(self, name: str) -> Service:
        """The service of the domain: what intake needs."""
        return Service(
            name=name,
            texts=self.name,
            town=self.search.town.rules(),
            rural=self.search.rural.rules(),
            policy=self.policy(),
            tariff=self.tariff.tariff(),
            payers=frozenset(self.payers),
            max_distance_m=self.max_distance_km * 1000,
            details=tuple(section.rule(key) for key, section in self.details.items()),
            parties=self.parties.rules(),
            programme=self.programme.rules() if self.programme else None,
            hand_over=self.hand_over.rule() if self.hand_over else None,
            from_shelter=self.from_shelter,
        )

    def policy(self) -> Policy:
        """The policy of the domain: what travels with each order."""
        return Policy(
            search=self.search.town.rules(),
            requirements=self.requirements,
            priority=self.priority,
            tell=tuple(self.tell.items()),
            notices=self.notices,
            carries=self.carries,
            unserved=self.unserved.reason,
            proof=self.proof.rules(),
            attempts=self.attempts.rules() if self.attempts else None,
            merchant=self.merchant.rules() if self.merchant else None,
            changes=self.changes.rules(self.max_distance_km * 1000),
            schedule=self.schedule.rules() if self.schedule else None,
            route=self.route.rules() if self.route else None,
            fees=tuple(row.row() for row in self.cancellation),
        )
