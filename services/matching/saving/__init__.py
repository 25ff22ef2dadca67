"""Save a search or a driver together with the events that the change causes."""
