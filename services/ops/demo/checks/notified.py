"""The notifications that were due, those that were sent, and the mails that came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from contracts.events.notifications import NotificationFailed, NotificationSent
from contracts.events.orders import OrderCodeIssued, OrderEvent
from contracts.message import Message
from contracts.queues import QUEUES
from services.ops.demo.checks.evidence import Evidence
from services.simulator.people.offices import ON_DUTY

OVERTAKEN = "superseded"  # a notification that is rightly not sent, because a later one of the order was
NOTIFYING_TYPES = frozenset(QUEUES["notifications.order_event"].types)
Due = tuple[str, str]  # id of the event, id of the person


def expected(evidence: Evidence) -> dict[Due, str]:
    """The notifications that were due, each with its event in words."""
    due: dict[Due, str] = {}
    for event in evidence.of(OrderEvent):
        if event.type in NOTIFYING_TYPES:
            for audience in event.data.tell:
                person = _person(event, audience)
                if person is not None:
                    due[event.id, person] = f"{event.type} of {event.data.order_id}"
    return due


def missing_notifications(evidence: Evidence) -> Iterator[str]:
    """People who were not notified, or more than once, or whose mail did not come.

    A mail may come twice when its sender died between the server's 250 and its own write: distinct ids are
    counted.
    """
    sent: dict[Due, list[str]] = {}
    overtaken: set[Due] = set()
    for event in evidence.of(NotificationSent):
        due = (event.data.cause, event.data.recipient_id)
        if not isinstance(event.data, NotificationFailed):
            sent.setdefault(due, []).append(event.data.notification_id)
        elif event.data.reason == OVERTAKEN:
            overtaken.add(due)
    for due, what in expected(evidence).items():
        person, ids = due[1], sent.get(due, [])
        if due in overtaken and not ids:
            continue
        if len(ids) != 1:
            yield f"{person}: {what}, notified {len(ids)} times"
        elif not any(
            ids[0] in message_id for message_id in evidence.mail.get(evidence.addresses[person], ())
        ):
            yield f"{person}: {what}, no mail"


def unexpected_notifications(evidence: Evidence) -> Iterator[str]:
    """Notifications to the wrong people, notifications that failed, and mails without a notification.

    The mail of a superseded notification may have come: its sender died between the server's 250 and its own
    write, and the order had moved on when another process looked after it.
    """
    due = expected(evidence)
    accounted: Counter[str] = Counter()
    superseded: set[str] = set()
    for event in evidence.of(NotificationSent):
        data = event.data
        if isinstance(data, NotificationFailed):
            if data.reason == OVERTAKEN:
                superseded.add(data.notification_id)
                continue
            yield f"{data.recipient_id}: {data.template} failed, {data.reason}"
        elif (data.cause, data.recipient_id) not in due:
            yield f"{data.recipient_id}: {data.template} of {data.cause}"
        accounted[evidence.addresses.get(data.recipient_id, "")] += 1
    for address, ids in evidence.mail.items():
        mails = [one for one in ids if not any(notification_id in one for notification_id in superseded)]
        if len(mails) > accounted[address]:
            yield f"{address}: {len(mails)} mails for {accounted[address]} notifications"


def _person(event: Message[OrderEvent], audience: str) -> str | None:
    """The person behind an audience; a code goes to the customer who is also the recipient."""
    data = event.data
    receiver = (
        data.customer.id
        if isinstance(data, OrderCodeIssued) and data.recipient_id is None
        else data.recipient_id
    )
    people = {"customer": data.customer.id, "driver": data.driver_id, "merchant": data.merchant_id}
    return {**people, "agency": data.agency_id, "recipient": receiver, "operator": ON_DUTY}.get(audience)
