"""MongoDB: aggregates in one document each, group commit, timers, and the sweeper of unsent events."""
