"""Choose which driver gets an offer for which order, at the least total cost."""
