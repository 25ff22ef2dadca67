"""The people of the town and what they will do, drawn from the seed before the first message."""
