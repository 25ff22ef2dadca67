"""What `gancang matching` prints as JSON: ids, metres, times and reasons; no place, no person's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from contracts.values import OfferOutcome, rfc3339
from services.matching.domain.drivers.driver import Commitment, Driver
from services.matching.domain.drivers.eligibility import ineligibility, unavailability
from services.matching.domain.drivers.facts import SHIFT
from services.matching.domain.drivers.record import Record, acceptance
from services.matching.domain.drivers.standby import Shelter
from services.matching.domain.explain.explanation import ExplainedDriver, Explanation
from services.matching.domain.searches.search import Offer
from services.runtime.change import Document


def explanation_json(explanation: Explanation) -> Document:
    """A search and its drivers. `reasons` are codes; `asked` the offers, oldest first."""
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
        "drivers": [_explained(each) for each in explanation.drivers],
    }


def queue_json(shelter: Shelter, queue: list[Driver], now: datetime) -> Document:
    """The queue at a shelter, first come first. `passed_over`: why the next driver gets the offer instead."""
    waiting = [
        {
            "driver_id": driver.driver_id,
            "since": _time(driver.standby.since if driver.standby else None),
            "passed_over": [*ineligibility(driver, now), *unavailability(driver)],
        }
        for driver in queue
    ]
    return {"standby_id": shelter.standby_id, "name": shelter.name, "waiting": waiting}


def driver_json(
    driver: Driver, queue: list[Driver], not_judged: Mapping[OfferOutcome, int], now: datetime
) -> Document:
    """A driver and their record.

    `offers` counts those that the driver could win; nothing else counts against them.
    """
    reasons = ineligibility(driver, now)
    return {
        "driver_id": driver.driver_id,
        "vehicle_class": driver.vehicle.vehicle_class.value,
        "may_drive": not reasons,
        "reasons": [*reasons, *unavailability(driver)],
        "on_shift_since": _time(driver.facts.get(SHIFT)) if driver.shift else None,
        "idle_since": _time(driver.idle_since) if driver.shift and driver.live is None else None,
        "live": _commitment(driver.live) if driver.live else None,
        "reserved": [_commitment(each) for each in driver.reserved],
        "standby": _place(driver, queue),
        **_answers(driver.record),
        "not_judged": {outcome.value: count for outcome, count in not_judged.items()},
        "acceptance": round(acceptance(driver.record), 3),
        "trips": driver.record.trips,
        "income": driver.record.income,
        "income_today": driver.fairness(now).income_today,
    }


def _answers(record: Record) -> Document:
    return {
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
    }


def _explained(driver: ExplainedDriver) -> Document:
    return {
        "driver_id": driver.driver_id,
        "away_m": driver.away_m,
        "pickup_s": driver.pickup_s,
        "reasons": list(driver.reasons),
        "asked": [_offer(offer) for offer in driver.offers],
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


def _commitment(commitment: Commitment) -> Document:
    return {
        "order_id": commitment.order_id,
        "since": _time(commitment.since),
        "starts_at": _time(commitment.starts_at),
        "confirmed": commitment.confirmed,
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
