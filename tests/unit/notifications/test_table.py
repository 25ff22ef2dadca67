"""The audience table: every row can be sent, and the customer is told of every end."""

from __future__ import annotations

import pytest

from contracts.queues import QUEUES
from contracts.registry import CONTRACTS
from contracts.requests.recipients import ChannelKind
from services.notifications.domain.audience.checking import TableWrong, check_table
from services.notifications.domain.audience.table import (
    AT_A_DESK,
    AUDIENCE_TABLE,
    BY_PHONE_FIRST,
    CHANNEL_ORDER,
    CHANNELS,
    ENDS,
    ORDER_ROWS,
    Row,
    Urgency,
    row_of,
)
from tests.support.texts import TEXTS


def test_every_kind_of_channel_for_people_is_tried_in_some_order() -> None:
    kinds = sorted(set(ChannelKind) - {ChannelKind.WEBHOOK, ChannelKind.UNKNOWN})

    assert sorted(CHANNELS) == kinds
    assert {tuple(sorted(order)) for order in (BY_PHONE_FIRST, AT_A_DESK)} == {tuple(kinds)}
    assert set().union(*CHANNEL_ORDER.values()) == set(kinds)


def test_every_row_has_its_texts() -> None:
    check_table(AUDIENCE_TABLE, TEXTS.has)


@pytest.mark.parametrize(
    ("audience", "row", "finding"),
    [
        ("customer", Row("order.dragon", Urgency.URGENT, ("push",)), "no text in id"),
        ("customer", Row("order.completed", Urgency.URGENT, ("pigeon",)), "channels pigeon"),
        ("customer", Row("order.completed", Urgency.URGENT, ()), "channels missing"),
        ("dragon", Row("order.completed", Urgency.URGENT, ("push",)), "no such audience"),
    ],
)
def test_a_row_that_cannot_be_sent_is_named(audience: str, row: Row, finding: str) -> None:
    with pytest.raises(TableWrong, match=finding) as caught:
        check_table({"order.completed.v1": {audience: row}}, TEXTS.has)

    assert f"order.completed.v1 for {audience}" in str(caught.value)


def test_the_queue_is_bound_to_every_type_in_the_table() -> None:
    assert set(QUEUES["notifications.order_event"].types) == ORDER_ROWS.keys() & CONTRACTS.keys()


@pytest.mark.parametrize("template", sorted(ENDS))
def test_the_customer_is_told_of_every_end(template: str) -> None:
    assert row_of(f"{template}.v1", "customer") is not None


def test_a_code_is_told_to_the_recipient_only() -> None:
    assert ORDER_ROWS["order.code_issued.v1"].keys() == {"recipient"}
