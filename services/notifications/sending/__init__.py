"""The way of a letter: planned, claimed, sent through a channel, and its result saved."""
