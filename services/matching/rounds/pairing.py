"""Choose the pairs of a round: its searches and their candidates as an assignment problem."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from services.matching.domain.pairing.cost import Edges, FreeDriver, WaitingOrder, Weights
from services.matching.domain.pairing.pairs import choose_pairs
from services.matching.rounds.candidates import CANDIDATES, CandidateFinder
from services.matching.rounds.round import Pair, RoundSearch, RoundState

# Where drivers are so few that searches are left out, these and all that compete with them get more
# candidates.
MORE = (192, 400)
# From here on it takes milliseconds, in which the other tasks of the process need not stand still.
OWN_THREAD_EDGES = 1000


async def pair(
    searches: list[RoundSearch],
    waited_s: Mapping[str, float],
    finder: CandidateFinder,
    state: RoundState,
    weights: Weights,
) -> list[Pair]:
    """Choose which driver gets which offer: each search and each driver at most once. Raises `DatabaseAway`.

    Where a search gets no driver although it had all the candidates it was given, it gets more, and so do all
    searches that compete with it.
    """
    most, growing = CANDIDATES, searches
    for more in (*MORE, None):
        await finder.find(growing, state, most)
        pairs = await _paired(searches, waited_s, weights, state.now)
        served = {search.key for search, _ in pairs}
        lacking = [each for each in searches if each.key not in served and len(each.candidates) >= most]
        if not lacking or more is None:
            break
        most, growing = more, competing_with(searches, lacking)
    return pairs


def competing_with(searches: Sequence[RoundSearch], of: Sequence[RoundSearch]) -> list[RoundSearch]:
    """The searches that compete with some of these for a driver, directly or through others; these too."""
    near: dict[str, list[RoundSearch]] = {}
    for search in searches:
        for candidate in search.candidates:
            near.setdefault(candidate.seen.driver_id, []).append(search)
    found = {search.key: search for search in of}
    pending = list(of)
    while pending:
        for candidate in pending.pop().candidates:
            for search in near.pop(candidate.seen.driver_id, ()):
                if search.key not in found:
                    found[search.key] = search
                    pending.append(search)
    return list(found.values())


async def _paired(
    searches: list[RoundSearch], waited_s: Mapping[str, float], weights: Weights, now: datetime
) -> list[Pair]:
    rows: dict[str, int] = {}
    drivers: list[FreeDriver] = []
    pairs = [(number, candidate) for number, search in enumerate(searches) for candidate in search.candidates]
    for _, candidate in pairs:
        driver_id = candidate.driver.driver_id
        if driver_id not in rows:
            rows[driver_id] = len(drivers)
            figures = candidate.driver.fairness(now)
            drivers.append(FreeDriver(driver_id, figures.idle_s, figures.income_today, figures.acceptance))
    edges = Edges(
        np.array([number for number, _ in pairs], dtype=np.int64),
        np.array([rows[candidate.driver.driver_id] for _, candidate in pairs], dtype=np.int64),
        np.array([candidate.travel.seconds for _, candidate in pairs], dtype=np.float64),
        np.array([candidate.asked for _, candidate in pairs], dtype=np.int64),
    )
    orders = [WaitingOrder(each.key, each.trip.priority, waited_s[each.key]) for each in searches]
    if len(edges) < OWN_THREAD_EDGES:
        chosen = choose_pairs(orders, drivers, edges, weights)
    else:
        chosen = await asyncio.to_thread(choose_pairs, orders, drivers, edges, weights)
    return [(searches[pairs[number][0]], pairs[number][1]) for number in chosen]
