"""The metrics of the orders service, beside those of every service."""

from __future__ import annotations

from prometheus_client import Counter

RETURNS_OVERDUE = Counter(
    "gancang_returns_overdue_total", "Orders whose goods were not back by their deadline", ["service"]
)
GUESTS_ON_CLOSED_ROUTE = Counter(
    "gancang_guests_cut_off_total", "Orders whose guest was on a route when it was closed", ["service"]
)
WRONG_CODES = Counter("gancang_wrong_codes_total", "Tries with a wrong one-time code", ["service"])
