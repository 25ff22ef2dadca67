"""Who lives in the town and what they will do, drawn from the seed before the first message."""
