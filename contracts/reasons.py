"""Reason codes: the sentence a person reads, and whose fault it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Whose fault a reason is; `nobody` where there is none."""

    CUSTOMER = "customer"
    DRIVER = "driver"
    MERCHANT = "merchant"
    APP = "app"
    PLATFORM = "platform"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code."""

    code: str
    sentence: str
    fault: Fault


def _table(*rows: tuple[str, str, Fault]) -> dict[str, Reason]:
    return {code: Reason(code, sentence, fault) for code, sentence, fault in rows}


REJECTED = _table(
    ("schema", "The data does not have the published form.", Fault.APP),
    ("id_reused", "The same id was sent before with other content.", Fault.APP),
    ("unknown_order", "There is no such order.", Fault.APP),
    ("unknown_driver", "There is no such driver.", Fault.APP),
    ("unknown_offer", "There is no such offer.", Fault.APP),
    ("unknown_service", "The catalogue has no such service.", Fault.APP),
    ("wrong_actor", "Whoever asks has no right to this step.", Fault.APP),
    ("login_missing", "The message does not name its login (user_id), and here it has to.", Fault.APP),
    ("login_wrong", "The login may not speak for whom it names.", Fault.APP),
    ("wrong_driver", "The order belongs to another driver.", Fault.APP),
    ("foreign_offer", "The offer was made to another driver.", Fault.APP),
    ("offer_closed", "The offer is no longer open.", Fault.DRIVER),
    ("driver_busy", "The driver already has a live order.", Fault.DRIVER),
    ("driver_ineligible", "The driver may not take orders now.", Fault.DRIVER),
    ("illegal_step", "The order is in a state that does not allow this step.", Fault.APP),
    ("order_ended", "The order has already ended.", Fault.NOBODY),
    ("details_missing", "The service needs a detail that was not given.", Fault.APP),
    ("details_wrong", "A detail does not have the form that the service asks for.", Fault.APP),
    ("proof_missing", "The step needs a proof that was not given.", Fault.DRIVER),
    ("wrong_code", "The recipient's code is another one.", Fault.DRIVER),
    ("code_locked", "The code was wrong five times; a new one has to be asked for.", Fault.DRIVER),
    ("code_limit", "No further code is sent for this order.", Fault.CUSTOMER),
    ("wrong_envelope", "The envelope belongs to another order.", Fault.DRIVER),
    ("attempt_too_early", "The next attempt is due later.", Fault.DRIVER),
    ("unknown_merchant", "There is no such merchant.", Fault.APP),
    ("takes_too_long", "The merchant wants longer than the service allows.", Fault.MERCHANT),
    ("proposal_open", "A change waits for somebody's answer first.", Fault.NOBODY),
    ("change_not_allowed", "The service does not allow this change.", Fault.CUSTOMER),
    ("change_too_late", "It is too late for this change.", Fault.CUSTOMER),
    ("change_dearer", "Somebody else pays, and the change would cost him more.", Fault.CUSTOMER),
    ("unknown_proposal", "There is no such proposal.", Fault.APP),
    ("proposal_closed", "The proposal is no longer open.", Fault.NOBODY),
    ("unknown_route", "There is no such route.", Fault.APP),
    ("time_ahead", "The time of the request lies more than five minutes ahead.", Fault.APP),
    ("invalid_papers", "A paper has a date that cannot be.", Fault.APP),
    ("outside_country", "The place lies outside Indonesia.", Fault.APP),
    ("unknown_standby", "There is no such place to wait at.", Fault.APP),
    ("not_at_standby", "The driver is not at the place where he wants to wait.", Fault.DRIVER),
    ("shift_running", "The driver's shift before has not ended.", Fault.APP),
    ("unknown_emergency", "There is no such emergency.", Fault.APP),
    ("out_of_date", "Something newer is known already.", Fault.APP),
)

REFUSED = _table(
    ("outside_area", "Pick-up or drop-off lies outside the service area.", Fault.NOBODY),
    ("same_place", "Pick-up and drop-off are the same place.", Fault.CUSTOMER),
    ("fare_above_limit", "The fare is higher than the customer allows.", Fault.NOBODY),
    ("payer_not_allowed", "This payer is not allowed for the service.", Fault.CUSTOMER),
    ("schedule_not_allowed", "The service cannot be booked for this time.", Fault.CUSTOMER),
    ("schedule_required", "The service has to be booked ahead.", Fault.CUSTOMER),
    ("schedule_in_past", "The time to be picked up at is over or too near.", Fault.CUSTOMER),
    ("schedule_too_far", "The time to be picked up at lies too far ahead.", Fault.CUSTOMER),
    ("details_not_allowed", "A detail is not what the service allows.", Fault.CUSTOMER),
    ("customer_not_allowed", "The service is not for this kind of customer.", Fault.CUSTOMER),
    ("agency_missing", "The service needs an agency.", Fault.CUSTOMER),
    ("recipient_missing", "The service needs a recipient.", Fault.CUSTOMER),
    ("merchant_missing", "The service needs a merchant at the pick-up.", Fault.CUSTOMER),
    ("merchant_unknown", "The merchant is not known.", Fault.CUSTOMER),
    ("merchant_elsewhere", "The pick-up is not where the merchant is.", Fault.CUSTOMER),
    ("merchant_closed", "The merchant takes no orders now.", Fault.MERCHANT),
    ("merchant_in_rush", "The merchant has too much to do and takes no orders now.", Fault.MERCHANT),
    (
        "merchant_not_resident",
        "No agency attests that the merchant is a resident of the regency.",
        Fault.MERCHANT,
    ),
    ("items_missing", "The service needs items.", Fault.CUSTOMER),
    ("items_not_allowed", "The service takes no items.", Fault.CUSTOMER),
    ("item_price_invalid", "An item has no price.", Fault.CUSTOMER),
    ("too_many_items", "There are more items than the service allows.", Fault.CUSTOMER),
    ("total_too_large", "The items cost more than the service allows.", Fault.CUSTOMER),
    ("payer_unknown", "The payer is not known.", Fault.CUSTOMER),
    ("not_beneficiary", "The programme does not pay for this customer.", Fault.CUSTOMER),
    ("budget_exhausted", "The payer's budget is used up.", Fault.NOBODY),
    ("route_closed", "The route is closed then.", Fault.NOBODY),
    ("outside_route", "The place does not lie on the route.", Fault.CUSTOMER),
    ("route_hours", "The route is not open at that time.", Fault.CUSTOMER),
    ("too_far", "The trip is longer than the service allows.", Fault.CUSTOMER),
)

INELIGIBLE = _table(
    ("not_resident", "No agency attests that the driver lives in the regency.", Fault.DRIVER),
    ("residence_lapsed", "The attestation of residence is no longer valid.", Fault.DRIVER),
    ("suspended", "The driver is suspended.", Fault.DRIVER),
    ("sim_c_missing", "The driving licence C was not shown.", Fault.DRIVER),
    ("sim_c_lapsed", "The driving licence C is no longer valid.", Fault.DRIVER),
    ("stnk_missing", "The vehicle's registration was not shown.", Fault.DRIVER),
    ("stnk_lapsed", "The vehicle's registration is no longer valid.", Fault.DRIVER),
    ("emergency", "The driver has raised an emergency that nobody has closed yet.", Fault.NOBODY),
)

NOT_ASKED = _table(
    ("vehicle_class", "The order needs another class of vehicle.", Fault.NOBODY),
    ("not_certified", "The driver does not have a certification that the order needs.", Fault.NOBODY),
    ("certification_lapsed", "A certification that the order needs is no longer valid.", Fault.DRIVER),
    ("off_shift", "The driver is not on shift.", Fault.NOBODY),
    ("busy", "The driver has a live order.", Fault.NOBODY),
    ("reserved", "The driver has taken a booked order that this one would run into.", Fault.NOBODY),
    ("asked_elsewhere", "The driver holds an open offer for another order.", Fault.NOBODY),
    ("stale_position", "The driver's last position is too old.", Fault.DRIVER),
    ("excluded", "The driver had this order and is not asked for it again.", Fault.DRIVER),
    ("asked_now", "The driver holds an open offer for this order.", Fault.NOBODY),
    ("declined", "The driver has declined this order.", Fault.DRIVER),
    ("asked_often_enough", "The driver was asked for this order as often as we ask.", Fault.DRIVER),
    ("too_far_yet", "The driver is outside the radius that the search has reached.", Fault.NOBODY),
    (
        "others_first",
        "The driver could be asked; others were better for all orders together, or enough offers are open.",
        Fault.NOBODY,
    ),
)

UNDELIVERED = _table(
    ("recipient_absent", "Nobody opened the door.", Fault.CUSTOMER),
    ("recipient_refused", "The recipient did not want it.", Fault.CUSTOMER),
    ("address_not_found", "The address could not be found.", Fault.CUSTOMER),
    ("not_identified", "The recipient could not prove who he is.", Fault.CUSTOMER),
    ("delivery_failed", "It could not be handed over.", Fault.NOBODY),
)
"""Why a courier could not hand over."""

ENDED = {
    **UNDELIVERED,
    **_table(
        ("no_driver", "No driver was found in time.", Fault.PLATFORM),
        ("customer_cancelled", "The customer cancelled.", Fault.CUSTOMER),
        ("changed_mind", "The customer changed his mind.", Fault.CUSTOMER),
        ("wrong_place", "The pick-up or the drop-off was a wrong one.", Fault.CUSTOMER),
        ("customer_no_show", "The customer did not come to the pick-up.", Fault.CUSTOMER),
        ("driver_late", "The driver came too late.", Fault.DRIVER),
        ("driver_asked", "The driver asked the customer to cancel.", Fault.DRIVER),
        ("sold_out", "What was ordered is sold out.", Fault.MERCHANT),
        ("took_too_long", "It took too long.", Fault.PLATFORM),
        ("unsafe", "It was not safe.", Fault.NOBODY),
        ("operator_cancelled", "An operator cancelled.", Fault.PLATFORM),
        ("agency_cancelled", "The agency cancelled.", Fault.NOBODY),
        ("merchant_cancelled", "The merchant cancelled.", Fault.MERCHANT),
        ("order_ended", "The order had ended when the match came.", Fault.NOBODY),
        ("order_moved_on", "The order had moved on when the match came.", Fault.NOBODY),
        ("driver_excluded", "The driver had given this order back.", Fault.DRIVER),
        ("driver_cancelled", "The driver gave the order back.", Fault.DRIVER),
        ("vanished", "The driver could no longer be reached.", Fault.DRIVER),
        ("ineligible", "The driver may no longer take orders.", Fault.DRIVER),
        ("reservation_lost", "The reserved driver was not free in time.", Fault.PLATFORM),
        ("call_112", "No driver was found in time: call 112 or 118.", Fault.PLATFORM),
        ("handed_over", "The case belongs to the emergency services: call 112.", Fault.NOBODY),
        ("merchant_silent", "The merchant did not answer in time.", Fault.MERCHANT),
        ("merchant_rejected", "The merchant did not take the order.", Fault.MERCHANT),
        ("proposal_refused", "The customer did not want the change.", Fault.NOBODY),
        ("proposal_lapsed", "The customer did not answer the proposal in time.", Fault.CUSTOMER),
        ("route_closed", "The route was closed after the booking.", Fault.NOBODY),
        ("schedule_missed", "The search for a driver could not begin in time.", Fault.PLATFORM),
        ("search_overdue", "Matching did not answer in time.", Fault.PLATFORM),
    ),
}

FAILED = _table(
    ("no_contact", "No address is known for the recipient.", Fault.NOBODY),
    ("gone", "The address is no longer there.", Fault.NOBODY),
    ("address_refused", "The channel does not know the address.", Fault.CUSTOMER),
    ("channel_unavailable", "The channel did not answer in time.", Fault.PLATFORM),
    ("superseded", "A later state of the order was told instead.", Fault.NOBODY),
    ("too_late", "It could not be told while it was worth telling.", Fault.PLATFORM),
)

ATTRIBUTES = (
    "id",
    "type",
    "source",
    "specversion",
    "subject",
    "correlationid",
    "causationid",
    "sequence",
    "traceparent",
)
"""The CloudEvents attributes that we read as text."""

UNREADABLE = _table(
    ("too_large", "The body has 1 MiB or more.", Fault.APP),
    ("too_deep", "The body is nested too deeply.", Fault.APP),
    ("not_json", "The body is no JSON.", Fault.APP),
    ("content_type", "The content type is neither JSON nor a structured CloudEvent in JSON.", Fault.APP),
    ("no_headers", "There is no CloudEvents header.", Fault.APP),
    ("specversion", "The CloudEvents version is not 1.x.", Fault.APP),
    ("no_id", "The attribute id is missing.", Fault.APP),
    ("no_type", "The attribute type is missing.", Fault.APP),
    ("no_source", "The attribute source is missing.", Fault.APP),
    ("foreign_source", "A request's source begins with /gancang/, which is ours alone.", Fault.APP),
    ("unknown_type", "No such type is published.", Fault.APP),
    ("bad_time", "The attribute time is no instant with an offset.", Fault.APP),
    ("bad_datacontenttype", "The attribute datacontenttype is no plain text.", Fault.APP),
    ("not_an_event", "The structured event is no JSON object.", Fault.APP),
    ("no_data", "The structured event has no data.", Fault.APP),
    ("bad_base64", "The structured event's data are no base64.", Fault.APP),
    *(
        (f"bad_{name}", f"The attribute {name} is not of the form that it should have.", Fault.APP)
        for name in ATTRIBUTES
    ),
)

REASONS: dict[str, Reason] = {
    **REJECTED,
    **REFUSED,
    **INELIGIBLE,
    **NOT_ASKED,
    **ENDED,
    **FAILED,
    **UNREADABLE,
}


def sentence(code: str) -> str:
    """The sentence of a code; the code itself where a newer writer used one that we do not know."""
    reason = REASONS.get(code)
    return reason.sentence if reason else code


def fault_of(code: str) -> Fault:
    """Whose fault a reason is; nobody's where a newer writer used a code that we do not know."""
    reason = REASONS.get(code)
    return reason.fault if reason else Fault.NOBODY
