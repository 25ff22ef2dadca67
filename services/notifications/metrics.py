"""What `/metrics` tells of the notifications beside what every service tells."""

from __future__ import annotations

from prometheus_client import Counter

ATTEMPTS = Counter("gancang_notification_attempts_total", "Attempts to tell somebody", ["channel", "result"])
