"""The metrics of notifications, beside those that every service has."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

ATTEMPTS = Counter(
    "gancang_notification_attempts_total", "Attempts to tell a recipient", ["channel", "result"]
)
DOUBTS = Counter(
    "gancang_notification_doubts_total",
    "Attempts whose answer was lost: the recipient may be told again",
    ["channel"],
)
CIRCUIT_OPEN = Gauge(
    "gancang_notification_channel_resting", "1 while the circuit of a provider is open", ["channel"]
)
ADDRESSES_REFUSED = Counter(
    "gancang_notification_addresses_refused_total",
    "Addresses that their channel will never accept",
    ["channel"],
)
