"""Facts about who pays: a programme's budget, a donor's pledge, an attested beneficiary."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.programmes import DonationPledged, ProgrammeBeneficiaryAttested, ProgrammeBudgetSet
from services.orders.domain.payment import budget as budgets
from services.orders.domain.payment.budget import Beneficiary, Budget
from services.orders.handlers.erasing import forget_late_attestation
from services.orders.handlers.payer_lookup import beneficiary_key
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of
from services.runtime.facts import require_not_ahead


async def programme_budget_set(context: Context, message: Message[ProgrammeBudgetSet]) -> None:
    """Set what a programme may spend in a month, and on what.

    A smaller cap takes nothing from orders under way.

    First the fact, then the ledger's cap: both can be done again. Raises `Rejected` for a fact of the future.
    """
    said = message.data
    require_not_ahead(message.time, context.clock.now())
    budget_id = f"programme:{said.programme_id}:{said.period}"
    fact = Budget(budget_id, said.cap, message.time, tuple(said.services))

    def decide(known: Budget | None) -> Change[Budget] | None:
        budget = budgets.budget_set(known, fact)
        entry = Entry("set", f"{said.by.role}:{said.by.id}", str(said.cap))
        return None if budget is None else Change(budget, (), entry)

    await context.budgets.change(budget_id, cause_of(message), decide)
    await _update_cap(context, budget_id)


async def donation_pledged(context: Context, message: Message[DonationPledged]) -> None:
    """Add a pledge to the donor's campaign. The same message again adds nothing."""
    said = message.data
    budget_id = f"donor:{said.donor_id}:{said.campaign_id}"

    def decide(known: Budget | None) -> Change[Budget]:
        pledged = budgets.pledged(known, budget_id, said.amount, message.time)
        return Change(pledged, (), Entry("pledged", said.donor_id, str(said.amount)))

    await context.budgets.change(budget_id, cause_of(message), decide)
    await _update_cap(context, budget_id)


async def programme_beneficiary_attested(
    context: Context, message: Message[ProgrammeBeneficiaryAttested]
) -> None:
    """Note for whom a programme pays, and until when.

    A day that is over ends it; an older fact has no effect.

    Raises `Rejected` for a fact of the future.
    """
    said = message.data
    require_not_ahead(message.time, context.clock.now())
    fact = Beneficiary(said.programme_id, said.customer_id, said.by.id, said.valid_until, message.time)

    def decide(known: Beneficiary | None) -> Change[Beneficiary] | None:
        person = budgets.attested(known, fact)
        entry = Entry("attested", f"{said.by.role}:{said.by.id}")
        return None if person is None else Change(person, (), entry)

    key = beneficiary_key(said.programme_id, said.customer_id)
    await context.beneficiaries.change(key, cause_of(message), decide)
    await forget_late_attestation(context, said.programme_id, said.customer_id, message.time)


async def _update_cap(context: Context, budget_id: str) -> None:
    """Tell the ledger the present cap."""
    stored = await context.budgets.get(budget_id)
    if stored is not None:
        await context.ledger.set_cap(budget_id, stored.state.cap, stored.version)
