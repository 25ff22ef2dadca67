"""`donation.pledged.v1`: a donor pays for orders of a campaign; further pledges add to it."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.programmes import DonationPledged
from services.orders.domain.payment.budget import Budget, pledged
from services.orders.handlers.programme_budget_set import take_over
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class DonationPledgedHandler:
    """The same message again adds nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[DonationPledged]) -> None:
        """Add the pledge."""
        said = message.data
        budget_id = f"donor:{said.donor_id}:{said.campaign_id}"

        def decide(known: Budget | None) -> Change[Budget]:
            return Change(
                pledged(known, budget_id, said.amount, message.time),
                (),
                Entry("pledged", said.donor_id, str(said.amount)),
            )

        await self._context.budgets.change(budget_id, cause_of(message), decide)
        await take_over(self._context, budget_id)
