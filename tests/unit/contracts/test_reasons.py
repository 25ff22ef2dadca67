"""Reason codes: each is named once, says a sentence, and every code that a contract speaks of is listed."""

from __future__ import annotations

import inspect
import json
import re

import pytest

from contracts import attributes, codec, envelope
from contracts.publishing.examples import examples_of
from contracts.reasons import (
    ENDED,
    FAILED,
    INELIGIBLE,
    NOT_ASKED,
    REASONS,
    REFUSED,
    REJECTED,
    UNREADABLE,
    Fault,
    sentence,
)
from contracts.registry import CONTRACTS

OUR_REASONS = [
    (name, example.name, example.event["data"]["reason"])
    for name, contract in CONTRACTS.items()
    if not contract.is_request
    for example in examples_of(name)
    if "reason" in example.event["data"]
]


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_has_a_code_a_sentence_and_a_fault(code: str) -> None:
    reason = REASONS[code]

    assert (reason.code, reason.fault in Fault) == (code, True)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
    assert re.fullmatch(r"[A-Z][^\n]*\.", reason.sentence)
    assert len(reason.sentence) <= 200


@pytest.mark.parametrize(("name", "example", "code"), OUR_REASONS)
def test_a_reason_in_an_event_is_listed(name: str, example: str, code: str) -> None:
    assert code in REASONS, (name, example)


def test_both_refusals_share_no_code() -> None:
    assert REJECTED.keys() & REFUSED.keys() == set()
    tables = (REJECTED, REFUSED, INELIGIBLE, NOT_ASKED, ENDED, FAILED, UNREADABLE)
    assert REASONS.keys() == {code for table in tables for code in table}


def test_every_code_that_makes_a_message_unreadable_is_listed() -> None:
    sources = "".join(inspect.getsource(module) for module in (attributes, envelope, codec))
    written = set(re.findall(r'Unreadable\("([a-z0-9_]+)"\)', sources)) | set(
        re.findall(r'return "(too_deep)"', sources)
    )
    named = set(re.findall(r'(?:text|required)\(\w+, "([a-z]+)"\)', sources))

    assert written | {f"bad_{name}" for name in named} <= UNREADABLE.keys()
    assert {"too_large", "not_an_event"} <= written
    assert {"id", "subject"} <= named


def test_a_code_of_a_newer_writer_stands_for_itself() -> None:
    assert sentence("dragon_on_the_road") == "dragon_on_the_road"
    assert json.dumps(sentence("no_driver")) == '"No driver was found in time."'
