"""The orders service: it owns each order from request to end, and settles cancel against assign."""
