"""The job of both programs: tell each customer that the driver is on the way; same events, same receivers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from pydantic import SecretStr

from contracts.events.orders import OrderDriverAssigned
from contracts.message import Message
from services.notifications.domain.audience.table import EMAIL, SMS
from services.notifications.domain.channels.contact import Contact, SealedChannel, contact_id
from services.runtime.sealing import Sealer, new_key
from tests.support.builders import NOW, a_driver_assigned, a_message

PEOPLE = 1000
CONNECTIONS = {EMAIL: 4, SMS: 8}
UNDER_WAY = 100


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, and of the processor within our process."""

    seconds: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Job:
    """`key` seals the addresses of `contacts`, by contact id."""

    kind: str
    port: int
    events: list[Message[OrderDriverAssigned]]
    contacts: dict[str, Contact]
    key: SecretStr

    @property
    def sealer(self) -> Sealer:
        """What opens the addresses."""
        return Sealer(self.key)


def a_job(kind: str, port: int, count: int) -> Job:
    """`count` events for a thousand people."""
    key = SecretStr(new_key())
    sealer = Sealer(key)
    contacts = {
        contact_id("customer", f"c-{number}"): _contact(kind, number, sealer) for number in range(PEOPLE)
    }
    return Job(kind, port, [_event(number) for number in range(count)], contacts, key)


def log_to_nowhere() -> None:
    """JSON lines are made and thrown away."""
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  open as long as the process
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=nowhere),
    )


def _event(number: int) -> Message[OrderDriverAssigned]:
    customer = {"id": f"c-{number % PEOPLE}", "kind": "tourist", "locale": ("id", "en", "zh")[number % 3]}
    name = {"id": "Ojek", "en": "Motorcycle ride", "zh": "摩托车载客"}
    return a_message(
        a_driver_assigned(order_id=f"o-{number}", customer=customer, service_name=name),
        time=datetime.now(UTC),
        sequence=3,
    )


def _contact(kind: str, number: int, sealer: Sealer) -> Contact:
    context = contact_id("customer", f"c-{number}")
    address = f"guest{number}@example.org" if kind == EMAIL else f"+62812345{number:05d}"
    return Contact(
        recipient_id=f"c-{number}",
        role="customer",
        locale=("id", "en", "zh")[number % 3],
        as_of=NOW,
        channels=(SealedChannel(kind, sealer.seal(address.encode(), context)),),
        name=sealer.seal(f"Guest {number}".encode(), context),
    )
