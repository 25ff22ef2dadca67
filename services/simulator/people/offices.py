"""The offices of the regency and those who give: what they attest and pay before the first order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta, timezone

from contracts.queues import QUEUES
from contracts.registry import TYPE_OF
from contracts.requests.drivers import DriverCertified
from contracts.requests.programmes import DonationPledged, ProgrammeBeneficiaryAttested, ProgrammeBudgetSet
from contracts.values import Actor, PayerKind, Role
from services.simulator.people.context import AGENCY, CUSTOMERS, Desk
from services.simulator.plans.errand import Errand
from services.simulator.plans.errands import CAMPAIGN, DONOR, PROGRAMME
from services.simulator.plans.people_plans import DriverPlan

HEALTH, SOCIAL, ON_DUTY = "dinkes", "dinsos", "emergency-desk"
HEARD = frozenset(name for queue in QUEUES.values() for name in queue.types)
WESTERN_INDONESIA = timezone(timedelta(hours=7))
YEAR = timedelta(days=365)
CAP, PLEDGE = 500_000, 250_000


async def open_offices(desk: Desk, errands: Iterable[Errand], drivers: Iterable[DriverPlan]) -> None:
    """A programme with its budget and its poor, a donor's pledge, and the couriers who were trained for medicine."""
    await desk.register_contact(ON_DUTY, Role.OPERATOR, "id", "Petugas jaga")
    today = desk.pace.now().astimezone(WESTERN_INDONESIA).date()
    office = Actor(role=Role.AGENCY, id=SOCIAL)
    poor = [
        errand
        for errand in errands
        if errand.payer is not None
        and errand.payer.kind is PayerKind.PROGRAMME
        and errand.ends == "completed"
    ]
    if poor and TYPE_OF[ProgrammeBudgetSet] in HEARD:
        services = sorted({errand.service for errand in poor})
        budget = ProgrammeBudgetSet(
            programme_id=PROGRAMME, period=f"{today:%Y-%m}", cap=CAP, services=services, by=office
        )
        await desk.send(budget, AGENCY)
        for errand in poor:
            await desk.send(_poor(errand, office, today), AGENCY)
    if TYPE_OF[DonationPledged] in HEARD:
        await desk.send(DonationPledged(donor_id=DONOR, campaign_id=CAMPAIGN, amount=PLEDGE), CUSTOMERS)
    for driver in drivers:
        for certification in driver.certifications:
            await desk.send(_trained(driver, certification, today), AGENCY)


def _poor(errand: Errand, office: Actor, today: date) -> ProgrammeBeneficiaryAttested:
    return ProgrammeBeneficiaryAttested(
        programme_id=PROGRAMME, customer_id=errand.customer.id, by=office, valid_until=today + YEAR
    )


def _trained(driver: DriverPlan, certification: str, today: date) -> DriverCertified:
    office = Actor(role=Role.AGENCY, id=HEALTH)
    return DriverCertified(
        driver_id=driver.id, by=office, certification=certification, valid_until=today + YEAR
    )
