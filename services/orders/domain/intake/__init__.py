"""From a request to an order: accepted with a fare, rejected by policy, or handed over."""
