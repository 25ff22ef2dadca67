"""Steps of an order: pure functions from (order, message, now) to a change, grouped by who sends the message."""
