"""Prints the summary for people, from its JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.reasons import sentence
from services.ops import terminal

Document = dict[str, Any]

SHARE_NAMES = {
    "total": "paid in all",
    "driver_share": "to the drivers",
    "app_share": "to the app",
    "welfare_share": "to the drivers' welfare",
    "merchant_share": "to merchants",
}
MOST_OFFENDERS = 8


def show(document: Document, console: Console) -> None:
    """Print stories, numbers, invariants and the verdict."""
    for story in document["stories"]:
        console.print(f"· {escape(story)}", style="italic", highlight=False)
    console.print()
    console.print(_services(document["services"]))
    console.print()
    console.print(_numbers(document))
    console.print()
    for invariant in document["invariants"]:
        _invariant(invariant, console)
    console.print()
    if _too_late(document):
        console.print(
            f"Most answers of drivers came too late: this machine is too busy for x {document['speed']:g}; "
            "--speed 6 gives them more time.",
            style="yellow",
            highlight=False,
        )
    console.print(_verdict(document), style="bold green" if document["ok"] else "bold red", highlight=False)


def _numbers(document: Document) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column()
    for label, text in (*_business(document), _speed(document)):
        table.add_row(label, text)
    return table


def _business(document: Document) -> Iterator[tuple[str, str]]:
    yield "orders", "; ".join(_state(state, reasons) for state, reasons in document["orders"].items())
    for label, key in (("to a driver", "assignment_s"), ("to the pick-up", "pickup_s")):
        if spread := document[key]:
            median, most = f"median {spread['median']:.0f} s", f"95 % within {spread['p95']:.0f} s"
            yield label, f"{median}, {most} (business time)"
    offers = dict(document["offers"])
    made, each = offers.pop("made"), document["offers_per_served_order"]
    yield "offers", f"{made}: {_counts(offers)}; {each} per served order"
    yield "notifications", _counts(document["notifications"])
    yield "mails", f"{document['mails']['received']}, {document['mails']['repeated']} of them repeated"
    yield "money", _money(document["money"])
    if rejected := document["requests_rejected"]:
        reasons = (f"{count} {reason} ({sentence(reason)})" for reason, count in rejected.items())
        yield "requests rejected", ", ".join(reasons)


def _speed(document: Document) -> tuple[str, str]:
    rates = f"{document['orders_per_second']} orders/s and {document['events_per_second']} events/s"
    seconds = document["real_seconds"]["town"]
    return "speed", f"{rates} over {seconds} s, business clock x {document['speed']:g}"


def _services(services: dict[str, Document]) -> Table:
    numbers = frozenset({"ordered", "served", "median"})
    table = terminal.table("service", "ordered", "served", "median", "otherwise", "paid by", right=numbers)
    for name, row in services.items():
        minutes = "" if row["median_min"] is None else f"{row['median_min']:.0f} min"
        otherwise = "; ".join(_state(end, reasons) for end, reasons in row["otherwise"].items())
        money = ", ".join(f"{payer} Rp {amount:,}" for payer, amount in row["money"].items())
        table.add_row(name, str(row["ordered"]), str(row["completed"]), minutes, otherwise, money)
    return table


def _state(state: str, reasons: dict[str, int]) -> str:
    total = sum(reasons.values())
    named = {reason: count for reason, count in reasons.items() if reason}
    return f"{total} {state}" + (f" ({_counts(named)})" if named else "")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _money(money: dict[str, int]) -> str:
    return (
        ", ".join(f"Rp {amount:,} {SHARE_NAMES.get(share, share)}" for share, amount in money.items())
        or "none"
    )


def _invariant(invariant: Document, console: Console) -> None:
    mark, style = ("✓", "green") if invariant["holds"] else ("✗", "bold red")
    console.print(f"{mark} {invariant['name']}", style=style, highlight=False)
    offenders = invariant["offenders"]
    for offender in offenders[:MOST_OFFENDERS]:
        console.print(f"    {escape(offender)}", highlight=False)
    if len(offenders) > MOST_OFFENDERS:
        console.print(f"    … and {len(offenders) - MOST_OFFENDERS} more", highlight=False)


def _too_late(document: Document) -> bool:
    """Whether more answers came to a closed offer than were accepted: the simulated phones were too slow."""
    return bool(document["requests_rejected"].get("offer_closed", 0) > document["offers"].get("accepted", 0))


def _verdict(document: Document) -> str:
    broken = sum(not invariant["holds"] for invariant in document["invariants"])
    if broken:
        return (
            f"{broken} of {len(document['invariants'])} invariants {'does' if broken == 1 else 'do'} not hold"
        )
    return f"all {len(document['invariants'])} invariants hold"
