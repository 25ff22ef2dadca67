"""The matching service: the only place where its parts meet."""

from __future__ import annotations

from datetime import timedelta

from services.matching.adapters.hints import Hints
from services.matching.adapters.kinds import MongoOpenSearches, driver_kind, search_kind
from services.matching.adapters.leader import Leader
from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.positions import Positions
from services.matching.adapters.stream import Stream
from services.matching.domain.asking import Rules
from services.matching.handlers.board import Board
from services.matching.handlers.driver_due import DriverDueHandler
from services.matching.handlers.rounds import Pace, Rounds
from services.matching.handlers.routes import routes
from services.matching.handlers.search_due import SearchDueHandler
from services.matching.ports import Desk
from services.matching.settings import MatchingSettings
from services.runtime.clock import SystemClock
from services.runtime.runtime import Application, Runtime, TimerTable

SHORTEST_ROUND_S = 0.02


async def build(runtime: Runtime) -> Application:
    """Wire the service."""
    settings = MatchingSettings()
    speed = max(1.0, runtime.clock.speed)
    patience = timedelta(seconds=settings.unconfirmed_s * speed)
    # The database removes by the machine's clock: where another one rules, nothing is removed.
    kept = timedelta(days=settings.retention_days) if isinstance(runtime.clock, SystemClock) else None
    fresh = timedelta(seconds=settings.fresh_s)
    search = search_kind(kept)
    searches, drivers = runtime.aggregates(search), runtime.aggregates(driver_kind(patience))

    hints, index = Hints(), PositionIndex()
    desk = Desk(searches, drivers, hints, runtime.clock, _rules(settings), patience)
    board = Board(searches, MongoOpenSearches(runtime.database[search.collection]))
    rounds = Rounds(desk, board, index, _pace(settings, speed, fresh))
    positions = Positions(index, runtime.clock, fresh, hints.appeared)
    hints.connect(rounds, positions)
    stream = Stream(runtime.connection, positions, hints, runtime.clock)
    leader = Leader(runtime.connection, runtime.gate, rounds.lead, hints.lead)
    return Application(
        routes=routes(desk),
        timers=(TimerTable(searches, SearchDueHandler(desk)), TimerTable(drivers, DriverDueHandler(desk))),
        workers=(stream.run, leader.run),
    )


def _rules(settings: MatchingSettings) -> Rules:
    return Rules(
        stagger=timedelta(seconds=settings.stagger_s),
        times_asked=settings.times_asked,
        road_factor=settings.road_factor,
        speed_kmh=settings.speed_kmh,
    )


def _pace(settings: MatchingSettings, speed: float, fresh: timedelta) -> Pace:
    return Pace(
        round_s=max(SHORTEST_ROUND_S, settings.round_s / speed),
        last_round_s=max(SHORTEST_ROUND_S, settings.last_round_s / speed),
        review_s=settings.review_s,
        fresh=fresh,
    )
