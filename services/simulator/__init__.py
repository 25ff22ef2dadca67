"""A simulated town: it plays the apps around Gancang for the demo and for tests that break servers."""
