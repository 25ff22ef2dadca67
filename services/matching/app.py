"""The matching service: the only place where its parts meet."""

from __future__ import annotations

from datetime import date, timedelta

from contracts.queues import LEADER
from services.matching.adapters import shelters
from services.matching.adapters.hints import Hints
from services.matching.adapters.inspection import Inspection
from services.matching.adapters.kinds import DRIVERS, MongoOpenSearches, MongoQueues, driver_kind, search_kind
from services.matching.adapters.leader import Leader
from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.positions import Positions
from services.matching.adapters.road_estimates import BUILT_IN, RoadEstimates, read_estimates
from services.matching.adapters.snapshots import LOOKS, MongoLookBook
from services.matching.adapters.stream import Stream
from services.matching.domain.ground.travel import RoadEstimate
from services.matching.domain.searches.offering import Rules
from services.matching.handlers.driver_due import DriverDueHandler
from services.matching.handlers.routes import routes
from services.matching.handlers.search_due import SearchDueHandler
from services.matching.ports import Context, Roads
from services.matching.rounds.candidates import Gathering
from services.matching.rounds.rounds import Pace, Rounds
from services.matching.rounds.search_cache import Board
from services.matching.rounds.snapshots import Looking
from services.matching.rounds.standby import Queueing
from services.matching.settings import MatchingSettings
from services.runtime.clock import Clock, SystemClock
from services.runtime.messaging import speakers
from services.runtime.process.runtime import Application, Runtime, TimerTable
from services.runtime.storage.best_effort_writes import BestEffortWrites
from services.runtime.storage.database import Database

SHORTEST_ROUND_S = 0.02


async def build(runtime: Runtime, *, leader_queue: str = LEADER) -> Application:
    """Wire the service. One process leads per `leader_queue`; more than one such queue only wastes offers."""
    settings = MatchingSettings()
    speed = max(1.0, runtime.clock.speed)
    patience = timedelta(seconds=settings.unconfirmed_s * speed)
    # The database removes by the machine's clock: where another one rules, nothing is removed.
    kept = timedelta(days=settings.retention_days) if isinstance(runtime.clock, SystemClock) else None
    fresh = timedelta(seconds=settings.fresh_s)
    search = search_kind(kept)
    silence = timedelta(seconds=settings.vanish_s)
    searches, drivers = runtime.aggregates(search), runtime.aggregates(driver_kind(patience, silence))

    hints, index = Hints(), PositionIndex()
    positions = Positions(index, runtime.clock, fresh, hints.appeared)
    context = Context(
        searches=searches,
        drivers=drivers,
        open_searches=MongoOpenSearches(runtime.database[search.collection]),
        whereabouts=positions,
        shelters=shelters.load(settings.shelters),
        nudge=hints,
        clock=runtime.clock,
        rules=_rules(settings),
        patience=patience,
    )
    board = Board(searches, context.open_searches)
    roads = _roads(settings)
    gathering = Gathering(drivers, index, roads, fresh, settings.review_s)
    queueing = Queueing(MongoQueues(runtime.database[DRIVERS]), positions, roads, fresh)
    looking = Looking(context, index, _estimates(settings), _look_book(runtime, settings), fresh)
    rounds = Rounds(
        context, board, queueing, gathering, _pace(settings, speed), settings.weights(), looking.glanced
    )
    hints.connect(rounds, positions)
    stream = Stream(
        runtime.connection, positions, hints, runtime.clock, speakers.load(runtime.settings.speakers)
    )
    leader = Leader(runtime.connection, runtime.gate, rounds.lead, hints.lead, leader_queue)
    return Application(
        routes=routes(context),
        timers=(
            TimerTable(searches, SearchDueHandler(context)),
            TimerTable(drivers, DriverDueHandler(context, silence)),
        ),
        workers=(stream.run, leader.run, looking.run),
    )


def inspection(database: Database, clock: Clock) -> Inspection:
    """What is stored, for people who look; under the settings of this environment."""
    settings = MatchingSettings()
    return Inspection(
        database,
        shelters.load(settings.shelters),
        _rules(settings),
        timedelta(seconds=settings.fresh_s),
        clock.now(),
    )


def _rules(settings: MatchingSettings) -> Rules:
    return Rules(
        stagger=timedelta(seconds=settings.stagger_s),
        times_asked=settings.times_asked,
        road_factor=settings.road_factor,
        speed_kmh=settings.speed_kmh,
        lead=timedelta(seconds=settings.reservation_lead_s),
        between=timedelta(seconds=settings.reservation_gap_s),
    )


def _pace(settings: MatchingSettings, speed: float) -> Pace:
    return Pace(
        window_s=max(SHORTEST_ROUND_S, settings.window_s / speed),
        look_again_s=max(SHORTEST_ROUND_S, settings.look_again_s / speed),
        review_s=settings.review_s,
    )


def _look_book(runtime: Runtime, settings: MatchingSettings) -> MongoLookBook:
    kept = timedelta(days=settings.explained_days) if isinstance(runtime.clock, SystemClock) else None
    return MongoLookBook(BestEffortWrites(runtime.database[LOOKS]), kept, runtime.clock)


def _estimates(settings: MatchingSettings) -> RoadEstimates:
    otherwise = RoadEstimate(date.min, settings.road_factor, settings.speed_kmh)
    return RoadEstimates(read_estimates(settings.roads or BUILT_IN), otherwise)


def _roads(settings: MatchingSettings) -> Roads:
    estimates = _estimates(settings)
    if settings.router_url is None:
        return estimates
    from httpx import AsyncClient  # noqa: PLC0415  a client that few need

    from services.matching.adapters.osrm import Osrm  # noqa: PLC0415

    return Osrm(AsyncClient(), settings.router_url, estimates, settings.router_box_s)
