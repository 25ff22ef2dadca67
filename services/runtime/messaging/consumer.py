"""The consumer: reads a message, calls its handler, and turns an error into the outcome of the message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import structlog

from contracts.codec import Unreadable, WrongSchema, parse, read
from contracts.message import Message, new_traceparent
from contracts.registry import CONTRACTS
from contracts.speakers import may_say
from services.runtime import metrics
from services.runtime.clock import Clock
from services.runtime.errors import Away, Rejected
from services.runtime.messaging.acks import Acks, ChannelAcks
from services.runtime.messaging.delivery import Delivery
from services.runtime.messaging.incoming import Incoming
from services.runtime.messaging.ladder import Ladder
from services.runtime.messaging.outcomes import Outcome, outcome_of
from services.runtime.messaging.parking import Parking
from services.runtime.messaging.replies import Replies
from services.runtime.messaging.speakers import Speakers
from services.runtime.route import Route

GIVE_BACK_DELAY_S = 1.0
# Our services send no requests. Under our source a request with a guessed id would make our later event a
# repeat.
OUR_SOURCES = "/gancang/"
log = structlog.get_logger()

Pause = Callable[[str], None]  # pauses the service until the servers are back; the argument is the reason


@dataclass(frozen=True, slots=True)
class ConsumerContext:
    """What all consumers of a process share."""

    acks: Acks
    ladder: Ladder
    parking: Parking
    replies: Replies
    clock: Clock
    pause: Pause
    our_users: frozenset[str]
    speakers: Speakers | None = None


class Consumer:
    """Handles the messages of one queue."""

    def __init__(self, route: Route, context: ConsumerContext) -> None:
        self._route = route
        self._context = context
        self._is_request = all(CONTRACTS[name].is_request for name in route.handlers)
        self._handling = metrics.HANDLING.labels(route.queue)
        self._age = metrics.AGE.labels(route.queue)
        self._handled: dict[tuple[str, Outcome], Any] = {}

    async def consume(self, raw: Incoming) -> None:
        """Handle one message until it is acknowledged or given back. Raises nothing."""
        acks, tag = self._context.acks.of(raw.channel), raw.delivery_tag
        if tag is None:
            return
        acks.opened(tag)
        started = perf_counter()
        delivery = Delivery.of(self._route.queue, raw, self._context.our_users)
        structlog.contextvars.bind_contextvars(queue=self._route.queue, message_id=delivery.message_id)
        try:
            outcome = await self._outcome(delivery)
        except Away as error:
            self._context.pause(error.what)
            outcome = Outcome.GIVEN_BACK
        except Exception as error:  # noqa: BLE001  an unsettled message would occupy the prefetch for ever
            # Only the class: the text of the error may contain values of the message.
            log.error("message.unsettled", error=type(error).__name__)  # noqa: TRY400
            await asyncio.sleep(GIVE_BACK_DELAY_S)
            outcome = Outcome.GIVEN_BACK
        await self._settle(acks, tag, outcome)
        spent = perf_counter() - started
        # Apps choose routing keys; each unknown one would become a label of its own.
        known = delivery.routing_key if delivery.routing_key in self._route.handlers else "unknown"
        self._handling.observe(spent)
        self._counter(known, outcome).inc()
        log.info("message.done", type=known, outcome=outcome.value, ms=round(spent * 1000, 1))

    def _counter(self, known: str, outcome: Outcome) -> Any:
        counter = self._handled.get((known, outcome))
        if counter is None:  # kept, because `labels` takes a lock and joins strings
            counter = self._handled[known, outcome] = metrics.HANDLED.labels(
                self._route.queue, known, outcome
            )
        return counter

    async def _settle(self, acks: ChannelAcks, tag: int, outcome: Outcome) -> None:
        if outcome is Outcome.GIVEN_BACK:
            await acks.give_back(tag)
        else:
            acks.finish(tag)

    async def _outcome(self, delivery: Delivery) -> Outcome:
        message: Message[Any] | None = None
        try:
            message = self._read(delivery)
            if self._is_request:
                self._require_permission(message)
            await self._route.handlers[message.type](message)
        except Exception as error:  # noqa: BLE001  the table decides about every error
            return await self._after(error, delivery, message)
        self._age.observe(max(0.0, (self._context.clock.now() - message.time).total_seconds()))
        return Outcome.DONE

    def _require_permission(self, message: Message[Any]) -> None:
        if not may_say(message.type, message.data):
            raise Rejected("wrong_actor", pointer="/by/role")
        if self._context.speakers is not None:
            self._context.speakers.require(message.user, message.data)

    def _read(self, delivery: Delivery) -> Message[Any]:
        envelope = read(delivery.headers, delivery.body, delivery.content_type, self._context.clock.now())
        if envelope.type not in self._route.handlers:
            raise Unreadable("unknown_type")
        if self._is_request and envelope.source.startswith(OUR_SOURCES):
            raise Unreadable("foreign_source")
        message = parse(envelope, delivery.user)
        if message.traceparent is None:
            message = replace(message, traceparent=new_traceparent())
        order_id = getattr(message.data, "order_id", None) or message.correlation_id
        structlog.contextvars.bind_contextvars(order_id=order_id, trace=message.traceparent)
        return message

    async def _after(self, error: Exception, delivery: Delivery, message: Message[Any] | None) -> Outcome:
        context = self._context
        outcome = outcome_of(
            error,
            may_wait=context.ladder.may_wait(delivery),
            may_retry=context.ladder.may_retry(delivery),
            is_request=self._is_request,
        )
        match outcome:
            case Outcome.GIVEN_BACK:
                raise error
            case Outcome.WAITING:
                await context.ladder.wait(delivery)
            case Outcome.RETRIED:
                log.warning("handler.failed", attempts=delivery.attempts + 1, exc_info=error)
                await context.ladder.retry(delivery)
            case Outcome.REJECTED:
                await self._reject(error, message)
            case _:
                await self._park(error, delivery)
        return outcome

    async def _reject(self, error: Exception, message: Message[Any] | None) -> None:
        if isinstance(error, WrongSchema):
            refusal = Rejected("schema", detail=error.detail, pointer=error.pointer)
            await self._context.replies.reject(error.envelope, refusal)
        elif isinstance(error, Rejected) and message is not None:
            await self._context.replies.reject(message, error)

    async def _park(self, error: Exception, delivery: Delivery) -> None:
        reason = error.reason if isinstance(error, Unreadable) else "handler_failed"
        if isinstance(error, Rejected):
            reason = error.code
        elif isinstance(error, WrongSchema):
            reason = "schema"
        log.error("message.parked", reason=reason, attempts=delivery.attempts)
        # Only the class: the text of the error may contain values of the message.
        await self._context.parking.park(
            delivery,
            reason,
            error=type(error).__name__,
            handler=f"{self._route.queue}:{delivery.routing_key}",
        )
