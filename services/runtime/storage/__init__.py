"""MongoDB: one document an aggregate, group commit, timers, and the sweeper of unsent events."""
