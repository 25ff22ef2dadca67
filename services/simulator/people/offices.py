"""The offices of the regency and the donor: what they attest and pay before the first order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta, timezone

from contracts.queues import QUEUES
from contracts.registry import TYPE_OF
from contracts.requests.drivers import DriverCertified
from contracts.requests.programmes import DonationPledged, ProgrammeBeneficiaryAttested, ProgrammeBudgetSet
from contracts.values import Actor, PayerKind, Role
from services.simulator.people.context import AGENCY_APP, CUSTOMERS_APP, ActorContext
from services.simulator.plans.drivers import DriverPlan
from services.simulator.plans.errand import Errand
from services.simulator.plans.errand_drafts import CAMPAIGN, DONOR, PROGRAMME

HEALTH, SOCIAL, ON_DUTY = "dinkes", "dinsos", "emergency-desk"
HEARD = frozenset(name for queue in QUEUES.values() for name in queue.types)
WESTERN_INDONESIA = timezone(timedelta(hours=7))
YEAR = timedelta(days=365)
CAP, PLEDGE = 500_000, 250_000


async def open_offices(
    context: ActorContext, errands: Iterable[Errand], drivers: Iterable[DriverPlan]
) -> None:
    """Set a budget, attest its beneficiaries, pledge a donation, certify couriers for medicine."""
    await context.register_contact(ON_DUTY, Role.OPERATOR, "id", "Petugas jaga")
    today = context.pace.now().astimezone(WESTERN_INDONESIA).date()
    office = Actor(role=Role.AGENCY, id=SOCIAL)
    beneficiaries = [
        errand
        for errand in errands
        if errand.payer is not None
        and errand.payer.kind is PayerKind.PROGRAMME
        and errand.ends == "completed"
    ]
    if beneficiaries and TYPE_OF[ProgrammeBudgetSet] in HEARD:
        services = sorted({errand.service for errand in beneficiaries})
        budget = ProgrammeBudgetSet(
            programme_id=PROGRAMME, period=f"{today:%Y-%m}", cap=CAP, services=services, by=office
        )
        await context.send(budget, AGENCY_APP)
        for errand in beneficiaries:
            await context.send(_attested(errand, office, today), AGENCY_APP)
    if TYPE_OF[DonationPledged] in HEARD:
        await context.send(
            DonationPledged(donor_id=DONOR, campaign_id=CAMPAIGN, amount=PLEDGE), CUSTOMERS_APP
        )
    for driver in drivers:
        for certification in driver.certifications:
            await context.send(_certified(driver, certification, today), AGENCY_APP)


def _attested(errand: Errand, office: Actor, today: date) -> ProgrammeBeneficiaryAttested:
    return ProgrammeBeneficiaryAttested(
        programme_id=PROGRAMME, customer_id=errand.customer.id, by=office, valid_until=today + YEAR
    )


def _certified(driver: DriverPlan, certification: str, today: date) -> DriverCertified:
    office = Actor(role=Role.AGENCY, id=HEALTH)
    return DriverCertified(
        driver_id=driver.id, by=office, certification=certification, valid_until=today + YEAR
    )
