"""What `/metrics` tells of the notifications beside what every service tells."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

ATTEMPTS = Counter("gancang_notification_attempts_total", "Attempts to tell somebody", ["channel", "result"])
DOUBTS = Counter(
    "gancang_notification_doubts_total",
    "Attempts whose answer was lost: the person may be told again",
    ["channel"],
)
RESTING = Gauge(
    "gancang_notification_channel_resting", "1 while a provider fails and is left alone", ["channel"]
)
ADDRESSES_REFUSED = Counter(
    "gancang_notification_addresses_refused_total", "Addresses that a channel will never take", ["channel"]
)
