"""The table of our queues and the message types bound to each; the runtime's topology turns it into AMQP."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.registry import CONTRACTS, Exchange


class QueueKind(StrEnum):
    """What a queue is for.

    `work`: a quorum queue with a parked twin. `plain`: a quorum queue without one. `leader`: one active
    consumer holds its one token. `sink`: keeps one message, so that the type counts as routed.
    """

    WORK = "work"
    PLAIN = "plain"
    SINK = "sink"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue. `types`: the routing keys bound to it, each on the exchange of its contract."""

    name: str
    types: tuple[str, ...] = ()
    kind: QueueKind = QueueKind.WORK

    @property
    def service(self) -> str:
        """The service that consumes it."""
        return self.name.partition(".")[0]

    @property
    def parked(self) -> str:
        """The queue that keeps its given-up messages."""
        return f"{self.name}.parked"

    def bindings(self) -> tuple[tuple[Exchange, str], ...]:
        """List its bindings as (exchange, routing key). Raises `KeyError` for a type without a contract."""
        return tuple((CONTRACTS[name].exchange, name) for name in self.types)


POSITIONS = "driver.positions_reported.v1"
UNROUTED = "ops.unrouted"
UNROUTED_INTAKE = "ops.unrouted_intake"
DEAD = "ops.dead"
LEADER = "matching.leader"
HINTS = "gancang.matching.hints"  # fanout between the matchers; losing a hint costs a moment, never a match

QUEUES: dict[str, Queue] = {
    queue.name: queue
    for queue in (
        Queue("orders.order_requested", ("order.requested.v1",)),
        Queue("orders.order_cancellation_requested", ("order.cancellation_requested.v1",)),
        Queue("orders.order_report_requested", ("order.report_requested.v1",)),
        Queue(
            "orders.driver_step",
            (
                "driver.arrived.v1",
                "driver.picked_up.v1",
                "driver.delivered.v1",
                "driver.cancelled.v1",
                "driver.delivery_failed.v1",
                "driver.returned.v1",
            ),
        ),
        Queue("orders.agency_return_confirmed", ("agency.return_confirmed.v1",)),
        Queue("orders.order_code_requested", ("order.code_requested.v1",)),
        Queue(
            "orders.emergency",
            ("driver.emergency_raised.v1", "order.emergency_raised.v1", "emergency.resolved.v1"),
        ),
        Queue(
            "orders.merchant_step",
            (
                "merchant.order_accepted.v1",
                "merchant.order_rejected.v1",
                "merchant.order_ready.v1",
                "merchant.change_proposed.v1",
            ),
        ),
        Queue("orders.order_change", ("order.change_requested.v1", "order.change_answered.v1")),
        Queue(
            "orders.merchant_fact",
            (
                "merchant.registered.v1",
                "merchant.residence_attested.v1",
                "merchant.residence_revoked.v1",
                "merchant.opened.v1",
                "merchant.closed.v1",
                "merchant.rush_started.v1",
                "merchant.rush_ended.v1",
            ),
        ),
        Queue("orders.recipient_erased", ("recipient.erased.v1",)),
        Queue(
            "orders.funding_fact",
            ("programme.budget_set.v1", "programme.beneficiary_attested.v1", "donation.pledged.v1"),
        ),
        Queue("orders.route_status", ("route.status_changed.v1",)),
        Queue("orders.match_outcome", ("match.made.v1", "match.failed.v1", "match.withdrawn.v1")),
        Queue(
            "matching.driver_fact",
            (
                "driver.registered.v1",
                "driver.residence_attested.v1",
                "driver.residence_revoked.v1",
                "driver.certified.v1",
                "driver.suspended.v1",
                "driver.reinstated.v1",
                "driver.shift_started.v1",
                "driver.shift_ended.v1",
                "driver.standby_joined.v1",
                "driver.standby_left.v1",
            ),
        ),
        Queue("matching.emergency", ("emergency.raised.v1", "emergency.closed.v1")),
        Queue("matching.recipient_erased", ("recipient.erased.v1",)),
        Queue("matching.offer_answer", ("driver.offer_accepted.v1", "driver.offer_declined.v1")),
        Queue("matching.search_started", ("order.search_started.v1",)),
        Queue(
            "matching.order_progress",
            (
                "order.driver_assigned.v1",
                "order.driver_unassigned.v1",
                "order.match_refused.v1",
                "order.completed.v1",
                "order.cancelled.v1",
                "order.unserved.v1",
                "order.returned.v1",
            ),
        ),
        Queue("matching.positions_sink", (POSITIONS,), QueueKind.SINK),
        Queue(LEADER, kind=QueueKind.LEADER),
        Queue(UNROUTED, kind=QueueKind.PLAIN),
        Queue(UNROUTED_INTAKE, kind=QueueKind.PLAIN),
        Queue(DEAD, kind=QueueKind.PLAIN),
        Queue(
            "notifications.recipient_contact",
            ("recipient.contact_registered.v1", "recipient.erasure_requested.v1"),
        ),
        Queue("notifications.agency_webhook", ("agency.webhook_registered.v1",)),
        Queue("notifications.agency_receipt", ("receipt.issued.v1", "order.accepted.v1")),
        Queue("notifications.emergency", ("emergency.raised.v1",)),
        Queue(
            "notifications.order_event",
            (
                "order.rejected.v1",
                "order.scheduled.v1",
                "order.merchant_asked.v1",
                "order.preparing.v1",
                "order.ready.v1",
                "order.driver_assigned.v1",
                "order.driver_unassigned.v1",
                "order.driver_arrived.v1",
                "order.picked_up.v1",
                "order.leg_completed.v1",
                "order.attempt_failed.v1",
                "order.code_issued.v1",
                "order.completed.v1",
                "order.cancelled.v1",
                "order.unserved.v1",
                "order.handed_over.v1",
                "order.returning.v1",
                "order.returned.v1",
                "order.return_overdue.v1",
                "order.route_closed.v1",
                "order.change_proposed.v1",
                "order.change_refused.v1",
                "order.changed.v1",
            ),
        ),
    )
}
