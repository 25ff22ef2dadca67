"""What people may read of a search, a queue and a driver: ids, metres, times and reasons; never a place or a person's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from contracts.values import rfc3339
from services.matching.domain.drivers.driver import SHIFT, Driver, Live
from services.matching.domain.drivers.eligibility import not_available, standing
from services.matching.domain.drivers.record import acceptance, merits
from services.matching.domain.drivers.standby import Shelter
from services.matching.domain.explain.explanation import Explanation, Told
from services.matching.domain.searches.search import Offer, Outcome
from services.runtime.change import Document


def of_explanation(explanation: Explanation) -> Document:
    """`reasons` are codes; `asked` the offers, oldest first."""
    search = explanation.search
    winner = search.offer(search.winner) if search.winner else None
    return {
        "order_id": search.order_id,
        "status": search.status.value,
        "attempt": search.attempt,
        "since": _time(search.since),
        "ended_at": _time(search.ended_at),
        "driver_id": winner.driver_id if winner else None,
        "reasons_hold": "now" if explanation.live else "when a round looked last",
        "radius_m": explanation.radius_m,
        "looked_at": _time(explanation.looked_at),
        "excluded": list(search.excluded),
        "drivers": [_told(each) for each in explanation.drivers],
    }


def of_queue(shelter: Shelter, queue: list[Driver], now: datetime) -> Document:
    """First come first; `passed_over` says why the next one is asked instead of him."""
    waiting = [
        {
            "driver_id": driver.driver_id,
            "since": _time(driver.standby.since if driver.standby else None),
            "passed_over": [*standing(driver, now), *not_available(driver)],
        }
        for driver in queue
    ]
    return {"standby_id": shelter.standby_id, "name": shelter.name, "waiting": waiting}


def of_driver(driver: Driver, queue: list[Driver], not_his: Mapping[Outcome, int], now: datetime) -> Document:
    """`offers` counts those that he could win, and nothing else is held against him."""
    record, against = driver.record, standing(driver, now)
    today = merits(record, driver.idle_since, now)
    return {
        "driver_id": driver.driver_id,
        "vehicle_class": driver.vehicle.vehicle_class.value,
        "may_drive": not against,
        "reasons": [*against, *not_available(driver)],
        "on_shift_since": _time(driver.facts.get(SHIFT)) if driver.shift else None,
        "idle_since": _time(driver.idle_since) if driver.shift and driver.live is None else None,
        "live": _order(driver.live) if driver.live else None,
        "reserved": [_order(each) for each in driver.reserved],
        "standby": _place(driver, queue),
        "offers": record.offers,
        "answers": {
            "accepted": _share(record.accepts, record.offers),
            "declined": _share(record.declines, record.offers),
            "expired": _share(record.lapses, record.offers),
        },
        "declined_because": {
            code: _share(count, record.declines) for code, count in sorted(record.reasons.items())
        },
        "gave_back": _share(record.cancels, record.accepts),
        "vanished": _share(record.vanished, record.accepts),
        "not_judged": {outcome.value: count for outcome, count in not_his.items()},
        "acceptance": round(acceptance(record), 3),
        "trips": record.trips,
        "income": record.income,
        "income_today": today.income_today,
    }


def _told(told: Told) -> Document:
    return {
        "driver_id": told.driver_id,
        "away_m": told.away_m,
        "pickup_s": told.pickup_s,
        "reasons": list(told.reasons),
        "asked": [_offer(offer) for offer in told.offers],
    }


def _offer(offer: Offer) -> Document:
    return {
        "offer_id": offer.offer_id,
        "attempt": offer.attempt,
        "made_at": _time(offer.made_at),
        "pickup_s": offer.eta_s,
        "outcome": offer.outcome.value if offer.outcome else None,
        "closed_at": _time(offer.closed_at),
    }


def _order(taken: Live) -> Document:
    return {
        "order_id": taken.order_id,
        "since": _time(taken.since),
        "starts_at": _time(taken.starts_at),
        "confirmed": taken.confirmed,
    }


def _place(driver: Driver, queue: list[Driver]) -> Document | None:
    if driver.standby is None:
        return None
    number = next(
        (place for place, other in enumerate(queue, 1) if other.driver_id == driver.driver_id), None
    )
    return {"standby_id": driver.standby.standby_id, "since": _time(driver.standby.since), "number": number}


def _share(count: int, of: int) -> Document:
    return {"count": count, "percent": round(100 * count / of, 1) if of else None}


def _time(at: datetime | None) -> str | None:
    return rfc3339(at) if at is not None else None
