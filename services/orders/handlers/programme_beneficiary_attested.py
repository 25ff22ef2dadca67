"""`programme.beneficiary_attested.v1`: an agency says for whom a programme pays, and until when."""

from __future__ import annotations

from contracts.message import Message
from contracts.requests.programmes import ProgrammeBeneficiaryAttested
from services.orders.domain.kitchen.merchant import not_ahead
from services.orders.domain.payment.budget import Beneficiary, attested
from services.orders.handlers.erased_parties import forget_late_word
from services.orders.handlers.purses import beneficiary_key
from services.orders.handlers.refusing import refusing_fact
from services.orders.ports import Context
from services.runtime.change import Change, Entry, cause_of


class ProgrammeBeneficiaryAttestedHandler:
    """An older word has no effect; a day that is over ends it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, message: Message[ProgrammeBeneficiaryAttested]) -> None:
        """Note it."""
        said = message.data
        with refusing_fact():
            not_ahead(message.time, self._context.clock.now())
        word = Beneficiary(said.programme_id, said.customer_id, said.by.id, said.valid_until, message.time)

        def decide(known: Beneficiary | None) -> Change[Beneficiary] | None:
            person = attested(known, word)
            return (
                None
                if person is None
                else Change(person, (), Entry("attested", f"{said.by.role}:{said.by.id}"))
            )

        await self._context.beneficiaries.change(
            beneficiary_key(said.programme_id, said.customer_id), cause_of(message), decide
        )
        await forget_late_word(self._context, said.programme_id, said.customer_id, message.time)
