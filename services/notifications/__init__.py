"""Tells each person of the events of their orders: once, by one channel, in their language."""
