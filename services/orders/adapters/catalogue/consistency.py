"""Contradictions between the sections of one file, which make a service that could never work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from contracts.values import Role
from services.orders.domain.custody.proof import ENVELOPE
from services.orders.domain.custody.terms import BackTo
from services.orders.domain.intake.parties import Party

if TYPE_CHECKING:
    from services.orders.adapters.catalogue.service_file import ServiceFile

AUDIENCES = {role.value for role in Role} - {Role.SYSTEM.value, Role.UNKNOWN.value}
CODE_ISSUED = "order.code_issued.v1"

Contradiction = tuple[tuple[str, ...], str]
"""The key, and what is wrong there."""


def contradictions(file: ServiceFile) -> Iterator[Contradiction]:
    """All contradictions of the file."""
    yield from _telling(file)
    yield from _proving(file)
    yield from _returning(file)
    yield from _handing_over(file)


def _telling(file: ServiceFile) -> Iterator[Contradiction]:
    for event, audience in file.tell.items():
        for who in sorted(set(audience) - AUDIENCES):
            yield ("tell", event), f"unknown audience {who}"


def _proving(file: ServiceFile) -> Iterator[Contradiction]:
    for side, kinds in (("pickup", file.proof.pickup), ("dropoff", file.proof.dropoff)):
        if ENVELOPE in kinds and not _required(file, ENVELOPE):
            yield ("proof", side), "an envelope has to be shown, but [details.envelope] is not required"
    if "code" in file.proof.dropoff and Role.RECIPIENT.value not in file.tell.get(CODE_ISSUED, ()):
        yield (
            ("proof", "dropoff"),
            f'a code has to be shown, but [tell] does not send it: add "{CODE_ISSUED}" = ["recipient"]',
        )


def _returning(file: ServiceFile) -> Iterator[Contradiction]:
    if file.attempts is None or file.attempts.then_back_to is not BackTo.AGENCY:
        return
    if Party.AGENCY not in file.parties.requires:
        yield ("attempts", "then_back_to"), "goods go back to an agency, but [parties] requires none"
    if not _required(file, ENVELOPE):
        yield (
            ("attempts", "then_back_to"),
            "an agency confirms the envelope's number, but [details.envelope] is not required",
        )


def _handing_over(file: ServiceFile) -> Iterator[Contradiction]:
    when = file.hand_over.when if file.hand_over is not None else {}
    for key, value in when.items():
        if not _possible(file, key, value):
            yield ("hand_over", "when"), f"no [details.{key}] can be {value!r}"


def _required(file: ServiceFile, key: str) -> bool:
    section = file.details.get(key)
    return section is not None and section.required


def _possible(file: ServiceFile, key: str, value: Any) -> bool:
    section = file.details.get(key)
    return section is not None and (not section.one_of or value in section.one_of)
