"""Who had to be told what, who was, and whether the mail came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from contracts.events.notifications import NotificationFailed, NotificationSent
from contracts.events.orders import OrderCodeIssued, OrderEvent
from contracts.message import Message
from contracts.queues import QUEUES
from services.ops.demo.checks.evidence import Evidence
from services.simulator.people.offices import ON_DUTY

OVERTAKEN = "superseded"  # not sent before a later state of the order was: rightly not told
TOLD_TYPES = frozenset(QUEUES["notifications.order_event"].types)
# (id of the event, id of the person)
Telling = tuple[str, str]


def expected(evidence: Evidence) -> dict[Telling, str]:
    """What had to be told, and its event's type."""
    wanted: dict[Telling, str] = {}
    for event in evidence.of(OrderEvent):
        if event.type in TOLD_TYPES:
            for audience in event.data.tell:
                person = _person(event, audience)
                if person is not None:
                    wanted[event.id, person] = f"{event.type} of {event.data.order_id}"
    return wanted


def _person(event: Message[OrderEvent], audience: str) -> str | None:
    """Who that is; a code goes to the customer where he receives himself."""
    data = event.data
    receiver = (
        data.customer.id
        if isinstance(data, OrderCodeIssued) and data.recipient_id is None
        else data.recipient_id
    )
    people = {"customer": data.customer.id, "driver": data.driver_id, "merchant": data.merchant_id}
    return {**people, "agency": data.agency_id, "recipient": receiver, "operator": ON_DUTY}.get(audience)


def untold(evidence: Evidence) -> Iterator[str]:
    """People who were not told, or more than once, or whose mail did not come.

    A mail may come twice when its sender died between the server's 250 and its own write: distinct ids are counted.
    """
    told: dict[Telling, list[str]] = {}
    overtaken: set[Telling] = set()
    for event in evidence.of(NotificationSent):
        if not isinstance(event.data, NotificationFailed):
            told.setdefault((event.data.cause, event.data.recipient_id), []).append(
                event.data.notification_id
            )
        elif event.data.reason == OVERTAKEN:
            overtaken.add((event.data.cause, event.data.recipient_id))
    for telling, what in expected(evidence).items():
        person, ids = telling[1], told.get(telling, [])
        if telling in overtaken and not ids:
            continue
        if len(ids) != 1:
            yield f"{person}: {what}, told {len(ids)} times"
        elif not any(
            ids[0] in message_id for message_id in evidence.mail.get(evidence.addresses[person], ())
        ):
            yield f"{person}: {what}, no mail"


def overtold(evidence: Evidence) -> Iterator[str]:
    """People who were told what was not for them, tellings that failed, and mails that nobody owns up to."""
    wanted = expected(evidence)
    owned: Counter[str] = Counter()
    for event in evidence.of(NotificationSent):
        data = event.data
        if isinstance(data, NotificationFailed):
            if data.reason == OVERTAKEN:
                continue
            yield f"{data.recipient_id}: {data.template} failed, {data.reason}"
        elif (data.cause, data.recipient_id) not in wanted:
            yield f"{data.recipient_id}: {data.template} of {data.cause}"
        owned[evidence.addresses.get(data.recipient_id, "")] += 1
    for address, ids in evidence.mail.items():
        if len(ids) > owned[address]:
            yield f"{address}: {len(ids)} mails for {owned[address]} notifications"
