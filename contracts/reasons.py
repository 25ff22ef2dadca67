"""Every reason code with the sentence that a person reads, and whose fault it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Whose fault it is, if it is one."""

    CUSTOMER = "customer"
    DRIVER = "driver"
    MERCHANT = "merchant"
    APP = "app"
    PLATFORM = "platform"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code with its sentence and its fault."""

    code: str
    sentence: str
    fault: Fault


def _table(*rows: tuple[str, str, Fault]) -> dict[str, Reason]:
    return {code: Reason(code, sentence, fault) for code, sentence, fault in rows}


REJECTED = _table(
    ("schema", "The data does not have the published form.", Fault.APP),
    ("id_reused", "The same id was sent before with different content.", Fault.APP),
    ("unknown_order", "There is no such order.", Fault.APP),
    ("unknown_driver", "There is no such driver.", Fault.APP),
    ("unknown_offer", "There is no such offer.", Fault.APP),
    ("unknown_service", "The catalogue has no such service.", Fault.APP),
    ("wrong_actor", "The caller may not perform this step.", Fault.APP),
    (
        "login_missing",
        "The property user_id is missing: this broker requires the login of the sender.",
        Fault.APP,
    ),
    ("login_wrong", "The login may not speak for the party that the request names.", Fault.APP),
    ("wrong_driver", "The order belongs to another driver.", Fault.APP),
    ("foreign_offer", "The offer was made to another driver.", Fault.APP),
    ("offer_closed", "The offer is no longer open.", Fault.DRIVER),
    ("driver_busy", "The driver already has an order.", Fault.DRIVER),
    ("driver_ineligible", "The driver may not take orders now.", Fault.DRIVER),
    ("illegal_step", "The status of the order does not allow this step.", Fault.APP),
    ("order_ended", "The order has already ended.", Fault.NOBODY),
    ("details_missing", "A detail is missing that the service requires.", Fault.APP),
    ("details_wrong", "A detail does not have the form that the service requires.", Fault.APP),
    ("proof_missing", "A proof is missing that the step requires.", Fault.DRIVER),
    ("wrong_code", "Wrong code.", Fault.DRIVER),
    ("code_locked", "The code was wrong too often. Request a new one.", Fault.DRIVER),
    ("code_limit", "No more codes can be sent for this order.", Fault.CUSTOMER),
    ("wrong_envelope", "The envelope belongs to another order.", Fault.DRIVER),
    ("attempt_too_early", "It is too early for the next attempt.", Fault.DRIVER),
    ("unknown_merchant", "There is no such merchant.", Fault.APP),
    ("takes_too_long", "The merchant needs more time than the service allows.", Fault.MERCHANT),
    ("proposal_open", "A proposed change must be answered first.", Fault.NOBODY),
    ("change_not_allowed", "The service does not allow this change.", Fault.CUSTOMER),
    ("change_too_late", "It is too late for this change.", Fault.CUSTOMER),
    (
        "change_dearer",
        "The change would cost more, and the customer is not the one who pays.",
        Fault.CUSTOMER,
    ),
    ("unknown_proposal", "There is no such proposal.", Fault.APP),
    ("proposal_closed", "The proposal is no longer open.", Fault.NOBODY),
    ("unknown_route", "There is no such route.", Fault.APP),
    ("time_ahead", "The time of the request is more than five minutes in the future.", Fault.APP),
    ("invalid_papers", "A document has an impossible date.", Fault.APP),
    ("outside_country", "The place is outside Indonesia.", Fault.APP),
    ("unknown_standby", "There is no such standby place.", Fault.APP),
    ("not_at_standby", "The driver is not at the standby place.", Fault.DRIVER),
    ("shift_running", "The driver's last shift has not ended.", Fault.APP),
    ("unknown_emergency", "There is no such emergency.", Fault.APP),
    ("out_of_date", "Newer information is already known.", Fault.APP),
)

REFUSED = _table(
    ("outside_area", "The pick-up or the drop-off is outside the service area.", Fault.NOBODY),
    ("same_place", "The pick-up and the drop-off are the same place.", Fault.CUSTOMER),
    ("fare_above_limit", "The fare is higher than the max_fare of the request.", Fault.NOBODY),
    ("payer_not_allowed", "This payer may not pay for the service.", Fault.CUSTOMER),
    ("schedule_not_allowed", "The service cannot be booked for this time.", Fault.CUSTOMER),
    ("schedule_required", "The service must be booked ahead.", Fault.CUSTOMER),
    ("schedule_in_past", "The booked time is in the past.", Fault.CUSTOMER),
    ("schedule_too_far", "The booked time is too far in the future.", Fault.CUSTOMER),
    ("details_not_allowed", "The service does not allow the value of a detail.", Fault.CUSTOMER),
    ("customer_not_allowed", "This kind of customer may not order the service.", Fault.CUSTOMER),
    ("agency_missing", "The service requires an agency.", Fault.CUSTOMER),
    ("recipient_missing", "The service requires a recipient.", Fault.CUSTOMER),
    ("merchant_missing", "The service requires a merchant at the pick-up.", Fault.CUSTOMER),
    ("merchant_unknown", "There is no such merchant.", Fault.CUSTOMER),
    ("merchant_elsewhere", "The pick-up is not at the merchant's place.", Fault.CUSTOMER),
    ("merchant_closed", "The merchant is closed.", Fault.MERCHANT),
    ("merchant_in_rush", "The merchant is too busy to take orders now.", Fault.MERCHANT),
    (
        "merchant_not_resident",
        "No agency attests that the merchant is a resident of the regency.",
        Fault.MERCHANT,
    ),
    ("items_missing", "The service requires items.", Fault.CUSTOMER),
    ("items_not_allowed", "The service takes no items.", Fault.CUSTOMER),
    ("item_price_invalid", "An item has no price.", Fault.CUSTOMER),
    ("too_many_items", "The order has more items than the service allows.", Fault.CUSTOMER),
    ("total_too_large", "The items cost more than the service allows.", Fault.CUSTOMER),
    ("payer_unknown", "There is no such payer, or the payer has no budget.", Fault.CUSTOMER),
    ("not_beneficiary", "The programme does not pay for this customer.", Fault.CUSTOMER),
    ("budget_exhausted", "The payer's budget does not cover the fare.", Fault.NOBODY),
    ("route_closed", "The route is closed at that time.", Fault.NOBODY),
    ("outside_route", "The place is not on the route.", Fault.CUSTOMER),
    ("route_hours", "The route is not open at that time.", Fault.CUSTOMER),
    ("too_far", "The trip is longer than the service allows.", Fault.CUSTOMER),
)

INELIGIBLE = _table(
    ("not_resident", "No agency attests that the driver lives in the regency.", Fault.DRIVER),
    ("residence_lapsed", "The attestation of residence is no longer valid.", Fault.DRIVER),
    ("suspended", "The driver is suspended.", Fault.DRIVER),
    ("sim_c_missing", "The driving licence C is missing.", Fault.DRIVER),
    ("sim_c_lapsed", "The driving licence C is no longer valid.", Fault.DRIVER),
    ("stnk_missing", "The vehicle's registration is missing.", Fault.DRIVER),
    ("stnk_lapsed", "The vehicle's registration is no longer valid.", Fault.DRIVER),
    ("emergency", "An emergency of the driver is still open.", Fault.NOBODY),
)

NOT_ASKED = _table(
    ("vehicle_class", "The order needs another class of vehicle.", Fault.NOBODY),
    ("not_certified", "The driver lacks a certification that the order needs.", Fault.NOBODY),
    ("certification_lapsed", "A certification that the order needs is no longer valid.", Fault.DRIVER),
    ("off_shift", "The driver is not on shift.", Fault.NOBODY),
    ("busy", "The driver has another order.", Fault.NOBODY),
    ("reserved", "The order would overlap with a booked order that the driver has taken.", Fault.NOBODY),
    ("asked_elsewhere", "The driver holds an open offer for another order.", Fault.NOBODY),
    ("stale_position", "The driver's last position is too old.", Fault.DRIVER),
    ("excluded", "The driver gave this order back, and is not asked again.", Fault.DRIVER),
    ("asked_now", "The driver holds an open offer for this order.", Fault.NOBODY),
    ("declined", "The driver has declined this order.", Fault.DRIVER),
    ("asked_often_enough", "The driver was asked for this order as often as allowed.", Fault.DRIVER),
    ("too_far_yet", "The driver is outside the present radius of the search.", Fault.NOBODY),
    (
        "others_first",
        "The driver may be asked, but others suit the open orders better, or enough offers are open.",
        Fault.NOBODY,
    ),
)

UNDELIVERED = _table(
    ("recipient_absent", "The recipient was not there.", Fault.CUSTOMER),
    ("recipient_refused", "The recipient did not want it.", Fault.CUSTOMER),
    ("address_not_found", "The address could not be found.", Fault.CUSTOMER),
    ("not_identified", "The recipient could not prove who they are.", Fault.CUSTOMER),
    ("delivery_failed", "It could not be handed over.", Fault.NOBODY),
)
"""Why a courier could not hand the goods over."""

ENDED = {
    **UNDELIVERED,
    **_table(
        ("no_driver", "No driver was found in time.", Fault.PLATFORM),
        ("customer_cancelled", "The customer cancelled.", Fault.CUSTOMER),
        ("changed_mind", "The customer changed their mind.", Fault.CUSTOMER),
        ("wrong_place", "The pick-up or the drop-off was wrong.", Fault.CUSTOMER),
        ("customer_no_show", "The customer did not come to the pick-up.", Fault.CUSTOMER),
        ("driver_late", "The driver came too late.", Fault.DRIVER),
        ("driver_asked", "The driver asked the customer to cancel.", Fault.DRIVER),
        ("sold_out", "What was ordered is sold out.", Fault.MERCHANT),
        ("took_too_long", "It took too long.", Fault.PLATFORM),
        ("unsafe", "It was not safe.", Fault.NOBODY),
        ("operator_cancelled", "An operator cancelled.", Fault.PLATFORM),
        ("agency_cancelled", "The agency cancelled.", Fault.NOBODY),
        ("merchant_cancelled", "The merchant cancelled.", Fault.MERCHANT),
        ("order_ended", "The order had ended before the match arrived.", Fault.NOBODY),
        ("order_moved_on", "The order had moved on before the match arrived.", Fault.NOBODY),
        ("driver_excluded", "The driver gave this order back before.", Fault.DRIVER),
        ("driver_cancelled", "The driver gave the order back.", Fault.DRIVER),
        ("vanished", "The driver could no longer be reached.", Fault.DRIVER),
        ("ineligible", "The driver may no longer take orders.", Fault.DRIVER),
        ("reservation_lost", "The reserved driver was not free in time.", Fault.PLATFORM),
        ("call_112", "No driver was found in time: call 112 or 118.", Fault.PLATFORM),
        ("handed_over", "The case belongs to the emergency services: call 112.", Fault.NOBODY),
        ("merchant_silent", "The merchant did not answer in time.", Fault.MERCHANT),
        ("merchant_rejected", "The merchant rejected the order.", Fault.MERCHANT),
        ("proposal_refused", "The customer refused the change.", Fault.NOBODY),
        ("proposal_lapsed", "The customer did not answer the proposal in time.", Fault.CUSTOMER),
        ("route_closed", "The route was closed after the booking.", Fault.NOBODY),
        ("schedule_missed", "The search for a driver could not start in time.", Fault.PLATFORM),
        ("search_overdue", "Matching did not answer in time.", Fault.PLATFORM),
    ),
}

FAILED = _table(
    ("no_contact", "No address of the recipient is known.", Fault.NOBODY),
    ("gone", "The address no longer exists.", Fault.NOBODY),
    ("address_refused", "The channel does not know the address.", Fault.CUSTOMER),
    ("channel_unavailable", "The channel did not answer in time.", Fault.PLATFORM),
    ("superseded", "A later notification about the order replaced it.", Fault.NOBODY),
    ("too_late", "It could not be sent before it was out of date.", Fault.PLATFORM),
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
"""The CloudEvents attributes that are read as text."""

UNREADABLE = _table(
    ("too_large", "The body has 1 MiB or more.", Fault.APP),
    ("too_deep", "The body is nested too deeply.", Fault.APP),
    ("not_json", "The body is not JSON.", Fault.APP),
    ("content_type", "The content type is neither JSON nor a structured CloudEvent in JSON.", Fault.APP),
    ("no_headers", "There are no CloudEvents headers.", Fault.APP),
    ("specversion", "The CloudEvents version is not 1.x.", Fault.APP),
    ("no_id", "The attribute id is missing.", Fault.APP),
    ("no_type", "The attribute type is missing.", Fault.APP),
    ("no_source", "The attribute source is missing.", Fault.APP),
    (
        "foreign_source",
        "The source of a request must not begin with /gancang/, which is reserved.",
        Fault.APP,
    ),
    ("unknown_type", "There is no such message type.", Fault.APP),
    ("bad_time", "The attribute time is not a time with an offset.", Fault.APP),
    ("bad_datacontenttype", "The attribute datacontenttype is not plain text.", Fault.APP),
    ("not_an_event", "The structured event is not a JSON object.", Fault.APP),
    ("no_data", "The structured event has no data.", Fault.APP),
    ("bad_base64", "The data of the structured event is not base64.", Fault.APP),
    *((f"bad_{name}", f"The attribute {name} has the wrong form.", Fault.APP) for name in ATTRIBUTES),
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
    """Look up the sentence of a code; an unknown code, of a newer writer, stands for itself."""
    reason = REASONS.get(code)
    return reason.sentence if reason else code


def fault_of(code: str) -> Fault:
    """Look up whose fault it is; an unknown code, of a newer writer, blames no one."""
    reason = REASONS.get(code)
    return reason.fault if reason else Fault.NOBODY
