"""Posts events to agencies: a few at a time for each agency, each claimed under a lease."""
