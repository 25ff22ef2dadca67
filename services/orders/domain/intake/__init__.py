"""From a request to an order: accepted with a fare, or rejected by policy."""
