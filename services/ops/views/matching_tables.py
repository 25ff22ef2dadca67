"""Prints what matching knows about an order, about the queues of its partners, and about a driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.reasons import sentence
from services.ops import terminal

if TYPE_CHECKING:
    from services.runtime.change import Document

NUMBERS = frozenset({"away", "pick-up"})
OUTCOMES = {
    None: "waits for an answer",
    "accepted": "accepted",
    "declined": "declined",
    "expired": "did not answer in time",
    "withdrawn": "we took the offer back",
    "lost": "accepted, another was faster",
}


def explanation(document: Document) -> None:
    """Print a line about the search, then a line for each driver."""
    console = terminal.console()
    console.print(_headline(document), markup=False)
    if document["looked_at"] is None:
        console.print("no round has searched around it yet", markup=False)
    table = terminal.table("driver", "away", "pick-up", "asked", "why not", right=NUMBERS)
    for each in document["drivers"]:
        asked = "; ".join(
            f"{_clock(offer['made_at'])} {OUTCOMES[offer['outcome']]}" for offer in each["asked"]
        )
        reasons = " ".join(f"{sentence(code)} ({code})" for code in each["reasons"])
        table.add_row(
            each["driver_id"], _unit(each["away_m"], "m"), _unit(each["pickup_s"], "s"), asked, reasons
        )
    if document["drivers"]:
        console.print(table)
    elif document["looked_at"] is not None:
        console.print("no driver was near", markup=False)


def queues(documents: list[Document]) -> None:
    """Print a heading for each place, then who waits there."""
    console = terminal.console()
    for document in documents:
        waiting = document["waiting"]
        console.print(
            f"{document['name']} ({document['standby_id']}): {_drivers(len(waiting))}", markup=False
        )
        table = terminal.table("", "driver", "since", "passed over because")
        for number, each in enumerate(waiting, 1):
            table.add_row(str(number), each["driver_id"], each["since"], _sentences(each["passed_over"]))
        if waiting:
            console.print(table)


def driver(document: Document) -> None:
    """Print what matching knows about a driver, then their record."""
    console = terminal.console()
    for name, value in _driver_lines(document):
        if value:
            console.print(f"{name:<18} {value}", markup=False)


def _headline(document: Document) -> str:
    parts = [f"{document['order_id']}: {document['status']}, attempt {document['attempt']}"]
    if document["driver_id"]:
        parts.append(f"driver {document['driver_id']}")
    if document["radius_m"]:
        parts.append(f"searched within {document['radius_m']:,} m")
    if document["looked_at"]:
        parts.append(f"positions of {_clock(document['looked_at'])}")
    when = "of now" if document["reasons_hold"] == "now" else "they were then"
    return ", ".join((*parts, f"reasons as {when}"))


def _driver_lines(document: Document) -> list[tuple[str, str]]:
    return [
        ("driver", f"{document['driver_id']}, {document['vehicle_class']}"),
        ("may drive", "yes" if document["may_drive"] else "no"),
        ("not asked now", _sentences(document["reasons"])),
        *_at_work(document),
        *_record(document),
        (
            "earned",
            f"Rp {document['income']:,} in {document['trips']} trips, today Rp {document['income_today']:,}",
        ),
    ]


def _at_work(document: Document) -> list[tuple[str, str]]:
    standby, live = document["standby"], document["live"]
    place = (
        f"{standby['standby_id']}, number {standby['number']}, since {standby['since']}" if standby else ""
    )
    booked = (f"{each['order_id']} from {each['starts_at']}" for each in document["reserved"])
    return [
        ("on shift since", document["on_shift_since"] or ""),
        ("without trip since", document["idle_since"] or ""),
        ("live order", f"{live['order_id']} since {live['since']}" if live else ""),
        ("booked", ", ".join(booked)),
        ("waits at", place),
    ]


def _record(document: Document) -> list[tuple[str, str]]:
    not_judged = (f"{count} {OUTCOMES[name]}" for name, count in document["not_judged"].items() if count)
    return [
        ("offers", f"{document['offers']} that they could win"),
        ("answers", _shares(document["answers"]) if document["offers"] else ""),
        ("declined because", _shares(document["declined_because"])),
        ("gave back", _share(document["gave_back"])),
        ("vanished", _share(document["vanished"])),
        ("not judged", ", ".join(not_judged)),
    ]


def _sentences(codes: list[str]) -> str:
    return " ".join(map(sentence, codes))


def _shares(shares: Document) -> str:
    return ", ".join(f"{name} {_share(share)}" for name, share in shares.items())


def _share(share: Document) -> str:
    return f"{share['count']} ({share['percent']} %)" if share["percent"] is not None else ""


def _unit(value: Any, unit: str) -> str:
    return f"{value:,} {unit}" if value is not None else ""


def _clock(time: str) -> str:
    return time[11:19]


def _drivers(count: int) -> str:
    return {0: "no driver waits", 1: "1 driver waits"}.get(count, f"{count} drivers wait")
