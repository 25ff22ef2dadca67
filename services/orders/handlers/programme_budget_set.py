"""`programme.budget_set.v1`: what a programme may spend in a month, and on what."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.programmes import ProgrammeBudgetSet
from services.orders.domain.kitchen.merchant import not_ahead
from services.orders.domain.payment.budget import Budget, budget_set
from services.orders.handlers.refusing import refusing_fact
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class ProgrammeBudgetSetHandler:
    """First the fact, then the ledger's cap: both can be done again. A smaller cap takes nothing from orders under way."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[ProgrammeBudgetSet]) -> None:
        """Note the cap."""
        said = message.data
        with refusing_fact():
            not_ahead(message.time, self._context.clock.now())
        word = Budget(
            f"programme:{said.programme_id}:{said.period}", said.cap, message.time, tuple(said.services)
        )

        def decide(known: Budget | None) -> Change[Budget] | None:
            budget = budget_set(known, word)
            return (
                None
                if budget is None
                else Change(budget, (), Entry("set", f"{said.by.role}:{said.by.id}", str(said.cap)))
            )

        await self._context.budgets.change(word.budget_id, cause_of(message), decide)
        await take_over(self._context, word.budget_id)


async def take_over(context: Context, budget_id: str) -> None:
    """The ledger learns the present cap."""
    stored = await context.budgets.get(budget_id)
    if stored is not None:
        await context.ledger.set_cap(budget_id, stored.state.cap, stored.version)
