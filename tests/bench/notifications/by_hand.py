"""The same job written by hand: a loop over the same libraries, without retries and leases."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from time import perf_counter, process_time
from typing import Any

import httpx
import structlog
from aiosmtplib import SMTP
from jinja2 import Environment, StrictUndefined

from contracts.events.orders import OrderDriverAssigned
from contracts.message import derived_id
from services.notifications.adapters.texts.templates import FOLDER
from tests.bench.notifications.job import CONNECTIONS, Job, Took

log = structlog.get_logger()
Send = Callable[[str, str, dict[str, Any], str], Awaitable[None]]


async def run(job: Job) -> Took:
    """Run until every recipient is told."""
    events, texts, sealer = iter(job.events), _texts(), job.sealer
    began, spent = perf_counter(), process_time()

    async def work(send: Send) -> None:
        for event in events:
            person = f"customer:{event.data.customer.id}"
            contact = job.contacts[person]
            address = sealer.open(contact.channels[0].address, person).decode()
            name = sealer.open(contact.name or b"", person).decode()
            forms = texts[contact.locale]
            values = _values(event.data, name, contact.locale) | forms["phrases"]
            notification_id = derived_id(event.source, event.id, person)
            await send(notification_id, address, values, contact.locale)
            log.info(
                "notification.attempted",
                notification=notification_id,
                order_id=event.data.order_id,
                result="sent",
            )

    def by(locale: str) -> dict[str, Any]:
        return texts[locale]

    if job.kind == "email":
        await asyncio.gather(*(_mailing(job.port, work, by) for _ in range(CONNECTIONS["email"])))
    else:
        async with httpx.AsyncClient(timeout=10) as client:
            await asyncio.gather(*(work(_texting(client, job.port, by)) for _ in range(CONNECTIONS["sms"])))
    return Took(perf_counter() - began, process_time() - spent)


async def _mailing(
    port: int, work: Callable[[Send], Awaitable[None]], texts: Callable[[str], dict[str, Any]]
) -> None:
    client = SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
    await client.connect()

    async def send(notification_id: str, address: str, values: dict[str, Any], locale: str) -> None:
        forms = texts(locale)
        subject, body = forms["subject"].render(values), forms["body"].render(values).strip()
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["Message-ID"] = f"<{notification_id}@localhost>"
        mail["From"], mail["To"], mail["Subject"] = "gancang@localhost", address, subject
        mail.set_content(forms["txt"].render(values, body=body), cte="quoted-printable")
        html = forms["html"].render(values, subject=subject, paragraphs=body.split("\n\n"))
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
        await client.mail("gancang@localhost")
        await client.rcpt(address)
        await client.data(mail.as_bytes())

    await work(send)
    client.close()


def _texting(client: httpx.AsyncClient, port: int, texts: Callable[[str], dict[str, Any]]) -> Send:
    url = f"http://127.0.0.1:{port}/messages"

    async def send(notification_id: str, address: str, values: dict[str, Any], locale: str) -> None:
        text = " ".join(texts(locale)["short"].render(values).split())
        message = {"to": address, "from": "Gancang", "text": text, "reference": notification_id}
        (
            await client.post(url, json=message, headers={"Idempotency-Key": notification_id})
        ).raise_for_status()

    return send


def _texts() -> dict[str, dict[str, Any]]:
    return {language: dict(_forms(language)) for language in ("id", "en", "zh")}


def _forms(language: str) -> Iterator[tuple[str, Any]]:
    plain = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701  the letter's plain form
    escaping = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    written = tomllib.loads((FOLDER / language / "customer.toml").read_text("utf-8"))["order.driver_assigned"]
    for form, source in written.items():
        yield form, plain.from_string(source)
    yield "txt", plain.from_string((FOLDER / "mail.txt").read_text("utf-8"))
    yield "html", escaping.from_string((FOLDER / "mail.html").read_text("utf-8"))
    yield "phrases", tomllib.loads((FOLDER / language / "frame.toml").read_text("utf-8"))["phrases"]


def _values(event: OrderDriverAssigned, name: str, locale: str) -> dict[str, Any]:
    return {
        "name": name,
        "language": locale,
        "order_id": event.order_id,
        "service_name": event.service_name[locale],
        "notice": None,
        "plate": event.vehicle.plate,
        "minutes": max(1, event.eta_s // 60),
    }
