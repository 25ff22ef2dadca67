"""Requests by agencies of the regency about what they handed to a courier."""

from __future__ import annotations

from contracts.values import Id, Value


class AgencyReturnConfirmed(Value):
    """The agency has its sealed envelope back."""

    agency_id: Id
    order_id: Id
    envelope: Id
