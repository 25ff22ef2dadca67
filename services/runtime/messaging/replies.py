"""Replies: events that are published without a write, and confirmed before their request is acknowledged."""

from __future__ import annotations

from contracts.codec import Envelope
from contracts.events.refusals import RequestRejected
from contracts.message import Message
from contracts.registry import TYPE_OF
from contracts.values import Value
from services.runtime.change import Cause, cause_of
from services.runtime.clock import Clock
from services.runtime.errors import Rejected
from services.runtime.messaging.outbox import Outgoing, event_of, reply_id
from services.runtime.messaging.relay import Relay


class Replies:
    """Publishes replies. The id derives from the cause, so a repeat has the same id."""

    def __init__(self, relay: Relay, clock: Clock, service: str) -> None:
        self._relay = relay
        self._clock = clock
        self._service = service

    async def publish(self, data: Value, cause: Cause, *, sequence: int | None = None) -> None:
        """Publish a reply and wait for the confirm. Raises `BrokerAway`."""
        event = event_of(
            data,
            source=f"/gancang/{self._service}",
            event_id=reply_id(self._service, cause, TYPE_OF[type(data)]),
            now=self._clock.now(),
            cause=cause,
            sequence=sequence,
        )
        await self._relay.publish(Outgoing.of(event))

    async def reject(self, request: Message[Value] | Envelope, refusal: Rejected) -> None:
        """Publish `request.rejected.v1`. Raises `BrokerAway`."""
        known: str | None = getattr(request.data, "order_id", None) if isinstance(request, Message) else None
        data = RequestRejected(
            request_id=request.id[:200],
            request_type=request.type[:200],
            reason=refusal.code,
            detail=refusal.detail[:200],
            order_id=refusal.order_id or known,
            pointer=refusal.pointer,
        )
        await self.publish(data, cause_of_request(request))


def cause_of_request(request: Message[Value] | Envelope) -> Cause:
    """Make a request the cause of a reply, whether its data could be parsed or not."""
    if isinstance(request, Message):
        return cause_of(request)
    return Cause(
        source=request.source,
        id=request.id,
        time=request.time,
        correlation_id=request.correlation_id,
        traceparent=request.traceparent,
    )
