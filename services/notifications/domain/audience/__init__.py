"""Which audience is told of which event, in which language."""
