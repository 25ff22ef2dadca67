"""The matching service: the only place where its parts meet."""

from __future__ import annotations

from datetime import date, timedelta

from contracts.queues import LEADER
from services.matching.adapters import shelters
from services.matching.adapters.hints import BrokerHints
from services.matching.adapters.inspection import Inspection
from services.matching.adapters.kinds import (
    DRIVERS,
    SEARCHES,
    MongoOpenSearches,
    MongoStandbyQueues,
    driver_kind,
    search_kind,
)
from services.matching.adapters.leader import Leader
from services.matching.adapters.position_index import PositionIndex
from services.matching.adapters.positions import Positions
from services.matching.adapters.road_estimates import BUILT_IN, RoadEstimates, read_estimates
from services.matching.adapters.snapshots import LOOKS, MongoSnapshots
from services.matching.adapters.stream import PositionStream
from services.matching.domain.ground.travel import RoadEstimate
from services.matching.domain.searches.offering import OfferRules
from services.matching.handlers.routes import routes, timers
from services.matching.ports import Context, Roads
from services.matching.rounds.candidates import CandidateFinder
from services.matching.rounds.rounds import Rounds, RoundTiming
from services.matching.rounds.search_cache import SearchCache
from services.matching.rounds.snapshots import SnapshotWriter
from services.matching.rounds.standby import StandbyPairing
from services.matching.settings import MatchingSettings
from services.runtime.clock import Clock, SystemClock
from services.runtime.messaging import speakers
from services.runtime.process.runtime import Application, Runtime, TimerTable
from services.runtime.route import Worker
from services.runtime.storage.best_effort_writes import BestEffortWrites
from services.runtime.storage.database import Database

SHORTEST_ROUND_S = 0.02


async def build(runtime: Runtime, *, leader_queue: str = LEADER) -> Application:
    """Wire the service.

    One process leads per `leader_queue`; a second such queue wastes offers and does no harm.
    """
    settings = MatchingSettings()
    hints, index = BrokerHints(), PositionIndex()
    positions = Positions(index, runtime.clock, timedelta(seconds=settings.fresh_s), hints.appeared)
    patience = timedelta(seconds=settings.unconfirmed_s * max(1.0, runtime.clock.speed))
    silence = timedelta(seconds=settings.vanish_s)
    searches = runtime.aggregates(search_kind(_retention(runtime, settings.retention_days)))
    drivers = runtime.aggregates(driver_kind(patience, silence))
    context = Context(
        searches=searches,
        drivers=drivers,
        open_searches=MongoOpenSearches(runtime.database[SEARCHES]),
        positions=positions,
        shelters=shelters.load(settings.shelters),
        hints=hints,
        clock=runtime.clock,
        rules=_rules(settings),
        patience=patience,
        silence=silence,
    )
    of_search, of_driver = timers(context)
    return Application(
        routes=routes(context),
        timers=(TimerTable(searches, of_search), TimerTable(drivers, of_driver)),
        workers=_workers(runtime, settings, context, hints, index, positions, leader_queue),
    )


def inspection(database: Database, clock: Clock) -> Inspection:
    """The queries of the command line, under the settings of this environment."""
    settings = MatchingSettings()
    return Inspection(
        database,
        shelters.load(settings.shelters),
        _rules(settings),
        timedelta(seconds=settings.fresh_s),
        clock.now(),
    )


def _workers(
    runtime: Runtime,
    settings: MatchingSettings,
    context: Context,
    hints: BrokerHints,
    index: PositionIndex,
    positions: Positions,
    leader_queue: str,
) -> tuple[Worker, ...]:
    """What runs in every process: the stream of positions and hints, the election, the snapshots."""
    snapshots = _snapshots(runtime, settings, context, index)
    rounds = _rounds(runtime, settings, context, index, snapshots)
    hints.connect(rounds, positions)
    allowed = speakers.load(runtime.settings.speakers)
    stream = PositionStream(runtime.connection, positions, hints, runtime.clock, allowed)
    leader = Leader(runtime.connection, runtime.gate, rounds.lead, hints.lead, leader_queue)
    return stream.run, leader.run, snapshots.run


def _retention(runtime: Runtime, days: int) -> timedelta | None:
    """The database removes by the machine's clock, so under another clock nothing is removed."""
    return timedelta(days=days) if isinstance(runtime.clock, SystemClock) else None


def _rules(settings: MatchingSettings) -> OfferRules:
    return OfferRules(
        stagger=timedelta(seconds=settings.stagger_s),
        times_asked=settings.times_asked,
        road_factor=settings.road_factor,
        speed_kmh=settings.speed_kmh,
        lead=timedelta(seconds=settings.reservation_lead_s),
        between=timedelta(seconds=settings.reservation_gap_s),
    )


def _rounds(
    runtime: Runtime,
    settings: MatchingSettings,
    context: Context,
    index: PositionIndex,
    snapshots: SnapshotWriter,
) -> Rounds:
    roads, fresh = _roads(settings), timedelta(seconds=settings.fresh_s)
    queues = MongoStandbyQueues(runtime.database[DRIVERS])
    return Rounds(
        context,
        SearchCache(context.searches, context.open_searches),
        StandbyPairing(queues, context.positions, roads, fresh),
        CandidateFinder(context.drivers, index, roads, fresh, settings.review_s),
        _timing(settings, max(1.0, runtime.clock.speed)),
        settings.weights(),
        snapshots.after_round,
    )


def _timing(settings: MatchingSettings, speed: float) -> RoundTiming:
    return RoundTiming(
        window_s=max(SHORTEST_ROUND_S, settings.window_s / speed),
        look_again_s=max(SHORTEST_ROUND_S, settings.look_again_s / speed),
        review_s=settings.review_s,
    )


def _snapshots(
    runtime: Runtime, settings: MatchingSettings, context: Context, index: PositionIndex
) -> SnapshotWriter:
    writes = BestEffortWrites(runtime.database[LOOKS])
    store = MongoSnapshots(writes, _retention(runtime, settings.explained_days), runtime.clock)
    fresh = timedelta(seconds=settings.fresh_s)
    return SnapshotWriter(context, index, _estimates(settings), store, fresh)


def _estimates(settings: MatchingSettings) -> RoadEstimates:
    default = RoadEstimate(date.min, settings.road_factor, settings.speed_kmh)
    return RoadEstimates(read_estimates(settings.roads or BUILT_IN), default)


def _roads(settings: MatchingSettings) -> Roads:
    estimates = _estimates(settings)
    if settings.router_url is None:
        return estimates
    from httpx import AsyncClient  # noqa: PLC0415  a client that few need

    from services.matching.adapters.osrm import Osrm  # noqa: PLC0415

    return Osrm(AsyncClient(), settings.router_url, estimates, settings.router_box_s)
