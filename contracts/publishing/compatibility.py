"""Compare two schemas of one type: what we publish may only grow, what we consume may only loosen.

A keyword that the rules do not know counts as breaking: a needless question is better than a broken app.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.publishing.keywords import (
    INFINITY,
    LOWER_LIMITS,
    NESTED,
    SHAPES,
    STRUCTURE,
    UPPER_LIMITS,
    WORDING,
    listed,
    types_of,
)
from contracts.publishing.pairs import Difference, Direction, Pair
from contracts.publishing.schemas import EXCHANGE, Schema
from contracts.registry import Exchange
from contracts.values import EXTENSIBLE_ENUM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 32


def direction_of(schema: Schema) -> Direction:
    """Tell whether a schema is of a request, which we consume, or of an event, which we publish."""
    return Direction.CONSUMED if schema.get(EXCHANGE) == Exchange.REQUESTS else Direction.PUBLISHED


def compare(old: Schema, new: Schema) -> list[Difference]:
    """Find every difference between two schemas of one type, in the order of the data.

    Raises `KeyError` for a reference that leads nowhere.
    """
    root = Pair(old, new, "", direction_of(old), (old, new))
    found = list(_walk(root))
    if old.get(EXCHANGE) != new.get(EXCHANGE):
        found.insert(
            0, root.difference(f"travels on {new.get(EXCHANGE)}, not {old.get(EXCHANGE)}", breaking=True)
        )
    if not found and old != new:
        found.append(root.difference("wording", breaking=False))
    return found


def _walk(pair: Pair) -> Iterator[Difference]:
    same = pair.old == pair.new and pair.roots[0].get("$defs") == pair.roots[1].get("$defs")
    if same or pair.pointer.count("/") > MAX_DEPTH:
        return
    for rule in RULES:
        yield from rule(pair)


def _types(pair: Pair) -> Iterator[Difference]:
    old, new = types_of(pair.old), types_of(pair.new)
    if old != new:
        sent, accepted = pair.order(old, new)
        what = f"type {listed(old)} became {listed(new)}"
        yield pair.difference(what, breaking=not sent <= accepted)


def _limits(pair: Pair) -> Iterator[Difference]:
    for name in sorted((UPPER_LIMITS | LOWER_LIMITS) & (pair.old.keys() | pair.new.keys())):
        sign = 1 if name in UPPER_LIMITS else -1
        old, new = (sign * schema[name] if name in schema else INFINITY for schema in (pair.old, pair.new))
        if old != new:
            sent, accepted = pair.order(old, new)
            yield pair.difference(
                f"{name} {pair.old.get(name, 'none')} became {pair.new.get(name, 'none')}",
                breaking=sent > accepted,
            )


def _shapes(pair: Pair) -> Iterator[Difference]:
    for name in sorted(SHAPES):
        old, new = pair.old.get(name), pair.new.get(name)
        if old != new:
            _, accepted = pair.order(old, new)
            yield pair.difference(
                f"{name} {old or 'none'} became {new or 'none'}", breaking=accepted is not None
            )


def _words(pair: Pair) -> Iterator[Difference]:
    old, new = set(pair.old.get(EXTENSIBLE_ENUM, ())), set(pair.new.get(EXTENSIBLE_ENUM, ()))
    for word in sorted(old - new):
        yield pair.difference(f"the word {word} is gone", breaking=True)
    for word in sorted(new - old):
        yield pair.difference(f"the word {word} is new", breaking=False)
    closed_old, closed_new = pair.old.get("enum"), pair.new.get("enum")
    if closed_old != closed_new:
        sent, accepted = pair.order(closed_old, closed_new)
        fits = accepted is None or (sent is not None and set(sent) <= set(accepted))
        yield pair.difference("the closed list of words changed", breaking=not fits)


def _properties(pair: Pair) -> Iterator[Difference]:
    old, new = pair.old.get("properties", {}), pair.new.get("properties", {})
    for name in sorted(old.keys() - new.keys()):
        yield pair.at({}, {}, f"/{name}").difference("field removed", breaking=True)
    for name in sorted(new.keys() - old.keys()):
        must = pair.direction is Direction.CONSUMED and name in pair.new.get("required", ())
        yield pair.at({}, {}, f"/{name}").difference(
            "required field added" if must else "field added", breaking=must
        )
    for name in sorted(old.keys() & new.keys()):
        yield from _walk(pair.at(old[name], new[name], f"/{name}"))


def _required(pair: Pair) -> Iterator[Difference]:
    """Judge the fields that are in both schemas; `_properties` judges added and removed ones."""
    old, new = set(pair.old.get("required", ())), set(pair.new.get("required", ()))
    judged = pair.old.get("properties", {}).keys() ^ pair.new.get("properties", {}).keys()
    for name in sorted((old ^ new) - judged):
        became = "required" if name in new else "optional"
        breaking = (name in new) == (pair.direction is Direction.CONSUMED)
        yield pair.at({}, {}, f"/{name}").difference(f"became {became}", breaking=breaking)


def _nested(pair: Pair) -> Iterator[Difference]:
    for name in NESTED:
        old, new = pair.old.get(name, True), pair.new.get(name, True)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _walk(pair.at(old, new, "/*"))
        elif old != new:
            _, accepted = pair.order(old, new)
            yield pair.difference(f"{name} changed", breaking=accepted is not True)


def _branches(pair: Pair) -> Iterator[Difference]:
    if "anyOf" not in pair.old and "anyOf" not in pair.new:
        return
    old, new = pair.old.get("anyOf", [pair.old]), pair.new.get("anyOf", [pair.new])
    sent, accepted = pair.order(old, new)
    if old != new:
        fits = all(any(_fits(pair, one, other) for other in accepted) for one in sent)
        yield pair.difference("the alternatives changed", breaking=not fits)


def _fits(pair: Pair, sent: Schema, accepted: Schema) -> bool:
    old, new = pair.order(sent, accepted)
    return not any(difference.breaking for difference in _walk(pair.at(old, new)))


def _unknown(pair: Pair) -> Iterator[Difference]:
    known = WORDING | UPPER_LIMITS | LOWER_LIMITS | SHAPES | STRUCTURE | {EXCHANGE}
    for name in sorted((pair.old.keys() | pair.new.keys()) - known):
        if pair.old.get(name) != pair.new.get(name):
            yield pair.difference(f"{name} changed, which no rule judges", breaking=True)


RULES: tuple[Callable[[Pair], Iterator[Difference]], ...] = (
    _types,
    _limits,
    _shapes,
    _words,
    _required,
    _properties,
    _nested,
    _branches,
    _unknown,
)
