"""Where the town is, and the trips that people make in it."""
