"""The metrics of a service, as `/metrics` serves them."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("gancang_messages_total", "Messages handled, by outcome", ["queue", "type", "outcome"])
AGE = Histogram(
    "gancang_message_age_seconds",
    "Business seconds from a message's time until it was handled here",
    ["queue"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
HANDLING = Histogram(
    "gancang_handler_seconds",
    "Real seconds from delivery to outcome",
    ["queue"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
IN_WORK = Gauge("gancang_messages_in_work", "Messages delivered and not yet acknowledged", ["service"])
OUTBOX_IN_FLIGHT = Gauge(
    "gancang_outbox_in_flight", "Aggregates with events sent and not yet confirmed", ["service"]
)
OUTBOX_OVERDUE = Gauge("gancang_outbox_overdue", "Aggregates whose events wait for the sweeper", ["kind"])
PUBLISHED = Counter("gancang_events_published_total", "Events confirmed by the broker", ["service", "type"])
COMMITS = Histogram(
    "gancang_commit_batch_size",
    "Saves in one bulk write",
    ["collection"],
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500),
)
CONFLICTS = Counter(
    "gancang_conflicts_total", "Saves that met another version and were decided again", ["kind"]
)
TIMERS = Counter("gancang_timers_fired_total", "Timers fired", ["kind"])
PAUSED = Gauge("gancang_paused", "1 while the service waits for a server", ["service"])
