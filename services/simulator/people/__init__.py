"""The people of the town while it runs: each sends requests and reacts to events."""
