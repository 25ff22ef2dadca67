"""Turns the hunts of a round into the assignment problem, and its solution into pairs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from services.matching.domain.assignment.assign import assign
from services.matching.domain.assignment.cost import Edges, FreeDriver, WaitingOrder, Weights
from services.matching.rounds.candidates import CANDIDATES, Candidate, Gathering, Hunt, Look

# Where orders compete for so few drivers that some are left out, they and all their rivals get more candidates.
MORE = (192, 400)
# From here on it takes milliseconds, in which the other tasks of the process need not stand still.
OWN_THREAD_EDGES = 1000
Pairs = list[tuple[Hunt, Candidate]]


async def decided(
    hunts: list[Hunt], waited_s: Mapping[str, float], gathering: Gathering, look: Look, weights: Weights
) -> Pairs:
    """Who is asked for what: each search and each driver at most once. Raises `DatabaseAway`.

    Where a search gets nobody although there were more candidates than it was given, all that compete with it get more.
    """
    most, growing = CANDIDATES, hunts
    for more in (*MORE, None):
        await gathering.gather(growing, look, most)
        pairs = await _paired(hunts, waited_s, weights, look.now)
        served = {hunt.entry.key for hunt, _ in pairs}
        lacking = [hunt for hunt in hunts if hunt.entry.key not in served and len(hunt.candidates) >= most]
        if not lacking or more is None:
            break
        most, growing = more, rivals(hunts, lacking)
    return pairs


def rivals(hunts: Sequence[Hunt], of: Sequence[Hunt]) -> list[Hunt]:
    """Those of the hunts that compete with some of these for a driver, directly or through others; these too."""
    near: dict[str, list[Hunt]] = {}
    for hunt in hunts:
        for candidate in hunt.candidates:
            near.setdefault(candidate.seen.driver_id, []).append(hunt)
    found = {hunt.entry.key: hunt for hunt in of}
    pending = list(of)
    while pending:
        for candidate in pending.pop().candidates:
            for hunt in near.pop(candidate.seen.driver_id, ()):
                if hunt.entry.key not in found:
                    found[hunt.entry.key] = hunt
                    pending.append(hunt)
    return list(found.values())


async def _paired(hunts: list[Hunt], waited_s: Mapping[str, float], weights: Weights, now: datetime) -> Pairs:
    rows: dict[str, int] = {}
    drivers: list[FreeDriver] = []
    pairs = [(number, candidate) for number, hunt in enumerate(hunts) for candidate in hunt.candidates]
    for _, candidate in pairs:
        driver_id = candidate.driver.driver_id
        if driver_id not in rows:
            rows[driver_id] = len(drivers)
            merits = candidate.driver.merits(now)
            drivers.append(FreeDriver(driver_id, merits.idle_s, merits.income_today, merits.acceptance))
    edges = Edges(
        np.array([number for number, _ in pairs], dtype=np.int64),
        np.array([rows[candidate.driver.driver_id] for _, candidate in pairs], dtype=np.int64),
        np.array([candidate.way.seconds for _, candidate in pairs], dtype=np.float64),
        np.array([candidate.asked for _, candidate in pairs], dtype=np.int64),
    )
    orders = [WaitingOrder(hunt.entry.key, hunt.wanted.priority, waited_s[hunt.entry.key]) for hunt in hunts]
    if len(edges) < OWN_THREAD_EDGES:
        chosen = assign(orders, drivers, edges, weights)
    else:
        chosen = await asyncio.to_thread(assign, orders, drivers, edges, weights)
    return [(hunts[pairs[number][0]], pairs[number][1]) for number in chosen]
