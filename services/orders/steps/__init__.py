"""Steps of an order: pure functions `(order, message, now) -> Change | None`, grouped by sender."""
